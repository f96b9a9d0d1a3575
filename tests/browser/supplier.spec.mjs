// The page of a small supplier, on a telephone: from the link to a receipt, without a connection in
// the middle, through a crash of the hub, with a spreadsheet, and against those who would misuse it.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, expectAccessible, Hub, test } from './support/fixtures.mjs';
import { ROOT } from './support/hub.mjs';

const PLANT = 'home-yard';
const SUPPLIER = 'pipe-shop';
const DELIVERY = 'spools-17';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

let hub;

test.beforeEach(async () => {
  hub = await Hub.start();
  const planner = await hub.key('--planner', PLANT);
  hub.planner = planner;
});

test.afterEach(async () => {
  await hub?.dispose();
});

/** A link for the supplier. */
async function invite(...more) {
  const args = ['invite', '--plant', PLANT, '--supplier', SUPPLIER, '--data', hub.data, '--url', hub.url, ...more];
  const { stdout } = await promisify(execFile)(process.env.SLIPWAY_BIN, args, { cwd: ROOT });
  return stdout.trim();
}

/** Promises a delivery with the planner's key; the plant's clock is live from then on. */
async function promise(quantity = 40) {
  const feed = await hub.key('--feed', 'floor', '--plant', PLANT);
  const { Feed } = await import('./support/feed.mjs');
  (await Feed.connect(hub, { key: feed, feed: 'floor' })).close();
  const date = new Date(Date.now() + 20 * 86_400_000).toISOString();
  const response = await fetch(`${hub.url}/api/v1/plants/${PLANT}/deliveries`, {
    method: 'POST', headers: { authorization: `Bearer ${hub.planner}`, 'content-type': 'application/json' },
    body: JSON.stringify({ delivery: DELIVERY, supplier: SUPPLIER, material: 'spool-set', quantity, date }),
  });
  expect(response.ok, await response.text()).toBe(true);
}

const line = (page) => page.locator(`[data-delivery="${DELIVERY}"]`);
const receipt = (page, number) => page.locator(`[data-receipt="${number}"]`);
const state = (page, number) => receipt(page, number).locator('[data-state]');

/** Opens the link and reads who sees what. */
async function enter(page) {
  await page.goto(await invite());
  await page.getByRole('button', { name: 'Go on to my orders' }).click();
  await expect(page.locator('#link')).toHaveText('Connected');
}

/** Enters how many of something, with the buttons. */
async function say(page, act, n) {
  await line(page).locator(`button[data-act="${act}"]`).click();
  await line(page).locator('input[name="n"]').fill(String(n));
  await line(page).getByRole('button', { name: 'Send' }).click();
}

/** Forgives what a browser says when nobody answers or a request is refused on purpose. */
function forgive(complaints, pattern = /ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED|WebSocket|401/) {
  complaints.splice(0, complaints.length, ...complaints.filter((complaint) => !pattern.test(complaint)));
}

/** What the plant's dashboard is told of the delivery. */
async function atThePlant() {
  const response = await fetch(`${hub.url}/api/v1/plants/${PLANT}/deliveries`, { headers: { authorization: `Bearer ${hub.planner}` } });
  return (await response.json()).items[DELIVERY];
}

test('from the link to a receipt', async ({ page }) => {
  await promise();
  const link = await invite();
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(link);
  await expect(page.locator('#sees')).toContainText('What others see of you');
  await expectAccessible(page);
  expect(page.url(), 'the secret leaves the address bar').toBe(`${hub.url}/supplier/`);
  const secret = link.split('=')[1];
  expect(asked.filter((url) => url.includes(secret)), 'no address holds the secret').toEqual([]);
  expect(await page.evaluate(() => document.cookie), 'no script can read the key').toBe('');
  expect(await page.evaluate((text) => JSON.stringify(localStorage).includes(text), secret)).toBe(false);
  // By keyboard alone: read, go on, finished, how many, send.
  await page.locator('#understood').press('Enter');
  await line(page).locator('button[data-act="made"]').press('Enter');
  await page.keyboard.type('12,5');
  await page.keyboard.press('Enter');
  await expect(state(page, 'R-1-1')).toHaveAttribute('data-state', 'recorded');
  await expect(page.locator('#told')).toContainText('R-1-1');
  await expect(line(page)).toContainText('finished 12.5');
  await expectAccessible(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, 'nothing is wider than the telephone').toBeLessThanOrEqual(390);
  expect((await atThePlant()).made).toBe(12.5);
  await page.setViewportSize({ width: 1440, height: 900 });
  await expectAccessible(page);
  await page.reload();
  await expect(state(page, 'R-1-1')).toHaveAttribute('data-state', 'recorded');
});

test('every button, and taking back', async ({ page }) => {
  await promise();
  await enter(page);
  await say(page, 'scrapped', 3);
  await say(page, 'stock', 7);
  await expect(state(page, 'R-1-2')).toHaveAttribute('data-state', 'recorded');
  await expect(line(page)).toContainText('scrapped 3');
  await expect(line(page)).toContainText('in stock 7');
  await receipt(page, 'R-1-1').getByRole('button', { name: 'Take back R-1-1' }).click();
  await receipt(page, 'R-1-1').getByRole('button', { name: 'Yes, take it back' }).click();
  await expect(receipt(page, 'R-1-1').locator('s')).toContainText('Scrapped 3');
  await expect(receipt(page, 'R-1-1')).toContainText('by R-1-3');
  await expect(state(page, 'R-1-3')).toHaveAttribute('data-state', 'recorded');
  await expect.poll(async () => (await atThePlant()).scrapped).toBeUndefined();
  await line(page).locator('button[data-act="late"]').click();
  await line(page).locator('input[name="day"]').fill('2034-03-09');
  await line(page).getByRole('button', { name: 'Send' }).click();
  await expect(line(page).getByRole('alert')).toContainText('Say why');
  await line(page).locator('input[name="reason"]').fill('<img src=x onerror=alert(1)>');
  await line(page).getByRole('button', { name: 'Send' }).click();
  await expect(state(page, 'R-1-4')).toHaveAttribute('data-state', 'recorded');
  await expect(line(page)).toContainText('9 Mar 2034');
  await expect(line(page)).toContainText('<img src=x');
  await say(page, 'shipped', 30);
  await expect(state(page, 'R-1-5')).toHaveAttribute('data-state', 'recorded');
  await expect(line(page)).toContainText('on the way');
  await expect(page.locator('#lines > li', { hasText: `${DELIVERY}.rest` })).toContainText('10');
});

test('offline in the middle: nothing is lost or doubled', async ({ page, context, complaints }) => {
  await promise();
  await enter(page);
  await context.setOffline(true);
  await expect(page.locator('#link')).toHaveAttribute('data-link', /off|joining/);
  await say(page, 'made', 4);
  await expect(state(page, 'R-1-1')).toContainText('waiting');
  await say(page, 'made', 5);
  await context.setOffline(false);
  await expect(state(page, 'R-1-2')).toHaveAttribute('data-state', 'recorded');
  await expect(state(page, 'R-1-1')).toHaveAttribute('data-state', 'recorded');
  expect((await atThePlant()).made).toBe(9);
  forgive(complaints);
});

test('a crash between sending and the answer: nothing is lost or doubled', async ({ page, complaints }) => {
  await promise();
  let held = 0;
  await page.routeWebSocket('**/v1/ingest', (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => server.send(message));
    server.onMessage((message) => {
      if (held === 0 && JSON.parse(message).type === 'ack') held += 1;
      else socket.send(message);
    });
  });
  await enter(page);
  await say(page, 'made', 6);
  await expect.poll(() => held).toBe(1);
  await expect(state(page, 'R-1-1')).toHaveAttribute('data-state', 'sent');
  await hub.stop('SIGKILL');
  await expect(page.locator('#link')).toHaveAttribute('data-link', /off|joining/);
  await say(page, 'made', 2);
  await expect(state(page, 'R-1-2')).toHaveAttribute('data-state', 'queued');
  await hub.restart();
  await expect(state(page, 'R-1-1')).toHaveAttribute('data-state', 'recorded');
  await expect(state(page, 'R-1-2')).toHaveAttribute('data-state', 'recorded');
  expect((await atThePlant()).made).toBe(8);
  forgive(complaints);
});

test('two tabs do not fight', async ({ page, context }) => {
  await promise();
  await enter(page);
  const other = await context.newPage();
  await other.goto(`${hub.url}/supplier/`);
  await expect(other.locator('#note')).toContainText('another tab');
  await expect(other.locator('#open')).toBeHidden();
  await say(page, 'made', 1);
  await expect(state(page, 'R-1-1')).toHaveAttribute('data-state', 'recorded');
  await page.close();
  await expect(other.locator('#link')).toHaveText('Connected');
  await expect(state(other, 'R-1-1')).toHaveAttribute('data-state', 'recorded');
  await say(other, 'made', 1);
  await expect(state(other, 'R-1-2')).toHaveAttribute('data-state', 'recorded');
});

test('a spreadsheet is looked through before it is sent', async ({ page }) => {
  await promise();
  await enter(page);
  await page.locator('#sheet summary').click();
  const rows = [
    'Order;Finished;Scrapped;New date;Reason',
    `${DELIVERY};12,5;1;03/04/2034;late steel`,
    'someone-elses;1;;;',
    `${DELIVERY};=1+1;;;`,
    `${DELIVERY};1.250;;;`,
  ];
  await page.locator('#pasted').fill(rows.join('\n'));
  const row = (n) => page.locator(`#sheet-body tr[data-row="${n}"]`);
  await expect(row(2)).toContainText('two ways');
  await expect(row(3)).toContainText('no open order line someone-elses');
  await expect(row(4)).toContainText('no number: =1+1');
  await expect(row(5)).toContainText('two ways');
  await expect(page.locator('#receipts > li')).toHaveText(/Nothing was entered/);
  await page.locator('[data-order]').selectOption('dmy');
  await expect(row(2)).toContainText('2034-04-03');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Send 3 entries' }).click();
  await expect(state(page, 'R-1-3')).toHaveAttribute('data-state', 'recorded');
  await expect(line(page)).toContainText('3 Apr 2034');
  // A table of the same headings is matched as before.
  await page.locator('#pasted').fill(`Order;Finished;Scrapped;New date;Reason\n${DELIVERY};1;;;`);
  await page.locator('[data-column="1"]').selectOption('stock');
  await page.getByRole('button', { name: 'Send 1 entries' }).click();
  await expect(line(page)).toContainText('in stock 1');
  await page.locator('#pasted').fill(`Order;Finished;Scrapped;New date;Reason\n${DELIVERY};2;;;`);
  await expect(page.locator('[data-column="1"]')).toHaveValue('stock');
});

test('a sheet that is too large is refused at once', async ({ page }) => {
  await promise();
  await enter(page);
  await page.locator('#sheet summary').click();
  await page.locator('#pasted').evaluate((box) => {
    const data = new DataTransfer();
    data.setData('text/plain', `Order;Finished\n${'spools-17;1\n'.repeat(100_000)}`);
    box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await expect(page.locator('#sheet-body')).toContainText('more than 200,000 characters');
  await expect(page.locator('#pasted')).toHaveValue('');
  await page.locator('#pasted').fill(`Order;Finished\n${`${DELIVERY};1\n`.repeat(501)}`);
  await expect(page.locator('#sheet-body')).toContainText('more than 500 rows');
});

test('a link that opens nothing says so, and one that was used does no harm', async ({ page, browser, complaints }) => {
  await promise();
  await page.goto(`${hub.url}/supplier/`);
  await expect(page.locator('#note')).toContainText('open the link of your invitation');
  await expectAccessible(page);
  await page.goto('about:blank');
  await page.goto(`${hub.url}/supplier/#invite=slipway_guessed`);
  await expect(page.locator('#note')).toContainText('opens nothing');
  await page.goto('about:blank');
  const link = await invite();
  await page.goto(link);
  await expect(page.locator('#sees')).toBeVisible();
  await page.goto('about:blank');
  await page.goto(link);
  await expect(page.locator('#sees'), 'whoever is in stays in').toBeVisible();
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(link);
  await expect(stranger.locator('#note')).toContainText('used already');
  await stranger.context().close();
  forgive(complaints);
});
