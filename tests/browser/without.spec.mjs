// What the 3D page is without its picture: no WebGL, no program, a mesh that cannot be read. Each
// time it says so, and the table tells the same.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './support/hub.mjs';
import { expect, expectAccessible, Hub, leave, test } from './support/fixtures.mjs';

const ADDRESS = '/viewer/?plant=home-yard&as=XAA';
/** Drawing in software and fetching the program take their time [ms]. */
const PICTURE_MS = 120_000;

test.describe.configure({ timeout: 2 * PICTURE_MS });

/** The table tells every station's state as the API does. */
async function expectTable(page, hub) {
  const { items } = await hub.api('plants/home-yard/units?as=XAA');
  const rows = page.locator('[data-key="units"] .row');
  await expect(rows).toHaveCount(Object.keys(items).length);
  await page.locator('[data-row="P2-1"]').click();
  await expect(page.locator('#panel-title')).toHaveText(/\S/);
  await expect(page.locator('#panel .state')).toHaveCount(1);
}

test('without WebGL the table takes the place of the picture', async ({ page, demo }) => {
  await page.addInitScript(() => {
    const { getContext } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.getContext = function context(kind, ...more) {
      return kind.startsWith('webgl') ? null : getContext.call(this, kind, ...more);
    };
  });
  await page.goto(demo.url + ADDRESS);
  await expect(page.locator('body')).toHaveAttribute('data-engine', 'no_webgl');
  await expect(page.locator('#note')).toContainText('WebGL');
  await expectTable(page, demo);
  await expectAccessible(page);
});

test('without the program the page says how to have it built', async ({ page, complaints }) => {
  const nothing = await mkdtemp(join(tmpdir(), 'slipway-no-viewer-'));
  const hub = await Hub.start({ demo: true, viewer: nothing });
  try {
    await page.goto(hub.url + ADDRESS);
    await expect(page.locator('body')).toHaveAttribute('data-engine', 'not_built');
    await expect(page.locator('#note')).toHaveText(/\S/);
    await expectTable(page, hub);
    await expectAccessible(page);
  } finally {
    await leave(page);
    await hub.dispose();
    await rm(nothing, { recursive: true });
  }
  // That the program is not there is what the page tells; the browser says so, too.
  complaints.splice(0, complaints.length, ...complaints.filter((complaint) => !complaint.includes('404')));
});

test('a mesh that is missing and one that is broken are boxes, and named', async ({ page, complaints }) => {
  const meshes = await mkdtemp(join(tmpdir(), 'slipway-meshes-'));
  await cp(join(ROOT, 'models', 'meshes'), meshes, { recursive: true });
  await rm(join(meshes, 'panel-station.glb'));
  await writeFile(join(meshes, 'paint-cell.glb'), 'glTF, but no more than that');
  const hub = await Hub.start({ demo: true, args: ['--meshes', meshes] });
  try {
    await page.goto(`${hub.url}${ADDRESS}&test=1`);
    await expect(page.locator('body')).toHaveAttribute('data-engine', 'ready', { timeout: PICTURE_MS });
    await expect(page.locator('#note')).toContainText('panel-station');
    await expect(page.locator('#note')).toContainText('paint-cell');
    for (const unit of ['P2-1', 'paint-1']) {
      await page.locator(`[data-row="${unit}"]`).click();
      await expect.poll(() => page.evaluate((id) => window.__slipway.pickAt(...window.__slipway.project(id)), unit)).toBe(unit);
    }
  } finally {
    await leave(page);
    await hub.dispose();
    await rm(meshes, { recursive: true });
  }
  complaints.splice(0, complaints.length, ...complaints.filter((complaint) => !complaint.includes('404')));
});
