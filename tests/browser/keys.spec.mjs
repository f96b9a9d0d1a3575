// Without a mouse: everything can be reached, opened and left by keys alone.
import { expect, test } from './support/fixtures.mjs';

/** Drawing in software and fetching the program take their time [ms]. */
const PICTURE_MS = 120_000;
const VIEWER = '/viewer/?plant=home-yard&as=XAA';

test.describe.configure({ timeout: 2 * PICTURE_MS });

for (const path of ['/?as=XAA', '/plant/home-yard?as=XAA', VIEWER]) {
  test(`the first key press on ${path} offers to skip to what matters`, async ({ page, demo }) => {
    await page.goto(demo.url + path);
    await expect(page.locator('#top .badge')).toHaveAttribute('data-origin', 'simulated');
    await page.keyboard.press('Tab');
    const skip = page.locator('.skip').first();
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport();
    const target = await skip.getAttribute('href');
    await page.keyboard.press('Enter');
    await expect(page.locator(target)).toBeFocused();
  });
}

test('a station is chosen, read and left by keys', async ({ page, demo }) => {
  await page.goto(demo.url + VIEWER);
  const row = page.locator('[data-row="P2-1"]');
  await page.locator('#search').focus();
  await page.keyboard.type('P2');
  await expect(page.locator('[data-key="units"] .row')).toHaveCount(1);
  await page.keyboard.press('Tab');
  await expect(row).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('#panel-title')).toContainText('P2');
  await expect(row).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('Escape');
  await expect(page.locator('#panel')).toBeHidden();
  await expect(row).toBeFocused();
});

test('a row keeps the focus while values come in', async ({ page, demo }) => {
  await page.goto(demo.url + VIEWER);
  const row = page.locator('[data-row="P2-1"]');
  await row.focus();
  const time = page.locator('#top time');
  const before = await time.getAttribute('datetime');
  await expect.poll(async () => Date.parse(await time.getAttribute('datetime')) - Date.parse(before)).toBeGreaterThan(3_600_000);
  await expect(row).toBeFocused();
});

test('a key shows the main hold-up, another the help', async ({ page, demo }) => {
  await page.goto(demo.url + VIEWER);
  await expect(page.locator('#holdup strong')).toHaveText(/\S/);
  await page.keyboard.press('h');
  const { units } = await demo.holdUp('home-yard', 'XAA');
  await expect(page).toHaveURL(new RegExp(`unit=(${units.join('|')})`));
  await expect(page.locator('#panel .flagged-note')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('#panel')).toBeHidden();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('the picture does not take the focus from who types while it starts', async ({ page, demo }) => {
  await page.goto(demo.url + VIEWER);
  await page.locator('#search').focus();
  await page.keyboard.type('P');
  await expect(page.locator('body')).toHaveAttribute('data-engine', 'ready', { timeout: PICTURE_MS });
  await expect(page.locator('#search')).toBeFocused();
  await page.keyboard.type('2');
  await expect(page.locator('#search')).toHaveValue('P2');
});
