// Every page, at the three sizes that people use: it loads, says what it is, fits the window,
// and axe finds nothing.
import { expect, expectAccessible, test } from './support/fixtures.mjs';

const PAGES = ['/', '/viewer/', '/help/'];
const SIZES = [
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 },
  { width: 390, height: 844 },
];

for (const path of PAGES) {
  for (const size of SIZES) {
    test(`${path} at ${size.width}×${size.height}`, async ({ page, demo }) => {
      await page.setViewportSize(size);
      const answer = await page.goto(demo.url + path, { waitUntil: 'load' });
      expect(answer.status()).toBe(200);
      await expect(page.getByRole('main')).toBeVisible();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(/\S/);
      await expect(page).toHaveTitle(/\S/);
      expect(await page.locator('html').getAttribute('lang')).toBe('en');
      await expect(page.locator('[data-word]').filter({ hasText: /^$/ })).toHaveCount(0);
      // The page notes here the last key that it found no word for.
      await expect(page.locator('html')).not.toHaveAttribute('data-missing-word');
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(wider, 'pixels that the page is wider than the window').toBeLessThanOrEqual(0);
      await expectAccessible(page);
    });
  }
}
