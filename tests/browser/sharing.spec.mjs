// Who sees what: an official narrows something, an ally's open page loses it at once, and it returns
// only when a second person agrees.
import { expect, expectAccessible, Hub, test } from './support/fixtures.mjs';
import { Feed } from './support/feed.mjs';

const PASSWORD = 'nine grey gulls at noon';
const PLANT = 'home-yard';
const UNIT = 'cut-1';
const REASON = 'Trials of a new cutting process';

let hub;

test.beforeAll(async () => {
  hub = await Hub.start();
  for (const name of ['anna', 'bo']) await hub.account(name, 'XAA/skarvik', 'releaser', PASSWORD);
  await hub.account('cy', 'XAA/skarvik', 'viewer', PASSWORD);
});

test.afterAll(async () => {
  await hub?.dispose();
});

/** A page of a browser of its own, signed in with a name; ended with `close()` of its context. */
async function signedIn(browser, name, options = {}) {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Oslo', ...options });
  const page = await context.newPage();
  const answer = await context.request.post(`${hub.url}/v1/session`, { data: { name, password: PASSWORD } });
  expect(answer.ok(), await answer.text()).toBe(true);
  return page;
}

/** An ally's open page of the plant, signed in by a key. */
async function allysPage(browser) {
  const page = await (await browser.newContext()).newPage();
  await hub.letIn(page, 'XBB/port-lisle');
  await page.goto(`${hub.url}/plant/${PLANT}`);
  await expect(page.locator(`#units [data-unit="${UNIT}"]`)).toBeVisible();
  return page;
}

const owner = (page) => page.locator('[data-owner="XAA/skarvik"]');
const kind = (page, name) => owner(page).locator(`tr.kind[data-kind="${name}"]`);
const why = (page, name) => owner(page).locator(`#why-XAA-skarvik-${name}`);
const decision = (page, state) => page.locator(`#queue [data-decision][data-state="${state}"]`);
const form = (page, what) => page.locator(`form[data-form="${what}"]`);

async function narrow(page, { review, unit = UNIT } = {}) {
  const narrowing = form(page, 'narrow');
  if (await narrowing.isHidden()) await page.locator('#narrow summary').click();
  await narrowing.locator('select[name="plant"]').selectOption(PLANT);
  await narrowing.locator('select[name="thing"]').selectOption(unit);
  await narrowing.getByLabel('States and stock now').check();
  await narrowing.getByLabel('Places and names').check();
  await expect(narrowing.locator('.effect')).toContainText('None yet');
  await narrowing.getByLabel('Brenmoor').uncheck();
  await narrowing.getByLabel('Why').fill(REASON);
  if (review) await narrowing.locator('input[name="review"]').fill(review);
  await expect(narrowing.locator('.effect')).toContainText('Brenmoor');
  await expect(narrowing.locator('.effect')).not.toContainText('Corvania');
  await narrowing.getByRole('button', { name: 'Narrow now' }).click();
}

test('narrowed by one, an ally’s open page loses it; widened by two, it returns', async ({ browser }) => {
  const [anna, bo, ally] = [await signedIn(browser, 'anna'), await signedIn(browser, 'bo'), await allysPage(browser)];
  await anna.goto(hub.url);
  await anna.locator('#top').getByRole('link', { name: 'Sharing' }).click();
  await expect(anna.locator('#lead-title')).toHaveText('What others see of Skarvik Shipbuilding');
  await expectAccessible(anna);

  // Every answer says why: by which agreement, until when, reviewed by whom; or that nothing is agreed.
  await kind(anna, 'line_state').getByRole('button').press('Enter');
  await expect(why(anna, 'line_state')).toContainText(/Northern programme: sharing of production data, until 31\sDec\s2035.*Aldermark Defence Procurement/);
  await kind(anna, 'surge_limit').getByRole('button').click();
  await expect(why(anna, 'surge_limit')).toContainText(/does not name them/);
  await expect(kind(anna, 'line_state').locator('td[data-label="Brenmoor"] .sees')).toHaveAttribute('data-see', 'yes');
  await expect(kind(anna, 'line_state').locator('td[data-label="Public"] .sees')).toHaveAttribute('data-see', 'no');
  await expectAccessible(anna);

  // What happened there while the page was open goes with it.
  const feed = await Feed.connect(hub, { key: await hub.key('--feed', 'cutting', '--plant', PLANT), feed: 'cutting' });
  await feed.unitState(UNIT, 'working');
  await feed.unitState(UNIT, 'down', { reason: 'quality/weld' });
  await expect(ally.locator('#events li').first()).toBeVisible();
  await narrow(anna);
  await expect(anna.locator('#told')).toContainText('in force now');
  await expect(ally.locator(`#units [data-unit="${UNIT}"]`)).toHaveCount(0);
  await expect(ally.locator('#units [data-unit="cut-2"]')).toBeVisible();
  await expect(ally.locator('#events li')).toHaveCount(0);
  feed.close();
  await expect(kind(anna, 'line_state').locator('td[data-label="Brenmoor"] .sees')).toHaveAttribute('data-see', 'some');
  await expect(why(anna, 'line_state')).toContainText(`Narrowed since`);
  await expect(why(anna, 'line_state')).toContainText(REASON);
  await expect(anna.locator('#changed')).toContainText(`anna narrowed`);

  // Whoever proposes its end cannot agree; another releaser can.
  const narrowed = decision(anna, 'in_force');
  await narrowed.getByRole('button', { name: 'Propose to end it' }).click();
  await expect(form(anna, 'lift').getByLabel('Why')).toBeFocused();
  await expectAccessible(anna);
  await form(anna, 'lift').getByLabel('Why').fill('The trials are over');
  await form(anna, 'lift').getByRole('button', { name: 'Propose' }).click();
  await expect(anna.locator('#told')).toContainText('waits for another releaser');
  await expect(decision(anna, 'waiting')).toContainText('you proposed it');
  await expect(decision(anna, 'waiting').getByRole('button', { name: 'Agree' })).toHaveCount(0);
  await expect(ally.locator(`#units [data-unit="${UNIT}"]`)).toHaveCount(0);
  // Every page tells the other releaser that something waits.
  await bo.goto(hub.url);
  await bo.locator('#top').getByRole('link', { name: 'Sharing: 1 to look at' }).click();
  await expect(decision(bo, 'waiting')).toContainText('to Brenmoor again');
  await expect(bo.locator('#queue')).toContainText('1 proposal waits for a second person');
  // A hand that taps twice opens nothing: what opens to whom is asked about first.
  await decision(bo, 'waiting').getByRole('button', { name: 'Agree' }).dblclick();
  await expect(decision(bo, 'waiting').getByRole('alert')).toContainText(/Brenmoor can see again: .*states and stock now/i);
  await expectAccessible(bo);
  await expect(ally.locator(`#units [data-unit="${UNIT}"]`)).toHaveCount(0);
  await decision(bo, 'waiting').getByRole('button', { name: 'Yes, show it' }).click();
  await expect(bo.locator('#told')).toContainText('Agreed');
  await expect(ally.locator(`#units [data-unit="${UNIT}"]`)).toBeVisible();
  await expect(bo.locator('#queue')).toContainText('nothing waits');
  await expect(bo.locator('#changed')).toContainText(/bo agreed.*anna proposed.*anna narrowed/s);
  for (const page of [anna, bo, ally]) await page.context().close();
});

test('what cannot be is told beside the form, and nothing typed is lost', async ({ browser }) => {
  const anna = await signedIn(browser, 'anna');
  await anna.goto(`${hub.url}/sharing/`);
  // What no plant's file keeps back cannot be opened, and is not offered.
  await anna.locator('#release summary').click();
  await expect(anna.locator('#release')).toContainText('Nothing to open');
  await anna.locator('#narrow summary').click();
  const narrowing = form(anna, 'narrow');
  await expect(narrowing.getByLabel('Dunmere'), 'who sees nothing is not asked about').toHaveCount(0);
  await narrowing.getByLabel('Why').fill('A trial that nobody hears of');
  await narrowing.getByLabel('Corvania').uncheck();
  await narrowing.getByRole('button', { name: 'Narrow now' }).click();
  await expect(narrowing.locator('.wrong')).toContainText('Tick what is to be narrowed');
  await narrowing.getByLabel('Everything').check();
  await expect(narrowing.getByLabel('Single sources')).toBeDisabled();
  await narrowing.getByLabel('Everything').uncheck();
  await narrowing.getByLabel('Single sources').check();
  await narrowing.getByRole('button', { name: 'Narrow now' }).click();
  await expect(narrowing.locator('.wrong')).toContainText('Nobody sees less by this');
  await expect(narrowing.getByLabel('Why')).toHaveValue('A trial that nobody hears of');
  await expectAccessible(anna);
  await anna.context().close();
});

test('a proposal is withdrawn, on a telephone', async ({ browser }) => {
  const anna = await signedIn(browser, 'anna', { viewport: { width: 390, height: 844 }, hasTouch: true });
  await anna.goto(`${hub.url}/sharing/`);
  // What is alike stands in one line, and not once for each nation.
  await expect(kind(anna, 'line_state').locator('td.in-short')).toContainText(/Yes.*Brenmoor, and Corvania.*No.*Public/);
  await expect(kind(anna, 'line_state').locator('td:visible')).toHaveCount(1);
  await kind(anna, 'line_state').getByRole('button').click();
  await expect(why(anna, 'line_state').getByRole('link', { name: '+999 555 0190' })).toHaveAttribute('href', 'tel:+9995550190');
  await anna.locator('#narrow summary').click();
  await anna.locator('#release summary').click();
  await expect(form(anna, 'narrow')).toBeVisible();
  await expectAccessible(anna);
  const width = await anna.evaluate(() => document.documentElement.scrollWidth);
  expect(width, 'nothing is wider than the telephone').toBeLessThanOrEqual(390);
  await narrow(anna, { review: new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10) });
  await expect(anna.locator('#told')).toContainText('in force now');
  await decision(anna, 'in_force').getByRole('button', { name: 'Keep it longer' }).click();
  await form(anna, 'keep').getByLabel('Why').fill('The trials go on');
  await form(anna, 'keep').getByRole('button', { name: 'Keep it' }).click();
  await expect(anna.locator('#told')).toContainText('new day');
  await decision(anna, 'in_force').getByRole('button', { name: 'Propose to end it' }).click();
  await form(anna, 'lift').getByLabel('Why').fill('The trials are over');
  await form(anna, 'lift').getByRole('button', { name: 'Propose' }).click();
  await expect(decision(anna, 'in_force')).toContainText('Its end is proposed above');
  await decision(anna, 'waiting').getByRole('button', { name: 'Withdraw' }).click();
  await expect(anna.locator('#told')).toContainText('Withdrawn');
  await expect(decision(anna, 'waiting')).toHaveCount(0);
  await expect(decision(anna, 'in_force')).toContainText('The trials go on');
  await expectAccessible(anna);
  await anna.context().close();
});

test('what somebody else decides shows by itself, and takes nothing away that is being written', async ({ browser }) => {
  const [anna, bo] = [await signedIn(browser, 'anna'), await signedIn(browser, 'bo')];
  await anna.goto(`${hub.url}/sharing/`);
  await anna.locator('#lead').getByRole('link', { name: 'Show something to fewer' }).press('Enter');
  await expect(anna.locator('#narrow summary'), 'the next step by keyboard is in the form').toBeFocused();
  const narrowing = form(anna, 'narrow');
  await expect(narrowing, 'the way to it is not behind all tables').toBeInViewport();
  await narrowing.locator('select[name="thing"]').selectOption('cut-1');
  await narrowing.getByLabel('States and stock now').check();
  await narrowing.getByLabel('Why').fill('Half a sentence of');
  await narrowing.getByLabel('Why').evaluate((box) => { box.setSelectionRange(4, 4); window.written = box; });
  await expect(anna.locator('#lead')).toContainText('Renewed by itself');
  const renewed = anna.locator('#lead [data-renewed]');
  const before = await renewed.getAttribute('data-renewed');
  await bo.goto(`${hub.url}/sharing/`);
  await narrow(bo, { unit: 'P1-1' });
  await expect(bo.locator('#told')).toContainText('in force now');
  // Nobody touches this page.
  await expect(anna.locator('#changed')).toContainText('bo narrowed');
  await expect(renewed, 'it says when it was renewed').not.toHaveAttribute('data-renewed', before);
  await expect(narrowing.getByLabel('Why')).toBeFocused();
  await expect(narrowing.getByLabel('Why')).toHaveValue('Half a sentence of');
  expect(await anna.evaluate(() => [window.written.isConnected, window.written.selectionStart])).toEqual([true, 4]);
  await expect(narrowing.locator('select[name="thing"]')).toHaveValue('cut-1');
  await expect(narrowing.getByLabel('States and stock now')).toBeChecked();
  for (const page of [anna, bo]) await page.context().close();
});

test('what is chosen most stands first, and the rest where it stands in the plant', async ({ browser }) => {
  const anna = await signedIn(browser, 'anna');
  await anna.goto(`${hub.url}/sharing/`);
  await anna.locator('#narrow summary').click();
  const things = form(anna, 'narrow').locator('select[name="thing"]');
  await form(anna, 'narrow').locator('select[name="plant"]').selectOption(PLANT);
  await expect(things.locator('option').first()).toHaveText('the whole plant');
  await expect(things.locator('optgroup').first()).toHaveAttribute('label', 'Parts of the plant');
  await expect(things.locator('optgroup').first().locator('option').first()).toHaveText('Plate shop, all of it');
  const groupOf = (code) => things.evaluate((list, value) => [...list.options].find((option) => option.value === value)?.parentNode.label, code);
  expect(await groupOf('cut-1')).toBe('Plate shop');
  expect(await things.locator('optgroup').last().getAttribute('label')).toBe('Cranes and transporters');
  const texts = await things.evaluate((list) => [...list.querySelectorAll('optgroup')].flatMap((group) => [...group.children].map((option) => `${group.label}: ${option.textContent}`)));
  expect(new Set(texts).size, 'no two read alike').toBe(texts.length);
  // By keyboard: its first letters choose it.
  await things.focus();
  await anna.keyboard.type('Turn-over');
  await expect(things.locator('option:checked')).toHaveText('Turn-over crane');
  await anna.context().close();
});

test('headings stay in sight at a desk, at a narrow window and on a telephone', async ({ browser }) => {
  const anna = await signedIn(browser, 'anna');
  await anna.goto(`${hub.url}/sharing/`);
  const head = owner(anna).locator('thead th');
  const last = owner(anna).locator('tr.kind').last();
  for (const size of [{ width: 1440, height: 900 }, { width: 900, height: 700 }]) {
    await anna.setViewportSize(size);
    await last.locator('td').last().scrollIntoViewIfNeeded();
    await last.locator('td').last().evaluate((cell) => cell.scrollIntoView({ block: 'center' }));
    for (const cell of [head.first(), head.last(), last.locator('th')]) {
      await expect(cell).toBeInViewport({ ratio: 1 });
      const box = await cell.boundingBox();
      const on = await anna.evaluate(({ x, y }) => document.elementFromPoint(x, y)?.closest('th')?.textContent, { x: box.x + 8, y: box.y + box.height / 2 });
      expect(on, 'nothing lies over it').toBe(await cell.textContent());
    }
  }
  await anna.setViewportSize({ width: 390, height: 844 });
  await kind(anna, 'line_state').getByRole('button').click();
  await why(anna, 'line_state').locator('li').last().evaluate((reason) => reason.scrollIntoView({ block: 'end' }));
  await expect(kind(anna, 'line_state').locator('th')).toBeInViewport({ ratio: 1 });
  await anna.context().close();
});

test('whoever decides nothing here reads, and is told how one comes to decide', async ({ browser, page }) => {
  const cy = await signedIn(browser, 'cy');
  await cy.goto(`${hub.url}/sharing/`);
  await expect(cy.locator('#lead-title')).toHaveText('What others see of Skarvik Shipbuilding');
  await expect(cy.locator('form')).toHaveCount(0);
  await expect(cy.locator('#how')).toContainText('slipway account new');
  await expectAccessible(cy);
  await cy.context().close();

  // An ally is told what it is shared itself, and of nobody else.
  await hub.letIn(page, 'XBB/port-lisle');
  await page.goto(`${hub.url}/sharing/`);
  await expect(page.locator('#lead-title')).toHaveText('What is shared with Port Lisle Marine');
  await expect(owner(page)).toContainText('Skarvik Shipbuilding');
  await expect(page.locator('#queue')).toBeHidden();
  await expect(page.locator('body')).not.toContainText(REASON);
  await expect(kind(page, 'line_state').locator('td')).toHaveCount(1);
  await expectAccessible(page);
});

test('who is not signed in sees nothing of it', async ({ page, complaints }) => {
  await page.goto(`${hub.url}/sharing/`);
  await expect(page.locator('.refusal')).toContainText('Nothing is shared with you');
  await expectAccessible(page);
  // The browser notes the refusals that the page tells.
  complaints.splice(0, complaints.length, ...complaints.filter((complaint) => !complaint.includes('404')));
});

test('who looks after the hub is told so, and an auditor where its record is', async ({ browser }) => {
  await hub.account('dora', 'XAA/skarvik', 'auditor', PASSWORD);
  const dora = await signedIn(browser, 'dora');
  await dora.goto(`${hub.url}/sharing/`);
  await expect(dora.locator('.refusal')).toContainText('Your role looks after this hub and sees no plant');
  await expect(dora.locator('body')).not.toContainText('Who is not signed in');
  await expectAccessible(dora);
  await dora.getByRole('link', { name: 'Open the record' }).click();
  await expect(dora.locator('body')).toContainText('account:dora');
  await dora.context().close();
});

test('a hub that is away leaves the page as it was, and is asked again', async ({ browser }) => {
  const anna = await signedIn(browser, 'anna');
  await anna.goto(`${hub.url}/sharing/`);
  await expect(owner(anna)).toBeVisible();
  await anna.context().setOffline(true);
  await hub.restart();
  await expect(anna.locator('.banner')).toContainText('hub');
  await expect(owner(anna)).toBeVisible();
  // Another table: the tests before may have narrowed the first already.
  await narrow(anna, { unit: 'cut-2' });
  await expect(form(anna, 'narrow').locator('.wrong')).toContainText('Nothing was changed');
  await anna.context().setOffline(false);
  await expect(anna.locator('.banner')).toHaveCount(0);
  await form(anna, 'narrow').getByRole('button', { name: 'Narrow now' }).click();
  await expect(anna.locator('#told')).toContainText('in force now');
  await anna.context().close();
});

test('what allies see can be read in five minutes', async ({ page }) => {
  await page.goto(`${hub.url}/help/allies/`);
  await expect(page.locator('h1')).toHaveText('What your allies see');
  const words = (await page.locator('.help-text').innerText()).split(/\s+/).length;
  expect(words, 'at 240 words a minute').toBeLessThan(1200);
  for (const said of ['label', 'agreement', 'takes two', 'a supplier', '7 of 9 stations', 'nobody', 'Partly', 'Narrowed', 'Narrow now', 'Whom to call', '/api/v1/audit']) {
    await expect(page.locator('.help-text')).toContainText(said);
  }
  await expectAccessible(page);
});
