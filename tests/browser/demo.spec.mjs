// The pages say what the API says: the same hold-up everywhere, and to each audience only what
// is its own to know.
import { expect, expectAccessible, test } from './support/fixtures.mjs';
import { flaggedInPicture } from './support/sight.mjs';

/** Drawing in software and fetching the program take their time [ms]. */
const PICTURE_MS = 120_000;

test.describe.configure({ timeout: 2 * PICTURE_MS });

/** What the pages call the main hold-up of a plant now; it is asked for anew at each try. */
const named = (demo, plant) => demo.holdUp(plant, 'XAA');

for (const plant of ['home-yard', 'munitions', 'partner-yard']) {
  test(`the hold-up on the page of ${plant} is the one that the API names`, async ({ page, demo }) => {
    await page.goto(`${demo.url}/plant/${plant}?as=XAA`);
    await expect(async () => {
      const card = await named(demo, plant);
      expect(card.known).toBe(true);
      await expect(page.locator('#card-holdup .answer')).toHaveText(card.name, { timeout: 1_000 });
      const flagged = await page.locator('tr.flagged').evaluateAll((rows) => rows.map(({ dataset }) => dataset.unit));
      expect(flagged.sort()).toEqual([...card.units].sort());
      await expect(page.locator('#card-holdup .chain li')).toHaveCount(card.chain.length, { timeout: 1_000 });
    }).toPass();
  });
}

test('the programme flags the hold-up of one of its plants, and tells that of each', async ({ page, demo }) => {
  await page.goto(`${demo.url}/?as=XAA`);
  await expect(async () => {
    const { items: board } = await demo.api('programme?as=XAA');
    await expect(page.locator('#card-holdup .answer')).toHaveText(board['board/holdup'].name, { timeout: 1_000 });
    for (const plant of ['home-yard', 'munitions', 'partner-yard']) {
      const { name } = await named(demo, plant);
      expect(board[`digest/${plant}`].hold_up).toBe(name);
      await expect(page.locator(`[data-plant="${plant}"]`)).toContainText(name, { timeout: 1_000 });
    }
  }).toPass();
});

test('the hold-up over the picture is the one that the API names', async ({ page, demo }) => {
  await page.goto(`${demo.url}/viewer/?plant=home-yard&as=XAA`);
  await expect(page.locator('body')).toHaveAttribute('data-engine', 'ready', { timeout: PICTURE_MS });
  await expect(async () => {
    const card = await named(demo, 'home-yard');
    await expect(page.locator('#holdup strong')).toContainText(card.name, { timeout: 1_000 });
    const flagged = await page.locator('.row.flagged').evaluateAll((rows) => rows.map(({ dataset }) => dataset.row));
    expect(flagged.sort()).toEqual([...card.units].sort());
    const signs = await flaggedInPicture(page);
    expect(signs).not.toEqual([]);
    expect(card.units).toEqual(expect.arrayContaining(signs));
  }).toPass();
});

test('it is never in doubt that the demonstration is simulated', async ({ page, demo }) => {
  for (const path of ['/?as=XAA', '/plant/home-yard?as=XAA', '/viewer/?plant=home-yard&as=XAA']) {
    await page.goto(demo.url + path);
    await expect(page.locator('#top .badge')).toHaveAttribute('data-origin', 'simulated');
    await expect(page.locator('#top .badge')).toBeVisible();
  }
});

test('nation C is told what kind of thing is withheld, and nothing of what it is', async ({ page, demo }) => {
  const theirs = await demo.api('plants?as=XCC');
  expect(Object.keys(theirs.items)).not.toContain('munitions');
  expect(Object.keys((await demo.api('plants?as=XAA')).items)).toContain('munitions');

  await page.goto(`${demo.url}/?as=XCC`);
  const kept = page.locator('#card-trust .kept-back');
  await expect(kept).toContainText('whole plants');
  await expect(kept).toContainText(`You see ${Object.keys(theirs.items).length} plants`);
  await expect(kept).toContainText('programme office');
  await expect(page.locator('[data-plant]')).toHaveCount(Object.keys(theirs.items).length);
  await expect(page.locator('[data-plant="munitions"]')).toHaveCount(0);
  await expect(page.locator('body')).not.toContainText('Torrenfeld');

  await page.goto(`${demo.url}/plant/munitions?as=XCC`);
  await expect(page.locator('.refusal')).toBeVisible();
  await expect(page.locator('body')).not.toContainText('Torrenfeld');
});

test('what is withheld and what does not exist read the same', async ({ page, demo }) => {
  const told = [];
  for (const plant of ['munitions', 'no-such-plant']) {
    await page.goto(`${demo.url}/plant/${plant}?as=XCC`);
    await expect(page.locator('.refusal')).toBeVisible();
    told.push((await page.locator('.refusal').innerText()).replaceAll(plant, ''));
  }
  expect(told[0]).toBe(told[1]);
});

test('the public is told that nothing is shared with it, and how to look as a nation', async ({ page, demo }) => {
  await page.goto(`${demo.url}/?as=public`);
  await expect(page.locator('.refusal')).toContainText(/nothing/i);
  await expect(page.locator('body')).not.toContainText('Skarvik');
  await page.getByRole('link', { name: 'Look as Aldermark' }).click();
  await expect(page.locator('[data-plant="home-yard"]')).toContainText('Skarvik');
  await expect(page).toHaveURL(/as=XAA/);
});

test('there is no picture of what is not shared, and no button for it', async ({ page, demo }) => {
  for (const path of ['/viewer/?plant=home-yard&as=public', '/viewer/?as=XAA']) {
    await page.goto(demo.url + path);
    await expect(page.locator('.refusal')).toBeVisible();
    for (const id of ['#tools', '#list', '#stage', '#legend']) await expect(page.locator(id)).toBeHidden();
    await expect(page.locator('.badge')).toHaveCount(0);
    await expectAccessible(page);
  }
  await expect(page.locator('.refusal')).toContainText('No plant is named');
});

test('the programme puts ships and rounds before the blocks that go into ships', async ({ page, demo }) => {
  const { items: board } = await demo.api('programme?as=XAA');
  const { items: due } = board['board/deliver'];
  expect(due).toHaveLength(3);
  expect(due.map(({ promised }) => promised)).toEqual(due.map(({ promised }) => promised).sort());
  const { items: blocks } = await demo.api('plants/partner-yard/orders?as=XAA');
  expect(due.filter(({ id }) => id in blocks)).toEqual([]);
  await page.goto(`${demo.url}/?as=XAA`);
  await expect(page.locator('.due')).toHaveCount(3);
});

test('the first card names what is late besides, and an order by its id', async ({ page, demo }) => {
  await page.goto(`${demo.url}/?as=XAA`);
  await expect(async () => {
    const { also_late: late, more_late: more, items } = (await demo.api('programme?as=XAA')).items['board/deliver'];
    expect(late.length).toBeGreaterThan(0);
    const line = page.locator('#card-deliver .also-late');
    for (const { id, name } of late) await expect(line).toContainText(name.replace(` (${id})`, ` · ${id}`), { timeout: 1_000 });
    if (more > 0) await expect(line).toContainText(`${more} more`, { timeout: 1_000 });
    const shown = items.map(({ id }) => id);
    expect(late.filter(({ id }) => shown.includes(id))).toEqual([]);
    for (const item of items.filter(({ id, name }) => name.endsWith(`(${id})`))) {
      await expect(page.locator(`.due[data-key="${item.id}"]`)).toContainText(item.id, { timeout: 1_000 });
    }
  }).toPass();
});

test('the largest type on the first card is that of the latest item, which leads to its plant', async ({ page, demo }) => {
  await page.goto(`${demo.url}/?as=XAA`);
  const largest = page.locator('.due[data-worst]');
  await expect(largest).toHaveCount(1);
  await expect(async () => {
    const sizes = await page.locator('.due .slip').evaluateAll((all) => all.map((slip) => parseFloat(getComputedStyle(slip).fontSize)));
    const { items } = (await demo.api('programme?as=XAA')).items['board/deliver'];
    const slips = items.map(({ promised, expected }) => Math.round((Date.parse(expected) - Date.parse(promised)) / 86_400_000));
    // The pages count calendar days: two items so close may change places.
    const shown = slips[sizes.indexOf(Math.max(...sizes))];
    expect(shown).toBeGreaterThanOrEqual(Math.max(...slips) - 1);
  }).toPass();
  await expect(page.locator('.due a').first()).toHaveAttribute('href', /^\/plant\/.+as=XAA#(orders|hulls)$/);
  await page.locator('#card-holdup .answer-note a').click();
  await expect(page).toHaveURL(/\/plant\/.+as=XAA/);
});

test('a measure is set beside what was to be expected by now', async ({ page, demo }) => {
  await page.goto(`${demo.url}/plant/home-yard?as=XAA`);
  const first = page.locator('.measure').first();
  await expect(first).toContainText('expected by now');
  // It is simulated first: what comes is the hub's, not the page's.
  await expect(first.locator('.expected')).toContainText('simulations of the plant’s files', { timeout: 120_000 });
  const { items } = await demo.api('plants/home-yard?as=XAA');
  const { plays, mean, least, most } = items['expected/0'];
  expect(plays).toBe(10);
  expect(least).toBeLessThanOrEqual(mean);
  expect(mean).toBeLessThanOrEqual(most);
});

test('a store lists everything in it, and adds no kilograms to pieces', async ({ page, demo }) => {
  await page.goto(`${demo.url}/plant/munitions?as=XAA`);
  const row = page.locator('#stores tr[data-key="component-store"]');
  const { items } = await demo.api('plants/munitions/storages?as=XAA');
  const { stock } = items['component-store'];
  expect(new Set(stock.map(({ unit }) => unit)).size).toBeGreaterThan(1);
  for (const { name } of stock) await expect(row).toContainText(name);
  await expect(row.locator('td').first()).toHaveText(`${stock.length} materials`);
});

test('what was asked last and is settled comes before whom to call', async ({ page, demo }) => {
  await page.goto(`${demo.url}/plant/home-yard?as=XAA`);
  await expect(async () => {
    const { act } = (await demo.api('plants/home-yard/board?as=XAA')).items;
    const answer = page.locator('#card-act .answer');
    if (act.answer && act.is_before) await expect(page.locator('#card-act')).toContainText('nobody was asked', { timeout: 1_000 });
    else if (act.answer && act.over_since) await expect(answer).toContainText('Settled', { timeout: 1_000 });
    else await expect(answer).toHaveText(act.owner, { timeout: 1_000 });
  }).toPass();
});

test('where a record tells no causes, nobody is said to wait for parts', async ({ page, demo }) => {
  await page.goto(`${demo.url}/plant/machine-shop?as=XAA`);
  await expect(page.locator('#card-holdup')).toContainText('No main hold-up is named');
  await expect(page.locator('tr[data-unit]').first()).toBeVisible();
  for (const id of ['#units', '#ribbons']) await expect(page.locator(id)).not.toContainText('waiting for parts');
  await expect(page.locator('tr[data-state="starved"]')).toHaveCount(0);
  // An order for bearings is open: nobody knows why they are idle.
  await expect(page.locator('tr[data-state="idle_no_cause"]').first()).toContainText('idle, cause not reported');
  await expect(page.locator('#ribbons')).toContainText('idle, cause not reported');
});

test('the count of assumed inputs opens their list, with values and places', async ({ page, demo }) => {
  const { items } = await demo.api('plants/home-yard/assumed?as=XAA');
  const { items: board } = await demo.api('plants/home-yard/board?as=XAA');
  expect(Object.keys(items)).toHaveLength(board.trust.assumed);
  await page.goto(`${demo.url}/plant/home-yard?as=XAA`);
  const opener = page.locator('#card-trust').getByRole('button', { name: `${board.trust.assumed} of` });
  await opener.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog.locator('tbody tr')).toHaveCount(board.trust.assumed);
  const dock = dialog.locator('tr', { hasText: 'Dock' }).first();
  await expect(dock).toContainText(/\d/);
  await expect(dock).toContainText(/Work centre “dock”|Operation “|Storage “/);
  await expect(dialog).not.toContainText('[[');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(opener).toBeFocused();

  await page.goto(`${demo.url}/?as=XCC`);
  await page.locator('#card-trust').getByRole('button').click();
  await expect(dialog.locator('section')).toHaveCount(2);
  await expect(dialog).toContainText('Skarvik');
  await expect(dialog).not.toContainText('Torrenfeld');
});

test('another nation is chosen by the list at the top', async ({ page, demo }) => {
  await page.goto(`${demo.url}/?as=XAA`);
  await expect(page.locator('[data-plant="munitions"]')).toBeVisible();
  await page.getByLabel('View as').selectOption('XCC');
  await expect(page).toHaveURL(/as=XCC/);
  await expect(page.locator('[data-plant="home-yard"]')).toBeVisible();
  await expect(page.locator('[data-plant="munitions"]')).toHaveCount(0);
});

test('the demonstration opens as a nation that sees something, and says as which', async ({ page, demo }) => {
  for (const path of ['/', '/plant/home-yard', '/viewer/?plant=home-yard']) {
    await page.goto(demo.url + path);
    await expect(page.getByLabel('View as')).toHaveValue('XAA');
    await expect(page.locator('#top .connection')).toHaveAttribute('data-connection', 'live');
    await expect(page.locator('body')).toContainText('Skarvik');
  }
});
