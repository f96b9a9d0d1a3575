// A hub that crashes and comes back: the page says that it is cut off, keeps what it had, and goes
// on with what is new, without being loaded again.
import { expect, Hub, test } from './support/fixtures.mjs';
import { Feed } from './support/feed.mjs';

const PLANT = 'home-yard';
const UNIT = 'P2-1';

for (const [page_, row] of [[`/plant/${PLANT}`, `tr[data-unit="${UNIT}"] .state`], [`/viewer/?plant=${PLANT}`, `[data-row="${UNIT}"] .state`]]) {
  test(`${page_} survives a crash of the hub`, async ({ page, complaints }) => {
    const hub = await Hub.start();
    try {
      const key = await hub.key('--feed', 'panel-line', '--plant', PLANT);
      const before = await Feed.connect(hub, { key, feed: 'panel-line' });
      await before.unitState(UNIT, 'working');
      await hub.letIn(page, 'XAA/skarvik');
      await page.goto(hub.url + page_);
      await page.evaluate(() => { window.keptOverTheCrash = true; });
      const connection = page.locator('[data-connection]');
      await expect(connection).toHaveAttribute('data-connection', 'live');
      await expect(page.locator(row)).toHaveAttribute('data-state', 'working');

      await hub.stop('SIGKILL');
      await expect(connection).toHaveAttribute('data-connection', 'offline');
      await expect(page.locator('.banner[data-kind="offline"]')).toBeVisible();
      await expect(page.locator('#answers')).toHaveAttribute('data-stale', 'yes');
      await expect(page.locator(row)).toHaveAttribute('data-state', 'working');

      await hub.restart();
      await expect(connection).toHaveAttribute('data-connection', 'live');
      await expect(page.locator('.banner[data-kind="offline"]')).toHaveCount(0);
      await expect(page.locator(row)).toHaveAttribute('data-state', 'working');
      const after = await Feed.connect(hub, { key, feed: 'panel-line', epoch: 2 });
      await after.unitState(UNIT, 'down');
      await expect(page.locator(row)).toHaveAttribute('data-state', 'down');
      await expect(page.locator('#answers')).toHaveAttribute('data-stale', 'no');
      expect(await page.evaluate(() => window.keptOverTheCrash), 'the page was not loaded again').toBe(true);
      after.close();
    } finally {
      await hub.dispose();
    }
    // That nobody answers while the hub is away is no fault of the page.
    const faults = complaints.filter((complaint) => !complaint.includes('ERR_CONNECTION_REFUSED'));
    complaints.splice(0, complaints.length, ...faults);
  });
}
