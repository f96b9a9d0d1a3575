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
  await page.locator('.refusal').getByRole('link', { name: 'Sign in' }).click();
  await page.locator('.signin-key summary').click();
  await page.locator('#key').fill(await hub.key('--view-as', 'XAA/skarvik'));
  await page.locator('#key').press('Enter');
  await expect(page).toHaveURL(`${hub.url}/`);
  await expect(page.locator('[data-plant="home-yard"]')).toContainText('Skarvik');
  expect(await page.evaluate(() => document.cookie), 'no script can read the key').toBe('');

  // Every page says who is signed in; the sign-in page, too.
  await page.goto(`${hub.url}/help/`);
  await expect(page.locator('#top .account')).toContainText('Skarvik Shipbuilding');
  await page.goto(`${hub.url}/signin/`);
  await expect(page.locator('#current')).toContainText('Skarvik Shipbuilding');
  await expectAccessible(page);
  await page.locator('#forget').click();
  await expect(page.locator('#outcome')).toHaveText(/\S{3}/);
  await expect.poll(async () => (await page.context().cookies()).length).toBe(0);
  await page.goto(hub.url);
  await expect(page.locator('.refusal')).toBeVisible();
});

test('a person enters with a name and a password, and is told when they are let go', async ({ page, complaints }) => {
  const password = 'nine grey gulls at noon';
  await hub.account('anna', 'XAA/skarvik', 'viewer', password);
  await page.goto(`${hub.url}/signin/`);
  await expectAccessible(page);
  await page.locator('#name').fill('anna');
  await page.locator('#password').fill('nine grey gulls at dusk');
  await page.locator('#password').press('Enter');
  await expect(page.locator('#outcome')).toContainText('Nobody is known by this name and password');
  await page.locator('#password').fill(password);
  await page.locator('#password').press('Enter');
  await expect(page).toHaveURL(`${hub.url}/`);
  await expect(page.locator('#top .account')).toContainText('anna, Skarvik Shipbuilding');
  await expect(page.locator('[data-plant="home-yard"]')).toContainText('Skarvik');
  const cookies = await page.context().cookies();
  expect(cookies.map(({ httpOnly, sameSite }) => [httpOnly, sameSite])).toEqual([[true, 'Strict']]);

  // Somebody else disables the account: the open page ends and says so.
  await hub.run('account', 'disable', 'anna');
  await expect(page.locator('.banner')).toContainText('Your sign-in has ended');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.locator('.refusal')).toBeVisible();
  complaints.splice(0, complaints.length, ...complaints.filter((complaint) => !/401|WebSocket/.test(complaint)));
});

test('whoever signs in to a demonstration begins with their own view, and finds back to it', async ({ page, demo }) => {
  const password = 'nine grey gulls at noon';
  await demo.account('ally', 'XBB/port-lisle', 'viewer', password);
  await page.goto(`${demo.url}/signin/`);
  await page.locator('#name').fill('ally');
  await page.locator('#password').fill(password);
  await page.locator('#password').press('Enter');
  await expect(page).toHaveURL(`${demo.url}/`);
  const own = page.locator('#view-as option:checked');
  await expect(own).toHaveText(/as ally/);
  await page.locator('#view-as').selectOption('XAA');
  await expect(page).toHaveURL(/as=XAA/);
  await expect(own).toHaveText('as Aldermark');
  await page.locator('#view-as').selectOption('');
  await expect(own).toHaveText(/as ally/);
});

test('a member signs out from any page', async ({ page }) => {
  await hub.letIn(page, 'XAA/skarvik');
  await page.goto(`${hub.url}/plant/home-yard`);
  await expect(page.locator('#card-trust')).toContainText('none reports yet');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(`${hub.url}/`);
  await expect(page.locator('.refusal')).toBeVisible();
  expect(await page.context().cookies()).toEqual([]);
});

test('whoever may see nothing is told what kind of thing is kept back, and what to do', async ({ page }) => {
  for (const path of ['/', '/plant/home-yard', '/viewer/?plant=home-yard']) {
    await page.goto(hub.url + path);
    const refusal = page.locator('.refusal');
    await expect(refusal).toContainText(/stations.*plan.*suppliers/s);
    await expect(refusal.getByRole('link', { name: 'Sign in' })).toBeVisible();
    await expect(refusal).toContainText('programme office');
    // Nothing that cannot work: no clock that is waited for, no origin of nothing, no dead button.
    await expect(page.locator('#top')).not.toContainText(/unknown|waiting/i);
    await expect(page.locator('.badge')).toHaveCount(0);
    await expect(page.locator('button:visible')).toHaveCount(0);
    await expectAccessible(page);
  }
});

test('a sign-in that is over is told to have ended', async ({ page, complaints }) => {
  await page.context().addCookies([{ name: 'slipway', value: 'slipway_revoked', url: hub.url }]);
  await page.goto(hub.url);
  await expect(page.locator('.banner')).toContainText('Your sign-in has ended');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.locator('.refusal')).toBeVisible();
  complaints.splice(0, complaints.length, ...complaints.filter((complaint) => !/401|WebSocket/.test(complaint)));
});

test('a wrong key is told to be one', async ({ page, complaints }) => {
  await page.goto(`${hub.url}/signin/`);
  await page.locator('.signin-key summary').click();
  await page.locator('#key').fill('slipway_of_another_hub');
  await page.locator('#key').press('Enter');
  await expect(page.locator('#outcome')).toContainText(/key/i);
  await expect(page).toHaveURL(`${hub.url}/signin/`);
  expect(await page.context().cookies()).toEqual([]);
  // The browser notes the refusal that the page tells.
  complaints.splice(0, complaints.length, ...complaints.filter((complaint) => !complaint.includes('401')));
});
