// What every page test gets: one hub with the demo for all, a page that fails the
// test when the browser complains, and axe.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test as base } from '@playwright/test';
import { Hub } from './hub.mjs';

export { expect, Hub };

export const test = base.extend({
  /** A hub with the demo, shared by all tests that name it: do not stop it, start your own. */
  demo: [
    async ({}, use) => {
      const hub = await Hub.start({ demo: true });
      await use(hub);
      await hub.dispose();
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  /** Collects what the browser complains about; `complaints` is checked when the test ends. */
  complaints: [
    async ({ page }, use) => {
      const complaints = [];
      page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
      });
      await use(complaints);
      expect(complaints, 'what the browser complained about').toEqual([]);
    },
    { auto: true },
  ],
});

/** Leaves a page whose hub is about to go: what the browser says of that is no fault of the page. */
export async function leave(page) {
  page.removeAllListeners('pageerror');
  page.removeAllListeners('console');
  if (!page.isClosed()) await page.goto('about:blank');
}

/** Fails with rule, element and remedy of each violation that axe finds on the page. */
export async function expectAccessible(page) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  const told = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}\n    ${node.target.join(' ')}: ${node.html.slice(0, 160)}`));
  expect(told, 'what axe found').toEqual([]);
}
