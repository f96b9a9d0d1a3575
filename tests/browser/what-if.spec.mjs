// What would come of a change: played in the browser, it is what the program plays from the file
// that the page saves; and who may not know the plant's numbers is told so.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, expectAccessible, test } from './support/fixtures.mjs';
import { ROOT } from './support/hub.mjs';

const DOCKS = 'home-yard.work_center.dock.count';
/** Two designs of the yards, each played four times for sixty days, on a busy machine [ms]. */
const PLAYED_MS = 60_000;

async function change(page, path, value) {
  await page.locator('#what-path').selectOption(path);
  await page.locator('#what-value').fill(value);
  await page.locator('#changes button[type=submit]').click();
}

/** The browser notes the refusals that the page tells. */
function leaveOutRefusals(complaints) {
  complaints.splice(0, complaints.length, ...complaints.filter((complaint) => !complaint.includes('404')));
}

test('a change is played beside what is, kept in the address, and saved as what the program plays', async ({ page, demo }, info) => {
  await page.goto(`${demo.url}/plant/home-yard?as=XAA`);
  await page.getByRole('link', { name: 'What if?' }).click();
  await expect(page.locator('#note')).toContainText('Simulated');
  await page.locator('#what-path').selectOption(DOCKS);
  await expect(page.locator('#what-value')).toHaveValue('1');

  // What cannot be is said beside the form, and changes nothing.
  await change(page, DOCKS, 'two');
  await expect(page.locator('#what-wrong')).toContainText('a number of units');
  await expect(page.locator('#play button[type=submit]')).toBeDisabled();
  await change(page, DOCKS, '2');
  await expect(page.locator('#what-wrong')).toBeHidden();
  await page.locator('#play button[type=submit]').click();
  const floatOut = page.locator('tr[data-key="milestone H1-float-out"]');
  await expect(floatOut).toContainText('earlier: by', { timeout: PLAYED_MS });
  await expect(page.locator('tr[data-key="wip"]')).toContainText('±');
  await expect(page.locator('#result')).toContainText('Dock (Station)');
  await expectAccessible(page);

  const downloaded = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as a scenario file' }).click();
  const file = info.outputPath('what-if.toml');
  await (await downloaded).saveAs(file);
  const { stdout } = await promisify(execFile)(process.env.SLIPWAY_BIN, ['sim', 'home-yard', '--scenario', file, '--json'], { cwd: ROOT });
  const native = JSON.parse(stdout);
  const reached = native.milestones.find(({ milestone }) => milestone === 'H1-float-out').reached_d;
  const shown = await floatOut.locator('td').nth(1).textContent();
  expect(Math.abs(parseFloat(shown) - reached.mean)).toBeLessThan(0.06);

  await page.reload();
  await expect(page.locator(`tr[data-key="${DOCKS}"]`)).toContainText('2');
  await page.getByRole('button', { name: 'Take back' }).click();
  await expect(page.locator('#changes')).toContainText('Nothing is different yet');
});

test('from a station one comes to its own numbers first', async ({ page, demo }) => {
  await page.goto(`${demo.url}/viewer/?plant=home-yard&as=XAA&unit=dock-1`);
  await page.locator('#panel').getByRole('link', { name: 'What if?' }).click();
  await expect(page).toHaveURL(/what-if.*#.*about=dock/);
  const first = page.locator('#what-path optgroup').first();
  await expect(first).toHaveAttribute('label', 'About Dock');
  const values = await first.locator('option').evaluateAll((all) => all.map(({ value }) => value));
  expect(values).toContain(DOCKS);
  expect(values).toContain('home-yard.crew.riggers.people');
  expect(values).toContain('home-yard.operation.erect.time');
  expect(await page.locator(`#what-path option[value="${DOCKS}"]`).count()).toBe(1);
  await page.locator('#what-path').selectOption(DOCKS);
  await expect(page.locator('#what-value')).toHaveValue('1');
});

test('who may not know all that makes a plant’s numbers is told so, and nothing of it goes out', async ({ page, demo, complaints }) => {
  const answer = await fetch(`${demo.url}/api/v1/plants/munitions/model?as=XCC`);
  expect(answer.status).toBe(404);
  const none = await fetch(`${demo.url}/api/v1/plants/munitiona/model?as=XCC`);
  expect((await answer.text()).replace('munitions', '…')).toBe((await none.text()).replace('munitiona', '…'));
  await page.goto(`${demo.url}/plant/munitions/what-if?as=XCC`);
  await expect(page.locator('#answers')).toContainText('This cannot be shown');
  await page.goto(`${demo.url}/plant/munitions/what-if?as=XAA`);
  await expect(page.locator('#what-path option').nth(1)).toBeAttached();
  leaveOutRefusals(complaints);
});

test('without the engine the page says how to get it', async ({ page, demo, complaints }) => {
  await page.context().route('**/engine/**', (route) => route.fulfill({ status: 404, body: 'not built' }));
  await page.goto(`${demo.url}/plant/machine-shop/what-if?as=XAA`);
  await expect(page.locator('#changes')).toContainText('simulation engine is not there');
  await page.context().unroute('**/engine/**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('#what-path')).toBeVisible();
  leaveOutRefusals(complaints);
});
