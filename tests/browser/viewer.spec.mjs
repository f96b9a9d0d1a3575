// The 3D page in use: by keys, by fingers, and what it shows of a running plant.
import { expect, expectAccessible, Hub, leave, test } from './support/fixtures.mjs';
import { flaggedInPicture } from './support/sight.mjs';

/** Drawing in software and fetching the program take their time [ms]. */
const PICTURE_MS = 120_000;
const PHONE = { width: 390, height: 844 };
/** Where ships are drawn instead of parts. */
const SHIPS = ['dock', 'quay'];

test.describe.configure({ timeout: 3 * PICTURE_MS });

/** Opens a plant's picture and waits until it is drawn. */
async function open(page, hub, plant) {
  await page.goto(`${hub.url}/viewer/?plant=${plant}&as=XAA&test=1`);
  await expect(page.locator('body'), 'the 3D program runs; `just wasm` builds it').toHaveAttribute('data-engine', 'ready', { timeout: PICTURE_MS });
}

const camera = (page) => page.evaluate(() => window.__slipway.camera());

test('all of the picture can be had by keys', async ({ page, demo }) => {
  await open(page, demo, 'home-yard');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the picture' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('#viewer')).toBeFocused();

  const first = await camera(page);
  await page.keyboard.press('ArrowLeft');
  const turned = await camera(page);
  expect(turned.yaw).not.toBeCloseTo(first.yaw, 3);
  expect(turned.target).toEqual(first.target);
  await page.keyboard.press('Shift+ArrowUp');
  expect((await camera(page)).target).not.toEqual(first.target);
  await page.keyboard.press('+');
  const near = await camera(page);
  expect(near.distance).toBeLessThan(turned.distance);
  await page.keyboard.press('-');
  expect((await camera(page)).distance).toBeGreaterThan(near.distance);

  await page.locator('[data-row="dock-1"]').focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('#panel')).toBeVisible();
  await page.locator('#viewer').focus();
  await page.keyboard.press('f');
  const fitted = await camera(page);
  await page.keyboard.press('Escape');
  await expect(page.locator('#panel')).toBeHidden();
  await page.keyboard.press('f');
  expect((await camera(page)).distance, 'with nothing selected, all is shown').toBeGreaterThan(fitted.distance);

  await page.keyboard.press('?');
  const help = page.locator('#help');
  await expect(help).toBeVisible();
  for (const said of ['Arrows', '+ and −', 'F', 'Tab, Enter', 'Esc', 'Drag, one finger', 'Right drag, two fingers', 'Wheel, pinch']) {
    await expect(help.getByText(said, { exact: true })).toBeVisible();
  }
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
});

test('one finger turns, two come nearer and move, a tap selects', async ({ browser, demo }) => {
  const context = await browser.newContext({ viewport: PHONE, hasTouch: true, isMobile: true });
  try {
    const page = await context.newPage();
    await open(page, demo, 'home-yard');
    const box = await page.locator('#viewer').boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const devices = await context.newCDPSession(page);
    const touch = async (...steps) => {
      for (const [i, points] of steps.entries()) {
        const touchPoints = points.map(([dx, dy], id) => ({ x: x + dx, y: y + dy, id }));
        await devices.send('Input.dispatchTouchEvent', { type: i === 0 ? 'touchStart' : 'touchMove', touchPoints });
      }
      await devices.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    };

    const first = await camera(page);
    await touch([[0, 0]], [[30, 0]], [[70, 0]]);
    const turned = await camera(page);
    expect(turned.yaw).not.toBeCloseTo(first.yaw, 2);
    expect(turned.distance).toBeCloseTo(first.distance, 3);

    await touch([[-30, 0], [30, 0]], [[-60, 0], [60, 0]], [[-90, 0], [90, 0]]);
    const near = await camera(page);
    expect(near.distance).toBeLessThan(0.6 * turned.distance);
    expect(near.yaw).toBeCloseTo(turned.yaw, 3);

    await touch([[-40, 0], [40, 0]], [[-40, 30], [40, 30]], [[-40, 60], [40, 60]]);
    const moved = await camera(page);
    expect(moved.target).not.toEqual(near.target);
    expect(moved.yaw).toBeCloseTo(near.yaw, 3);

    await page.evaluate(() => document.querySelector('[data-row="P2-1"]').click());
    await page.locator('#panel .close').tap();
    await expect(page.locator('#panel')).toBeHidden();
    // The picture takes its new size with its next frame.
    await expect(async () => {
      const [left, top] = await page.evaluate(() => window.__slipway.project('P2-1'));
      const now = await page.locator('#viewer').boundingBox();
      await page.touchscreen.tap(now.x + left, now.y + top);
      await expect(page.locator('[data-row="P2-1"]')).toHaveAttribute('aria-pressed', 'true', { timeout: 1_000 });
    }).toPass();
    await expect(page.locator('#panel')).toBeInViewport();
  } finally {
    await context.close();
  }
});

test('a station shows in the picture what it has in hand', async ({ page, demo }) => {
  await open(page, demo, 'home-yard');
  const { items: layout } = await demo.api('plants/home-yard/layout?as=XAA');
  const drawn = (ids) => page.evaluate((all) => all.map((id) => window.__slipway.inHand(id)), ids);
  await expect(async () => {
    const { items: before } = await demo.api('plants/home-yard/units?as=XAA');
    const ids = Object.keys(before).filter((id) => !SHIPS.includes(layout[id].mesh));
    const pieces = await drawn(ids);
    const { items: after } = await demo.api('plants/home-yard/units?as=XAA');
    const count = (unit) => new Set([...(unit.running ?? []).map((run) => run.part), ...(unit.parts ?? [])]).size;
    const still = ids.filter((id) => JSON.stringify(before[id]) === JSON.stringify(after[id]));
    const told = still.map((id) => `${id}: ${Math.min(12, count(after[id]))}`);
    expect(still.map((id) => `${id}: ${pieces[ids.indexOf(id)]}`)).toEqual(told);
    expect(told.some((text) => !text.endsWith(': 0')), 'somebody works').toBe(true);
    expect(told.some((text) => text.endsWith(': 0')), 'somebody is free').toBe(true);
  }).toPass({ timeout: PICTURE_MS });
});

test('the barge carries the same number everywhere', async ({ page, demo }) => {
  await open(page, demo, 'partner-yard');
  await page.locator('[data-row="barge"]').click();
  await expect(async () => {
    const aboard = async () => {
      const { items } = await demo.api('plants/partner-yard/resources?as=XAA');
      return (items.barge.carries ?? []).length;
    };
    const before = await aboard();
    expect(await page.evaluate(() => window.__slipway.inHand('barge'))).toBe(before);
    const strip = await page.locator('#lanes .lane-facts').first().innerText();
    expect(strip).toContain(before === 0 ? 'empty' : `${before} of 6 aboard`);
    await expect(page.locator('#panel')).toContainText(before === 0 ? 'empty' : `${before}:`, { timeout: 1_000 });
    expect(await aboard()).toBe(before);
  }).toPass({ timeout: PICTURE_MS });
});

test('labels tell places apart, and buildings how full they are', async ({ page, demo }) => {
  await open(page, demo, 'munitions');
  const { items: areas } = await demo.api('plants/munitions/areas?as=XAA');
  await expect(async () => {
    const labels = await page.locator('#labels .label').evaluateAll((all) =>
      all.map((label) => [label.dataset.label, label.querySelector('span')?.textContent ?? '', label.textContent]));
    const names = labels.filter(([id]) => !id.includes('/')).map(([, name]) => name);
    expect(names.length).toBeGreaterThan(40);
    expect(names.filter((name, at) => names.indexOf(name) !== at), 'names that two places have').toEqual([]);
    for (const [id, area] of Object.entries(areas)) {
      if (area.limit === undefined) continue;
      const [, , text] = labels.find(([label]) => label === id);
      expect(text).toMatch(new RegExp(`\\d+ of ${area.limit}$`));
    }
  }).toPass();
  await expect(page.locator('#labels .label.limited .gauge').first()).toBeAttached();
});

test('no mark of what a station does is one of how far a block is', async ({ page, demo }) => {
  await open(page, demo, 'home-yard');
  const drawn = (kind) => page.locator(`#legend .swatch[data-${kind}]`).evaluateAll((all) => all.map((mark) => {
    const { backgroundColor, backgroundImage, borderRadius } = getComputedStyle(mark);
    return { colour: backgroundColor, pattern: backgroundImage, corner: borderRadius };
  }));
  const [states, stages] = [await drawn('state'), await drawn('stage')];
  expect(states.length).toBeGreaterThan(10);
  expect(stages).toHaveLength(8);
  const shared = (what) => stages.map((stage) => stage[what]).filter((value) => states.some((state) => state[what] === value));
  expect(shared('colour')).toEqual([]);
  expect(shared('corner')).toEqual([]);
  expect(shared('pattern').filter((pattern) => pattern !== 'none')).toEqual([]);
  // Neither group is told apart within by colour alone.
  const marks = stages.map(({ pattern }) => pattern);
  expect(marks.filter((mark, at) => mark !== 'none' && marks.indexOf(mark) !== at)).toEqual([]);
  for (const mark of await page.locator('#legend .swatch[data-state]').all()) await expect(mark.locator('svg')).toHaveCount(1);
});

for (const plant of ['home-yard', 'partner-yard', 'munitions', 'machine-shop']) {
  test(`what holds ${plant} back carries the flag`, async ({ page, demo }) => {
    await open(page, demo, plant);
    const { items: layout } = await demo.api(`plants/${plant}/layout?as=XAA`);
    await expect(async () => {
      const card = await demo.holdUp(plant, 'XAA');
      const here = card.known ? card.units.filter((id) => layout[id]) : [];
      const rows = await page.locator('.row.flagged').evaluateAll((all) => all.map(({ dataset }) => dataset.row));
      expect(rows).toEqual(expect.arrayContaining(here));
      const signs = await flaggedInPicture(page);
      expect(signs.length > 0).toBe(here.length > 0);
      expect(rows).toEqual(expect.arrayContaining(signs));
    }).toPass();
  });
}

test('on a phone origin, connection and silence stay in sight when the hub is gone', async ({ page, complaints }) => {
  const hub = await Hub.start({ demo: true });
  try {
    await page.setViewportSize(PHONE);
    await open(page, hub, 'home-yard');
    await expectAccessible(page);
    const status = [page.locator('#top .badge'), page.locator('#top .connection')];
    const bottom = () => page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    for (const mark of status) await expect(mark).toBeInViewport({ ratio: 1 });
    await bottom();
    for (const mark of status) await expect(mark).toBeInViewport({ ratio: 1 });

    await hub.stop('SIGKILL');
    await expect(page.locator('#top .connection')).toHaveAttribute('data-connection', 'offline');
    for (const mark of status) await expect(mark).toBeInViewport({ ratio: 1 });
    await page.evaluate(() => scrollTo(0, 0));
    await expect(page.locator('#note .silent')).toBeInViewport();
    await expect(page.locator('#answers')).toHaveAttribute('data-stale', 'yes');
    for (const mark of status) await expect(mark).toBeInViewport({ ratio: 1 });
  } finally {
    await leave(page);
    await hub.dispose();
  }
  const faults = complaints.filter((complaint) => !complaint.includes('ERR_CONNECTION_REFUSED'));
  complaints.splice(0, complaints.length, ...faults);
});
