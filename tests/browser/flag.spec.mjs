// The flag is real: slow another station of the running demonstration down, and the hold-up moves
// there, in the API, on the pages and over the picture.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, Hub, test } from './support/fixtures.mjs';
import { fasterDemonstration } from './support/models.mjs';
import { flaggedInPicture } from './support/sight.mjs';

const PLANT = 'partner-yard';
/** Plant seconds for one second: what holds a yard back changes over weeks, not over a minute. */
const RATE = 20_000;
/** How long the hold-up may take to move: about 80 s on two free cores [ms]. */
const MOVED_MS = 300_000;

test.describe.configure({ timeout: 2 * MOVED_MS });

let models;
let hub;

test.beforeAll(async () => {
  models = await fasterDemonstration(RATE);
  hub = await Hub.start({ demo: true, args: ['--plants', join(models, 'plants')] });
});

test.afterAll(async () => {
  await hub?.dispose();
  if (models) await rm(models, { recursive: true, force: true });
});

test('slowing another station down moves the flag', async ({ page, context }) => {
  const before = await hub.holdUp(PLANT, 'XAA');
  expect(before.known).toBe(true);
  const other = before.id === 'outfitting' ? 'paint' : 'outfitting';
  const { items: layout } = await hub.api(`plants/${PLANT}/layout?as=XAA`);
  const slowed = Object.keys(layout).filter((id) => layout[id].work_center === other);
  expect(slowed).not.toEqual([]);

  const key = join(models, 'feed.key');
  await writeFile(key, await hub.key('--feed', PLANT, '--plant', PLANT));
  const sets = slowed.flatMap((unit) => ['--set', `${PLANT}.unit.${unit}.down=90 d`]);
  const feed = hub.feed('--plants', join(models, 'plants'), '--plant', PLANT, '--key', key, ...sets);
  try {
    const viewer = await context.newPage();
    await page.goto(`${hub.url}/plant/${PLANT}?as=XAA`);
    await viewer.goto(`${hub.url}/viewer/?plant=${PLANT}&as=XAA`);
    await expect(page.locator(`tr[data-unit="${slowed[0]}"]`)).toHaveAttribute('data-state', 'down');
    await expect.poll(async () => {
      expect(feed.over, `slipway feed goes on; it said:\n${feed.said}`).toBe(false);
      const { id, chain } = await hub.holdUp(PLANT, 'XAA');
      // It leads because it is down, not by the ups and downs of every week.
      return `${id}: ${chain.at(-1)?.word}`;
    }, { timeout: MOVED_MS, intervals: [1_000] }).toBe(`${other}: why.down`);

    const { name, units } = await hub.holdUp(PLANT, 'XAA');
    await expect(page.locator('#card-holdup .answer')).toHaveText(name);
    await expect(page.locator('#events strong', { hasText: `Main hold-up: ${name}` }).first()).toBeVisible();
    await expect(viewer.locator('#holdup strong')).toContainText(name);
    for (const unit of units) {
      await expect(page.locator(`tr[data-unit="${unit}"]`)).toHaveClass(/flagged/);
      await expect(viewer.locator(`[data-row="${unit}"]`)).toHaveClass(/flagged/);
    }
    for (const unit of before.units) await expect(page.locator(`tr[data-unit="${unit}"]`)).not.toHaveClass(/flagged/);
    // A page that is not looked at draws nothing.
    await viewer.bringToFront();
    await expect(async () => {
      const signs = await flaggedInPicture(viewer);
      expect(signs).not.toEqual([]);
      expect(units).toEqual(expect.arrayContaining(signs));
    }).toPass();
  } finally {
    await feed.end();
  }
});
