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
  await expect(page.locator('#what-wrong')).toContainText('a whole number of units');
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
  expect(Math.abs(parseFloat(shown.split('±')[1]) - (reached.high - reached.low) / 2)).toBeLessThan(0.06);
  expect(shown).toMatch(/2031/);

  // Who comes back finds the same results; another change asks for other ones.
  await page.reload();
  await expect(page.locator(`tr[data-key="${DOCKS}"]`)).toContainText('2');
  await expect(floatOut.locator('td').nth(1)).toHaveText(shown, { timeout: PLAYED_MS });
  await page.getByRole('button', { name: 'Take back' }).click();
  await expect(page.locator('#changes')).toContainText('Nothing is different yet');
});

test('a date beyond the end of the plays makes them longer, or is said to change nothing', async ({ page, demo }) => {
  await page.goto(`${demo.url}/plant/home-yard/what-if?as=XAA#days=30&plays=4`);
  const due = 'home-yard.delivery.plates-extra-1.due';
  await expect(page.locator('#what-days')).toHaveValue('30');
  await change(page, due, '2031-05-14');
  await expect(page.locator('#what-wrong')).toContainText('It is 2031-05-14 now');
  await change(page, due, '');
  await expect(page.locator('#what-wrong')).toContainText('Say what it would be');
  await change(page, due, 'soon');
  await expect(page.locator('#what-wrong')).toContainText('"soon" is not a date such as 2031-05-14');
  await expect(page.locator('#what-wrong')).not.toContainText('home-yard.');
  await change(page, due, '2031-04-14');
  await expect(page.locator('#what-days')).toHaveValue('240');
  await page.locator('#what-days').selectOption('60');
  await expect(page.locator('#play')).toContainText('changes nothing in them. Play longer.');
});

test('what a link changes wrongly is refused before it is played', async ({ page, demo }) => {
  await page.goto(`${demo.url}/plant/home-yard/what-if?as=XAA#days=30&plays=4&c=home-yard.crew.welders.people%3Dmany`);
  await expect(page.locator('#what-wrong')).toContainText('as home-yard.crew.welders.people wants');
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
  // The first of them is chosen already, with its value.
  await expect(page.locator('#what-path')).not.toHaveValue('');
  await expect(page.locator('#what-value')).not.toHaveValue('');
  await page.locator('#what-path').selectOption(DOCKS);
  await expect(page.locator('#what-value')).toHaveValue('1');
});

test('the changed plant is watched in the picture, marked simulated, at any day of the play', async ({ page, demo }) => {
  await page.goto(`${demo.url}/plant/home-yard/what-if?as=XAA#days=60&plays=4&c=home-yard.work_center.cutting.count%3D4`);
  await expect(page.locator('tr[data-key="home-yard.work_center.cutting.count"]')).toBeVisible();
  await page.getByRole('link', { name: 'Watch it in 3D' }).click();
  await page.goto(`${page.url().replace('play=1', 'play=1&test=1')}`);
  const bar = page.locator('#play');
  await expect(bar).toContainText('Simulated: what if');
  await expect(bar).toContainText('Plate cutting, units: 4 (is 3)');
  await expect(page.locator('.badge')).toHaveAttribute('data-origin', 'simulated', { timeout: PLAYED_MS });
  // The plant as a hub tells it has three tables; here the fourth stands among them.
  await expect(page.locator('#rows')).toContainText('Cutting table 4');
  await expect.poll(() => page.evaluate(() => window.__slipway.stats().items), { timeout: PLAYED_MS }).toBeGreaterThan(100);
  // On its way to a far day the bar says where it leads, and no day.
  const day = async () => Number(/Day (\d+) of 60/.exec(await bar.textContent())?.[1] ?? -1);
  await bar.locator('#play-speed').selectOption('72');
  await expect.poll(day, { timeout: PLAYED_MS }).toBeGreaterThan(3);

  await bar.getByRole('button', { name: 'Pause' }).click();
  await bar.locator('#play-day').fill('40');
  await expect.poll(day, { timeout: PLAYED_MS }).toBe(40);
  await expect(page.locator('.top-clock time')).toContainText('15 Feb 2031');
  const rows = page.locator('#rows');
  await expect(rows).toHaveAttribute('data-at', '2031-02-14T23:00:00Z');
  const at = await rows.textContent();
  await expectAccessible(page);
  // Back and forth again it is the same play.
  await bar.locator('#play-day').fill('5');
  await expect.poll(day, { timeout: PLAYED_MS }).toBe(5);
  await expect(rows).toHaveAttribute('data-at', '2031-01-10T23:00:00Z');
  await bar.locator('#play-day').fill('40');
  await expect.poll(day, { timeout: PLAYED_MS }).toBe(40);
  await expect(rows).toHaveAttribute('data-at', '2031-02-14T23:00:00Z');
  await expect(rows).toHaveText(at);
  await bar.getByRole('link', { name: 'Change the numbers' }).click();
  await expect(page.locator('tr[data-key="home-yard.work_center.cutting.count"]')).toContainText('4');
});

test('of a plant whose numbers are not shared nothing is played in the picture', async ({ page, demo, complaints }) => {
  await page.goto(`${demo.url}/viewer/?plant=munitions&as=XCC&play=1#days=30&plays=4`);
  await expect(page.locator('#play [role=alert]')).toContainText('not all of that is shared with you');
  await expect(page.locator('#rows')).not.toContainText('working');
  leaveOutRefusals(complaints);
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
