// A hub that shows itself to members only: a key lets a browser in, and can be forgotten.
import { expect, expectAccessible, Hub, test } from './support/fixtures.mjs';

let hub;

test.beforeAll(async () => {
  hub = await Hub.start();
});

test.afterAll(async () => {
  await hub?.dispose();
});

test('a member enters with a key and leaves again', async ({ page }) => {
  await page.goto(hub.url);
  await expect(page.locator('.refusal')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Look with a key' }).click();
  await page.locator('#key').fill(await hub.key('--view-as', 'XAA/skarvik'));
  await page.locator('#key').press('Enter');
  await expect(page).toHaveURL(`${hub.url}/`);
  await expect(page.locator('[data-plant="home-yard"]')).toContainText('Skarvik');
  expect(await page.evaluate(() => document.cookie), 'no script can read the key').toBe('');

  await page.goto(`${hub.url}/signin/`);
  await page.locator('#forget').click();
  await expect(page.locator('#outcome')).toHaveText(/\S{3}/);
  await expect.poll(async () => (await page.context().cookies()).length).toBe(0);
  await page.goto(hub.url);
  await expect(page.locator('.refusal')).toBeVisible();
});

test('a wrong key is told to be one', async ({ page, complaints }) => {
  await page.goto(`${hub.url}/signin/`);
  await page.locator('#key').fill('slipway_of_another_hub');
  await page.locator('#key').press('Enter');
  await expect(page.locator('#outcome')).toContainText(/key/i);
  await expect(page).toHaveURL(`${hub.url}/signin/`);
  expect(await page.context().cookies()).toEqual([]);
  // The browser notes the refusal that the page tells.
  complaints.splice(0, complaints.length, ...complaints.filter((complaint) => !complaint.includes('401')));
});
