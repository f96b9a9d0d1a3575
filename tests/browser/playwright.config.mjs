// The pages in Debian's Chromium, drawn in software so that no graphics card is needed.
//   SLIPWAY_BIN       the built `slipway`
//   SLIPWAY_CHROMIUM  another Chromium than the one on the path
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.mjs',
  // Software drawing takes a whole core: one page at a time.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  // A test that passes only at a second try has failed.
  retries: 0,
  timeout: 600_000,
  expect: { timeout: 30_000 },
  outputDir: process.env.SLIPWAY_TEST_RESULTS ?? `${process.env.SLIPWAY_CACHE ?? '.'}/test-results`,
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_NAME ? [['list'], ['json']] : [['list']],
  use: {
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Oslo',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.SLIPWAY_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--use-angle=swiftshader',
        '--enable-unsafe-swiftshader',
        '--ignore-gpu-blocklist',
        // Nothing but the hub under test is asked for anything.
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
