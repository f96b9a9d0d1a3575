// What tests of a supplier's page share: a hub with a supplier's link, what one enters there, and
// what the plant is told of it.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, Hub, leave, test } from './fixtures.mjs';
import { ROOT } from './hub.mjs';

export const PLANT = 'home-yard';
export const SUPPLIER = 'pipe-shop';
export const DELIVERY = 'spools-17';

/** The hub of the test that runs. */
export let hub;

/** Gives each test of a file a telephone and a hub of its own. */
export function aHubForEach() {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });
  test.beforeEach(async () => {
    hub = await Hub.start();
    hub.planner = await hub.key('--planner', PLANT);
  });
  test.afterEach(async ({ page }) => {
    await leave(page);
    await hub?.dispose();
  });
}

/** A link for the supplier. */
export async function invite(...more) {
  const args = ['invite', '--plant', PLANT, '--supplier', SUPPLIER, '--data', hub.data, '--url', hub.url, ...more];
  const { stdout } = await promisify(execFile)(process.env.SLIPWAY_BIN, args, { cwd: ROOT });
  return stdout.trim();
}

/** Promises a delivery with the planner's key; the plant's clock is live from then on. */
export async function promise(quantity = 40) {
  const feed = await hub.key('--feed', 'floor', '--plant', PLANT);
  const { Feed } = await import('./feed.mjs');
  (await Feed.connect(hub, { key: feed, feed: 'floor' })).close();
  const date = new Date(Date.now() + 20 * 86_400_000).toISOString();
  const response = await fetch(`${hub.url}/api/v1/plants/${PLANT}/deliveries`, {
    method: 'POST', headers: { authorization: `Bearer ${hub.planner}`, 'content-type': 'application/json' },
    body: JSON.stringify({ delivery: DELIVERY, supplier: SUPPLIER, material: 'spool-set', quantity, date }),
  });
  expect(response.ok, await response.text()).toBe(true);
}

/** The day so many days from now, as a date field holds it and as the page shows it. */
export const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
export const shown = (days) => new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(Date.now() + days * 86_400_000);
export const YEAR = new Date().getUTCFullYear() + 2;

export const line = (page) => page.locator(`[data-delivery="${DELIVERY}"]`);
export const receipt = (page, number) => page.locator(`[data-receipt="${number}"]`);
export const state = (page, number) => receipt(page, number).locator('[data-state]');

/** Opens the link. */
export async function enter(page) {
  await page.goto(await invite());
  await expect(page.locator('#link')).toHaveText('Connected');
}

/** Enters how many of something, with the buttons. */
export async function say(page, act, n) {
  await line(page).locator(`button[data-act="${act}"]`).click();
  await line(page).locator('input[name="n"]').fill(String(n));
  await line(page).getByRole('button', { name: 'Send' }).click();
}

/** Forgives what a browser says when nobody answers or a request is refused on purpose. */
export function forgive(complaints, pattern = /ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED|WebSocket|401/) {
  complaints.splice(0, complaints.length, ...complaints.filter((complaint) => !pattern.test(complaint)));
}

/** What the plant's dashboard is told of the delivery. */
export async function atThePlant() {
  const response = await fetch(`${hub.url}/api/v1/plants/${PLANT}/deliveries`, { headers: { authorization: `Bearer ${hub.planner}` } });
  return (await response.json()).items[DELIVERY];
}
