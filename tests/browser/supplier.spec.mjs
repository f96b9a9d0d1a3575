// The page of a small supplier, on a telephone: from the link to a receipt, without a connection in
// the middle, through a crash of the hub and the end of a key, and against those who would misuse it.
import { expect, expectAccessible, leave, test } from './support/fixtures.mjs';
import { aHubForEach, atThePlant, day, DELIVERY, enter, forgive, hub, invite, line, PLANT, promise, receipt, say, shown, state, SUPPLIER } from './support/supplier.mjs';

aHubForEach();

test('from the link to a receipt', async ({ page }) => {
  await promise();
  const link = await invite();
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(link);
  // Who sees it is said above the orders, and the first of them is on the first screen all the same.
  await expect(page.locator('#sees')).toContainText(/What you send is .* by \d+ organisations? of \d+ nations?\. Show them/);
  expect((await line(page).locator('button[data-act="shipped"]').boundingBox()).y).toBeLessThan(844);
  await page.locator('#sees summary').click();
  await expect(page.locator('#sees')).toContainText('(your customer)');
  await expectAccessible(page);
  await page.locator('#sees summary').click();
  expect(page.url(), 'the secret leaves the address bar').toBe(`${hub.url}/supplier/`);
  const secret = link.split('=')[1];
  expect(asked.filter((url) => url.includes(secret)), 'no address holds the secret').toEqual([]);
  expect(await page.evaluate(() => document.cookie), 'no script can read the key').toBe('');
  expect(await page.evaluate((text) => JSON.stringify(localStorage).includes(text), secret)).toBe(false);
  // By keyboard alone: finished, how many, send.
  await line(page).locator('button[data-act="made"]').press('Enter');
  await expect(line(page).locator('h4')).toHaveText('Finished: how many sets?');
  await page.keyboard.type('12');
  await page.keyboard.press('Enter');
  const card = line(page).locator('.supplier-done');
  await expect(card, 'what was just entered stands where it was entered').toBeFocused();
  await expect(card).toContainText('Finished 12 sets');
  await expect(card.getByRole('button', { name: 'Take back R-1-1' })).toBeVisible();
  await expect(state(page, 'R-1-1')).toHaveAttribute('data-state', 'recorded');
  await expect(page.locator('#told')).toContainText('R-1-1');
  await expect(line(page)).toContainText('finished 12 sets of 40 sets');
  await expectAccessible(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, 'nothing is wider than the telephone').toBeLessThanOrEqual(390);
  expect((await atThePlant()).made).toBe(12);
  await page.setViewportSize({ width: 1440, height: 900 });
  await expectAccessible(page);
  await page.reload();
  await expect(page.locator('#link')).toHaveText('Connected');
  await expect(state(page, 'R-1-1')).toHaveAttribute('data-state', 'recorded');
});

test('every button, and taking back', async ({ page }) => {
  await promise();
  await enter(page);
  await say(page, 'scrapped', 3);
  await say(page, 'stock', 7);
  await expect(state(page, 'R-1-2')).toHaveAttribute('data-state', 'recorded');
  await expect(line(page)).toContainText('scrapped 3');
  await expect(page.locator('#held > li'), 'stock is of a product, and said once').toHaveCount(1);
  await expect(page.locator('#held')).toContainText('all lines together: 7 sets');
  await receipt(page, 'R-1-1').getByRole('button', { name: 'Take back R-1-1' }).click();
  await receipt(page, 'R-1-1').getByRole('button', { name: 'Yes, take it back' }).click();
  await expect(receipt(page, 'R-1-1').locator('s')).toContainText('Scrapped 3');
  await expect(receipt(page, 'R-1-1')).toContainText('by R-1-3');
  await expect(receipt(page, 'R-1-3')).toContainText('Takes back R-1-1: scrapped 3 sets');
  await expect(state(page, 'R-1-3')).toHaveAttribute('data-state', 'recorded');
  await expect.poll(async () => (await atThePlant()).scrapped).toBeUndefined();
  await line(page).locator('button[data-act="late"]').click();
  await line(page).locator('input[name="day"]').fill(day(500));
  await line(page).getByRole('button', { name: 'Send' }).click();
  await expect(line(page).getByRole('alert')).toContainText('Say why');
  await line(page).locator('input[name="reason"]').fill('<img src=x onerror=alert(1)>');
  await line(page).getByRole('button', { name: 'Send' }).click();
  await expect(state(page, 'R-1-4')).toHaveAttribute('data-state', 'recorded');
  await expect(line(page)).toContainText(`due ${shown(20)}`);
  await expect(line(page)).toContainText(`now expected ${shown(500)}`);
  await expect(line(page)).toContainText('<img src=x');
  await say(page, 'shipped', 30);
  await expect(state(page, 'R-1-5')).toHaveAttribute('data-state', 'recorded');
  await expect(line(page)).toContainText('shipped 30 sets, on the way');
  await expect(line(page)).toContainText(`due ${shown(20)}`);
  await expect(page.locator('#lines > li', { hasText: `rest of ${DELIVERY}` })).toContainText('10 sets');
  // What left is no longer in stock.
  await say(page, 'stock', 7);
  const rest = page.locator('#lines > li', { hasText: `rest of ${DELIVERY}` });
  await rest.locator('button[data-act="shipped"]').click();
  await rest.locator('input[name="n"]').fill('4');
  await rest.getByRole('button', { name: 'Send' }).click();
  await expect(page.locator('#held')).toContainText('all lines together: 3 sets');
  await expect(rest.filter({ hasText: '· promised' })).toContainText('6 sets');
});

test('what is counted anew after something was taken back says so', async ({ page }) => {
  await promise();
  await enter(page);
  await say(page, 'made', 39);
  await say(page, 'stock', 5);
  await expect(state(page, 'R-1-2')).toHaveAttribute('data-state', 'recorded');
  await expect(page.locator('#held')).toContainText('5 sets');
  // A hub with much to count tells the numbers of before for a while.
  let old = await page.evaluate(async () => (await fetch('/v1/supplier/lines')).json());
  await page.route('**/v1/supplier/lines', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: old || await response.json() });
  });
  for (const number of ['R-1-1', 'R-1-2']) {
    await receipt(page, number).getByRole('button', { name: `Take back ${number}` }).click();
    await receipt(page, number).getByRole('button', { name: 'Yes, take it back' }).click();
  }
  await expect(state(page, 'R-1-4')).toHaveAttribute('data-state', 'recorded');
  await expect(page.locator('#held')).toContainText('5 sets · being recounted');
  await expect(line(page).locator('[data-recount]')).toHaveText('· being recounted');
  await say(page, 'made', 9);
  await expect(line(page).getByRole('alert')).toContainText('These numbers are being recounted');
  await expectAccessible(page);
  await line(page).getByRole('button', { name: 'No, change it' }).click();
  // So it does when the page is opened again.
  await page.reload();
  await expect(page.locator('#held')).toContainText('5 sets · being recounted');
  old = false;
  await expect(page.locator('[data-recount]')).toHaveCount(0);
  await expect(page.locator('#held')).not.toContainText('5 sets');
  await expect(line(page)).not.toContainText('finished 39 sets');
});

test('what was refused for its marking can be removed', async ({ page }) => {
  await promise();
  await enter(page);
  await line(page).locator('button[data-act="late"]').click();
  await line(page).locator('input[name="day"]').fill(day(30));
  await line(page).locator('input[name="reason"]').fill('SECRET//NOFORN steel');
  await line(page).getByRole('button', { name: 'Send' }).click();
  await expect(state(page, 'R-1-1')).toHaveAttribute('data-state', 'refused');
  await expect(state(page, 'R-1-1')).toContainText('Remove it here, too');
  await receipt(page, 'R-1-1').getByRole('button', { name: 'Remove it from this telephone' }).click();
  await expect(page.locator('body')).not.toContainText('NOFORN');
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('NOFORN');
  await expect(page.locator('#questions')).toHaveText('Questions? Call the Supply desk, Skarvik yard: +999 555 0109');
  await expect(page.locator('#questions a')).toHaveAttribute('href', 'tel:+9995550109');
});

test('what was finished stays with the rest when its first part arrives', async ({ page }) => {
  await promise(20);
  await enter(page);
  await say(page, 'made', 12);
  await say(page, 'shipped', 5);
  const rest = page.locator('#lines > li', { hasText: `rest of ${DELIVERY}` });
  await expect(rest).toContainText('finished 7 sets of 15 sets');
  const response = await fetch(`${hub.url}/api/v1/plants/${PLANT}/deliveries/${DELIVERY}/arrive`, {
    method: 'POST', headers: { authorization: `Bearer ${hub.planner}`, 'content-type': 'application/json' }, body: '{}',
  });
  expect(response.ok, await response.text()).toBe(true);
  await page.reload();
  await expect(rest).toContainText('finished 7 sets of 15 sets');
  await expect(line(page), 'what has arrived is no open line').toHaveCount(0);
});

test('what cannot be meant is refused, and what is much is asked about', async ({ page }) => {
  await promise(2);
  await enter(page);
  const send = async (n) => {
    await line(page).locator('input[name="n"]').fill(n);
    await line(page).getByRole('button', { name: /^(Send|Yes, send)$/ }).click();
  };
  const alert = line(page).getByRole('alert');
  await line(page).locator('button[data-act="made"]').click();
  for (const [n, says] of [['', 'Enter a number.'], ['2,5', 'only whole sets'], ['-3', 'more than nothing'], ['0', 'more than nothing'], ['1000000000', 'more than can be meant'], ['two', 'no number: two']]) {
    await send(n);
    await expect(alert).toContainText(says);
  }
  await send('50');
  await expect(alert).toContainText('Really 50 sets? The order line is for 2 sets.');
  await expect(page.locator('#receipts > li')).toHaveText(/Nothing was entered/);
  // Another number is asked about anew.
  await send('60');
  await expect(alert).toContainText('Really 60 sets?');
  await line(page).getByRole('button', { name: 'Yes, send' }).click();
  await expect(state(page, 'R-1-1')).toHaveAttribute('data-state', 'recorded');
  expect((await atThePlant()).made).toBe(60);
  await line(page).locator('button[data-act="late"]').click();
  await expect(line(page).locator('input[name="day"]')).toHaveValue(day(20));
  await line(page).locator('input[name="reason"]').fill('steel');
  for (const [date, says] of [['1999-01-01', 'is past'], [day(-3), `${shown(-3)} is past`], ['9999-01-01', 'three years'], ['', 'Choose a date'], [day(20), 'the date it has already']]) {
    await line(page).locator('input[name="day"]').fill(date);
    await line(page).getByRole('button', { name: 'Send' }).click();
    await expect(alert).toContainText(says);
  }
  await expect(page.locator('#receipts > li')).toHaveCount(1);
});

test('two taps are no answer to a question', async ({ page }) => {
  await promise(2);
  await enter(page);
  const twice = async (button) => {
    await button.scrollIntoViewIfNeeded();
    const { x, y, width, height } = await button.boundingBox();
    for (let tap = 0; tap < 2; tap += 1) await page.touchscreen.tap(x + width / 2, y + height / 2);
  };
  await line(page).locator('button[data-act="made"]').click();
  await line(page).locator('input[name="n"]').fill('22');
  await twice(line(page).getByRole('button', { name: 'Send' }));
  await expect(line(page).getByRole('alert')).toContainText('Really 22 sets?');
  const yes = line(page).getByRole('button', { name: 'Yes, send' });
  await expect(yes).toBeEnabled();
  await expect(page.locator('#receipts > li')).toHaveText(/Nothing was entered/);
  await expectAccessible(page);
  await line(page).getByRole('button', { name: 'No, change it' }).click();
  await expect(line(page).locator('input[name="n"]')).toBeFocused();
  await line(page).locator('input[name="n"]').fill('2');
  await line(page).getByRole('button', { name: 'Send' }).click();
  await expect(state(page, 'R-1-1')).toHaveAttribute('data-state', 'recorded');
  await twice(receipt(page, 'R-1-1').getByRole('button', { name: 'Take back R-1-1' }));
  await expect(receipt(page, 'R-1-1').getByText('Is it to be taken back?')).toBeVisible();
  await expect(receipt(page, 'R-1-1').getByRole('button', { name: 'Yes, take it back' })).toBeEnabled();
  await expect(page.locator('#receipts > li')).toHaveCount(1);
  await receipt(page, 'R-1-1').getByRole('button', { name: 'No' }).click();
  await expect(receipt(page, 'R-1-1').getByText('Is it to be taken back?')).toHaveCount(0);
});

test('leaving is asked about, and says whom to ask for a new link', async ({ page, complaints }) => {
  await promise();
  await enter(page);
  await page.getByRole('button', { name: 'Leave on this telephone' }).click();
  await expect(page.locator('#leaving')).toContainText(/new link: ask whoever sent you the link at /);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Stay' }).click();
  await expect(page.locator('#leaving')).toBeHidden();
  await say(page, 'made', 1);
  await expect(state(page, 'R-1-1')).toHaveAttribute('data-state', 'recorded');
  await page.getByRole('button', { name: 'Leave on this telephone' }).click();
  await page.getByRole('button', { name: 'Yes, leave' }).click();
  await expect(page.locator('#note')).toContainText('You have left');
  await expect(page.locator('#note')).toContainText('for a new link');
  await expect(page.locator('#open')).toBeHidden();
  await expectAccessible(page);
  await page.reload();
  await expect(page.locator('#note')).toContainText('open the link of your invitation');
  await expect(page.locator('#note'), 'who left is not remembered').toContainText('ask whoever invited you');
  forgive(complaints);
});

test('offline in the middle: nothing is lost or doubled', async ({ page, context, complaints }) => {
  await promise();
  await enter(page);
  await context.setOffline(true);
  await expect(page.locator('#link')).toHaveAttribute('data-link', /off|joining/);
  await say(page, 'made', 4);
  await expect(state(page, 'R-1-1')).toContainText('waiting');
  await say(page, 'made', 7);
  await say(page, 'made', 5);
  await receipt(page, 'R-1-2').getByRole('button', { name: 'Take back R-1-2' }).click();
  await receipt(page, 'R-1-2').getByRole('button', { name: 'Yes, take it back' }).click();
  await expect(page.locator('#told')).toContainText('Taken back before it was sent: Finished 7');
  await expect(page.locator('#receipts > li')).toHaveCount(2);
  await context.setOffline(false);
  await expect(state(page, 'R-1-2')).toHaveAttribute('data-state', 'recorded');
  await expect(state(page, 'R-1-1')).toHaveAttribute('data-state', 'recorded');
  expect((await atThePlant()).made).toBe(9);
  forgive(complaints);
});

test('opened again without a connection: the page is there, and an entry arrives once', async ({ page, context, complaints }) => {
  await promise();
  await enter(page);
  await say(page, 'made', 4);
  await expect(state(page, 'R-1-1')).toHaveAttribute('data-state', 'recorded');
  const worker = () => page.evaluate(() => navigator.serviceWorker.ready.then(({ scope }) => new URL(scope).pathname));
  expect(await worker(), 'no other page of the hub is touched').toBe('/supplier/');
  const stored = await page.evaluate(async () => {
    const found = [];
    for (const name of await caches.keys()) for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
    return found;
  });
  expect(stored).toContain('/supplier/');
  expect(stored.filter((path) => /^\/(v1|api)\//.test(path)), 'no answer of the hub is stored').toEqual([]);

  // Away in both ways: this browser has no network, and the hub is down.
  await context.setOffline(true);
  await hub.stop();
  await expect(page.locator('#link')).toHaveAttribute('data-link', /off|joining/);
  await say(page, 'made', 5);
  await expect(page.locator('#link')).toContainText('1 waiting');
  await expect(page.locator('#link')).not.toContainText('Do not reload');
  const answer = await page.reload();
  expect(answer.fromServiceWorker()).toBe(true);
  expect(answer.headers()['content-security-policy'], 'the same rules hold').toContain("default-src 'self'");
  await expect(page.locator('#note').getByRole('heading', { name: 'Without a connection' })).toBeVisible();
  await expect(state(page, 'R-1-2')).toContainText('waiting');
  await expect(line(page)).toContainText('finished 4 sets of 40 sets');
  await expect(page.locator('#sees'), 'who reads it is not kept').toBeHidden();
  await expectAccessible(page);
  await say(page, 'made', 7);
  await expect(line(page).locator('.supplier-done')).toContainText('Finished 7 sets');
  await page.reload();
  await expect(state(page, 'R-1-3')).toContainText('waiting');

  await context.setOffline(false);
  await hub.restart();
  await expect(page.locator('#link')).toHaveText('Connected');
  await expect(state(page, 'R-1-3')).toHaveAttribute('data-state', 'recorded');
  await expect(page.locator('#receipts > li')).toHaveCount(3);
  await expect(page.locator('#note')).toBeHidden();
  await expect(page.locator('#sees')).toBeVisible();
  await expect(line(page)).toContainText('finished 16 sets of 40 sets');
  expect((await atThePlant()).made, 'each arrived once').toBe(16);

  // Whoever leaves leaves nothing behind, not even how the columns of a spreadsheet were called.
  await page.locator('#sheet summary').click();
  await page.locator('#pasted').fill(`Order;Finished\n${DELIVERY};1`);
  await page.getByRole('button', { name: 'Send 1 entry' }).click();
  await expect(state(page, 'R-1-4')).toHaveAttribute('data-state', 'recorded');
  await page.getByRole('button', { name: 'Leave on this telephone' }).click();
  await page.getByRole('button', { name: 'Yes, leave' }).click();
  await expect(page.locator('#note')).toContainText('You have left');
  await expect.poll(() => page.evaluate(async () => [
    (await caches.keys()).length, (await navigator.serviceWorker.getRegistrations()).length, Object.keys(localStorage),
  ])).toEqual([0, 0, []]);
  forgive(complaints, /ERR_|WebSocket|401|fetch/);
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

/** The feed of the link that a page was opened with. */
const feedOf = (page) => page.evaluate(() => Object.keys(localStorage).find((key) => key.startsWith('slipway.supplier.supplier:')).slice('slipway.supplier.'.length));

/** Ends the key of a page that is offline, and lets it find that out. */
async function shutOut(page, context) {
  await hub.run('key', 'revoke', await feedOf(page));
  await context.setOffline(false);
  await expect(page.locator('#link')).toHaveAttribute('data-link', 'not_in');
}

test('what waits when a key ends goes with the next link, once', async ({ page, context, complaints }) => {
  await promise();
  await enter(page);
  await say(page, 'made', 2);
  await expect(state(page, 'R-1-1')).toHaveAttribute('data-state', 'recorded');
  await context.setOffline(true);
  await expect(page.locator('#link')).toHaveAttribute('data-link', /off|joining/);
  await say(page, 'made', 3);
  await say(page, 'scrapped', 1);
  await expect(state(page, 'R-1-2')).toContainText('sent by itself');
  await shutOut(page, context);
  await expect(page.locator('#link')).toContainText('Nothing can be sent until you open a new link');
  await expect(state(page, 'R-1-2')).toContainText('cannot be sent until you open a new link');
  await expect(page.locator('#note')).toContainText('Finished 3 sets');
  await expectAccessible(page);
  await page.reload();
  await expect(page.locator('#note'), 'said after a reload, too').toContainText('2, listed below');
  await expect(page.locator('#note-list > li')).toHaveCount(2);
  // In the tab that is open: only what stands after the # changes.
  await page.goto(await invite());
  await expect(page.locator('#link')).toHaveText('Connected');
  await expect(page.locator('#note')).toContainText('2 entries that waited were taken over');
  await expect(state(page, 'R-1-2')).toHaveAttribute('data-state', 'recorded');
  await expect(receipt(page, 'R-1-1')).toContainText('entered with your earlier link as R-1-2');
  await expect(page.locator('[data-former]'), 'the receipts of before are kept').toHaveCount(1);
  await expect(page.locator('[data-former]')).toContainText('Finished 2 sets');
  await expect(page.locator('[data-former] button')).toHaveCount(0);
  await expect.poll(async () => (await atThePlant()).made, 'what was on record is not sent again').toBe(5);
  await page.reload();
  await expect(page.locator('#link')).toHaveText('Connected');
  await expect(page.locator('#receipts > li')).toHaveCount(3);
  expect((await atThePlant()).made).toBe(5);
  forgive(complaints, /ERR_|WebSocket|401/);
});

test('a new link in another tab takes over from the tab that was shut out, and asks about what may have arrived', async ({ page, context, complaints }) => {
  await promise();
  let lost = 0;
  await page.routeWebSocket('**/v1/ingest', (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => server.send(message));
    server.onMessage((message) => { if (JSON.parse(message).type === 'ack') lost += 1; else socket.send(message); });
  });
  await enter(page);
  await say(page, 'made', 4);
  await expect.poll(() => lost).toBe(1);
  await hub.run('key', 'revoke', await feedOf(page));
  await expect(page.locator('#link')).toHaveAttribute('data-link', 'not_in');
  await say(page, 'made', 3);
  const other = await context.newPage();
  await other.goto(await invite());
  await expect(state(other, 'R-1-1')).toHaveAttribute('data-state', 'recorded');
  await expect(receipt(other, 'R-1-1')).toContainText('Finished 3 sets');
  await expect(page.locator('#note')).toContainText('another tab');
  const doubtful = other.locator('[data-former]');
  await expect(doubtful).toContainText('Finished 4 sets');
  await expect(doubtful).toContainText('the answer was lost');
  await expectAccessible(other);
  await doubtful.getByRole('button', { name: 'Leave it out' }).click();
  await expect(doubtful).toHaveCount(0);
  await expect.poll(async () => (await atThePlant()).made).toBe(7);
  forgive(complaints, /ERR_|WebSocket|401/);
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

test('whoever has an account reports as the supplier without a link', async ({ page, complaints }) => {
  await promise();
  const password = 'nine grey gulls at noon';
  await hub.account('eva', 'XBB/port-lisle', 'contributor', password, '--plant', PLANT, '--supplier', SUPPLIER);
  const signIn = async () => {
    await page.goto(`${hub.url}/signin/`);
    await page.locator('#name').fill('eva');
    await page.locator('#password').fill(password);
    await page.locator('#password').press('Enter');
    await expect(page).toHaveURL(`${hub.url}/supplier/`);
    await expect(page.locator('#link')).toHaveText('Connected');
  };
  await signIn();
  await expect(page.locator('#end')).toContainText('You are signed in with an account');
  await expectAccessible(page);
  await say(page, 'made', 12);
  await expect(page.locator('[data-receipt] [data-state]')).toHaveAttribute('data-state', 'recorded');
  expect((await atThePlant()).made).toBe(12);
  // Another browser of hers in between loses nothing of this one's.
  const other = await page.context().browser().newContext({ storageState: await page.context().storageState() });
  const beside = await other.newPage();
  await beside.addInitScript(() => localStorage.clear());
  await beside.goto(`${hub.url}/supplier/`);
  await expect(beside.locator('#link')).toHaveText('Connected');
  await say(beside, 'made', 3);
  await expect(beside.locator('[data-receipt] [data-state]')).toHaveAttribute('data-state', 'recorded');
  await other.close();
  await expect(page.locator('#note-title')).toHaveText('Open somewhere else');
  await page.getByRole('button', { name: 'Use this page' }).click();
  await expect(page.locator('#link')).toHaveText('Connected');
  await say(page, 'made', 5);
  await expect.poll(async () => (await atThePlant()).made).toBe(20);
  // She is signed out where she sits, and a person disabled is not let in.
  await page.locator('#leave').click();
  await page.locator('#really-leave').click();
  await expect(page.locator('#note-title')).toHaveText('You are signed out');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(`${hub.url}/signin/`);
  forgive(complaints);
});
