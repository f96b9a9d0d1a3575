// A breakdown that somebody else's program pushes over a real websocket is seen at once: in the
// station's row, in the picture's colour, in the table beside it.
import { expect, Hub, test } from './support/fixtures.mjs';
import { Feed } from './support/feed.mjs';
import { shareOfColour } from './support/sight.mjs';

const PLANT = 'home-yard';
const UNIT = 'P2-1';
/** Drawing in software and fetching the program take their time [ms]. */
const PICTURE_MS = 120_000;
/** The least share of pixels about a station in its state's colour: its frame, and what it moves. */
const COLOURED = 0.03;
/** The most that is left of the colour of another state: edges that are blended. */
const UNCOLOURED = 0.005;

test.describe.configure({ timeout: 3 * PICTURE_MS });

let hub;
let feed;

test.beforeAll(async () => {
  hub = await Hub.start();
  feed = await Feed.connect(hub, { key: await hub.key('--feed', 'panel-line', '--plant', PLANT), feed: 'panel-line' });
});

test.afterAll(async () => {
  feed?.close();
  await hub?.dispose();
});

test.beforeEach(async ({ page }) => {
  await hub.letIn(page, 'XAA/skarvik');
  await feed.unitState(UNIT, 'working');
});

test('a breakdown changes the row of its station, and of no other', async ({ page }) => {
  await page.goto(`${hub.url}/plant/${PLANT}`);
  const row = page.locator(`tr[data-unit="${UNIT}"]`);
  const others = page.locator(`tr[data-unit]:not([data-unit="${UNIT}"])`);
  await expect(row).toHaveAttribute('data-state', 'working');
  const before = await others.evaluateAll((rows) => rows.map(({ dataset }) => [dataset.unit, dataset.state]));
  expect(before.length).toBeGreaterThan(10);

  await feed.unitState(UNIT, 'down', { reason: 'quality/weld' });
  await expect(row).toHaveAttribute('data-state', 'down');
  await expect(row.locator('.state')).toHaveText('broken down');
  await expect(row).toContainText('quality weld');
  await expect(page.locator('#events')).toContainText(/P2/);
  expect(await others.evaluateAll((rows) => rows.map(({ dataset }) => [dataset.unit, dataset.state]))).toEqual(before);
  await expect(page.locator('.badge').first()).toHaveAttribute('data-origin', 'live');

  await feed.unitState(UNIT, 'working');
  await expect(row).toHaveAttribute('data-state', 'working');
});

test('without a key nothing of it is to be had', async ({ browser }) => {
  const stranger = await browser.newPage();
  try {
    await stranger.goto(`${hub.url}/plant/${PLANT}`);
    await expect(stranger.locator('.refusal')).toBeVisible();
    await expect(stranger.locator('body')).not.toContainText('Skarvik');
    expect((await stranger.request.get(`${hub.url}/api/v1/plants/${PLANT}/units`)).status()).toBe(404);
  } finally {
    await stranger.close();
  }
});

/** Opens the picture, goes near the station, and waits until it is drawn. */
async function picture(page) {
  await page.goto(`${hub.url}/viewer/?plant=${PLANT}&test=1`);
  await expect(page.locator('body'), 'the 3D program runs; `just wasm` builds it').toHaveAttribute('data-engine', 'ready', { timeout: PICTURE_MS });
  await page.locator(`[data-row="${UNIT}"]`).click();
  await page.keyboard.press('Escape');
  await drawn(page);
}

/** Waits until frames that begin from now on have been drawn. */
async function drawn(page) {
  const before = await page.evaluate(() => window.__slipway.frame);
  await page.mouse.move(0, 0);
  await expect.poll(() => page.evaluate(() => window.__slipway.frame), { timeout: PICTURE_MS }).toBeGreaterThan(before);
}

/** A point of the page where the station is seen. */
async function placeOf(page, id) {
  const [x, y] = await page.evaluate((unit) => window.__slipway.project(unit), id);
  const box = await page.locator('#viewer').boundingBox();
  return { x: box.x + x, y: box.y + y };
}

test('a breakdown changes the colour of its station in the picture, and the table beside it', async ({ page }) => {
  await picture(page);
  const share = async (state) => {
    const colour = await page.evaluate((name) => window.__slipway.colourOf(name), state);
    return shareOfColour(page, await placeOf(page, UNIT), colour);
  };
  await expect.poll(() => share('working'), { timeout: PICTURE_MS }).toBeGreaterThan(COLOURED);
  expect(await share('down')).toBeLessThan(UNCOLOURED);

  await feed.unitState(UNIT, 'down');
  await expect.poll(() => share('down'), { timeout: PICTURE_MS }).toBeGreaterThan(COLOURED);
  expect(await share('working')).toBeLessThan(UNCOLOURED);
  expect(await page.evaluate((unit) => window.__slipway.stateOf(unit), UNIT)).toBe('down');
  await expect(page.locator(`[data-row="${UNIT}"] .state`)).toHaveAttribute('data-state', 'down');
});

test('a feed that is gone is an alarm that nobody has acknowledged yet', async ({ page }) => {
  await page.goto(`${hub.url}/plant/${PLANT}`);
  await expect(page.locator('#alarms')).toContainText('No alarms');
  await expect(page.locator('.alarm-link')).toHaveCount(0);
  const gone = await Feed.connect(hub, { key: await hub.key('--feed', 'paint-shop', '--plant', PLANT), feed: 'paint-shop' });
  await gone.unitState('paint-1', 'working');
  gone.close();
  const row = page.locator('#alarms tr', { hasText: 'paint-shop' });
  await expect(row).toContainText('by nobody yet');
  await page.locator('.alarm-link').click();
  await expect(row).toBeInViewport();
});

test('a click selects the station under the pointer and shows what is known of it', async ({ page }) => {
  await picture(page);
  await expect(page.locator('#panel')).toBeHidden();
  const { x, y } = await placeOf(page, UNIT);
  await page.mouse.click(x, y);
  const name = await page.locator(`[data-row="${UNIT}"] .row-name`).innerText();
  await expect(page.locator('#panel-title')).toHaveText(name);
  await expect(page.locator('#panel .state')).toHaveAttribute('data-state', 'working');
  await expect(page.locator(`[data-row="${UNIT}"]`)).toHaveAttribute('aria-pressed', 'true');
  await expect(page).toHaveURL(new RegExp(`unit=${UNIT}`));
});
