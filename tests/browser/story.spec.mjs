// The demonstration's story: what goes wrong while somebody looks becomes the hold-up of its plant
// within days of the plant's own time, in the API, on the plant's page and on the programme's.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, Hub, test } from './support/fixtures.mjs';
import { fasterDemonstration } from './support/models.mjs';
import { until } from './support/wait.mjs';

const PLANT = 'munitions';
/** Plant seconds for one second: days of the plant in seconds of the test. */
const RATE = 10_000;
/** When the second disruption comes, as `models/scenarios/demo.toml` has it. */
const DISRUPTED = Date.parse('2031-05-06T18:00:00+02:00');
/** How long it may take to be the main hold-up [plant days]: six minutes at 720 ×. */
const DAYS = 4;
const DAY_MS = 86_400_000;
/** What all that may take here on a busy machine [ms]. */
const TOLD_MS = 240_000;

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

test('the ships show every stage of a block, and lifts that are late', async () => {
  const { items } = await hub.api('plants/home-yard/parts?as=XAA');
  const lifts = Object.values(items);
  const stages = new Set(lifts.flatMap(({ stage, parts = [] }) => [stage, ...parts.map((part) => part.stage)]));
  expect([...stages].sort()).toEqual(['at_sea', 'erected', 'making', 'not_started', 'outfitting', 'painting', 'parked', 'ready']);
  // The second ship is: its dock stood still for two weeks.
  const late = lifts.filter((lift) => lift.late).map(({ id }) => id);
  expect(late).not.toEqual([]);
  for (const id of late) expect(id).toMatch(/^H2-/);
});

test('the second disruption is the main hold-up of its plant within days, and its supplier is named', async ({ page }) => {
  // One of its suppliers holds it up from the start, whichever its stations wait for.
  expect((await hub.holdUp(PLANT, 'XAA')).kind).toBe('supplier');
  const heard = async () => {
    const { items } = await hub.api(`plants/${PLANT}/feeds?as=XAA`);
    return Date.parse(items[PLANT].last_report);
  };
  const told = await until(
    'the processors to be the hold-up, or too late for that',
    async () => {
      const [{ id, kind }, at] = [await hub.holdUp(PLANT, 'XAA'), await heard()];
      const late = at > DISRUPTED + DAYS * DAY_MS;
      return at > DISRUPTED && (id === 'processors' || late) && { id, kind, late };
    },
    TOLD_MS,
  );
  expect(told).toEqual({ id: 'processors', kind: 'supplier', late: false });

  const { name, chain } = await hub.holdUp(PLANT, 'XAA');
  expect(chain.at(-1).word).toBe('why.material');
  await page.goto(`${hub.url}/plant/${PLANT}?as=XAA`);
  await expect(page.locator('#card-holdup .answer')).toHaveText(name);
  await page.goto(`${hub.url}/?as=XAA`);
  await expect(page.locator(`[data-plant="${PLANT}"]`)).toContainText(name);
});
