// Every page, at the sizes that people use: it loads, says what it is, fits the window, every
// word is there, and axe finds nothing. The five answers are what one sees first.
import { expect, expectAccessible, test } from './support/fixtures.mjs';

const DESK = { width: 1440, height: 900 };
const SCREEN = { width: 1920, height: 1080 };
const TELEPHONE = { width: 390, height: 844 };
/** Pages with the five cards. */
const BOARDS = ['/', '/plant/home-yard', '/plant/partner-yard', '/plant/munitions', '/plant/machine-shop'].map((path) => `${path}?as=XAA`);
/** All pages with the sizes they are looked at in; without `as` the demonstration chooses. */
const PAGES = [
  ...BOARDS.map((path) => [path, [DESK, TELEPHONE]]),
  ['/?as=XAA', [SCREEN]],
  ['/plant/home-yard?as=XAA', [SCREEN]],
  ['/plant/munitions?as=XAA', [SCREEN]],
  ['/', [DESK]],
  ['/?as=public', [DESK, TELEPHONE]],
  ['/?as=XCC', [DESK, TELEPHONE]],
  ['/plant/home-yard?as=public', [DESK]],
  ['/plant/no-such-plant?as=XAA', [DESK]],
  ['/viewer/?plant=home-yard&as=XAA', [DESK, SCREEN, TELEPHONE]],
  ['/viewer/?plant=munitions&as=XAA', [DESK]],
  ['/viewer/?plant=home-yard&as=public', [DESK, TELEPHONE]],
  ['/help/', [DESK, TELEPHONE]],
  ['/help/allies/', [DESK, TELEPHONE]],
  ['/sharing/?as=XBB', [DESK, TELEPHONE]],
  ['/signin/', [DESK, TELEPHONE]],
];
/** Pages that show no view, and so tell no connection. */
const WITHOUT_CONNECTION = ['/help/', '/help/allies/', '/sharing/?as=XBB', '/signin/'];
const CARDS = ['deliver', 'holdup', 'next', 'act', 'trust'];

/** Opens a page and waits until nothing on it is awaited any more. */
async function open(page, hub, path, size) {
  await page.setViewportSize(size);
  const answer = await page.goto(hub.url + path, { waitUntil: 'load' });
  expect(answer.status()).toBe(200);
  await expect(page.getByRole('main')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/\S/);
  await expect(page.locator('.skeleton')).toHaveCount(0);
  await expect(page.locator('#top .connection')).toHaveCount(WITHOUT_CONNECTION.includes(path) ? 0 : 1);
}

for (const [path, sizes] of PAGES) {
  for (const size of sizes) {
    test(`${path} at ${size.width}×${size.height}`, async ({ page, demo }) => {
      await open(page, demo, path, size);
      await expect(page).toHaveTitle(/\S/);
      expect(await page.locator('html').getAttribute('lang')).toBe('en');
      await expect(page.locator('body [data-word]').filter({ hasText: /^$/ })).toHaveCount(0);
      // The page notes here the last key that it found no word for.
      await expect(page.locator('html')).not.toHaveAttribute('data-missing-word');
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(wider, 'pixels that the page is wider than the window').toBeLessThanOrEqual(0);
      if (size === TELEPHONE) {
        const sideways = await page.locator('.scroll').evaluateAll((all) => all.filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.getAttribute('aria-label')));
        expect(sideways, 'tables that scroll sideways').toEqual([]);
      }
      await expectAccessible(page);
    });
  }
}

/** The five cards' boxes, in the order of the questions. */
async function cards(page) {
  const boxes = [];
  for (const name of CARDS) {
    const card = page.locator(`#card-${name}`);
    await expect(card.locator('.card-body')).toHaveText(/\S/);
    boxes.push(await card.boundingBox());
  }
  return boxes;
}

for (const path of BOARDS) {
  test(`${path} answers all five questions without scrolling`, async ({ page, demo }) => {
    await open(page, demo, path, DESK);
    await expect(async () => {
      for (const [at, box] of (await cards(page)).entries()) {
        expect(box.y + box.height, `the lower edge of card ${at + 1}`).toBeLessThanOrEqual(DESK.height);
        expect(box.y, `the upper edge of card ${at + 1}`).toBeGreaterThanOrEqual(0);
      }
    }).toPass();
    const cut = await page.locator('.card').evaluateAll((all) => all.map((card) => card.scrollHeight - card.clientHeight));
    expect(cut.map((pixels) => pixels > 1), 'cards whose content is cut off').toEqual(CARDS.map(() => false));
  });

  test(`${path} on a telephone begins with the five answers in order`, async ({ page, demo }) => {
    await open(page, demo, path, TELEPHONE);
    await expect(async () => {
      const boxes = await cards(page);
      const tops = boxes.map(({ y }) => y);
      expect(tops).toEqual([...tops].sort((a, b) => a - b));
      const last = boxes.at(-1);
      const others = page.locator('main section:not(.card):visible');
      for (const other of await others.all()) expect((await other.boundingBox()).y).toBeGreaterThanOrEqual(last.y + last.height);
    }).toPass();
    if (!path.startsWith('/plant/')) return;
    // What is below the answers is one touch away.
    await page.locator('#jump a', { hasText: 'Orders' }).click();
    await expect(page.locator('#orders')).toBeInViewport();
  });
}
