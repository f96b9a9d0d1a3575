// A copy of the programme's files that a test may change.
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './hub.mjs';

/**
 * The demonstration as it is, but at `rate` plant seconds for one second; returns the folder, with
 * `plants` in it and beside that what is read with them. The test removes it.
 */
export async function fasterDemonstration(rate) {
  const models = await mkdtemp(join(tmpdir(), 'slipway-models-'));
  for (const folder of ['agreements', 'plants', 'scenarios']) await cp(join(ROOT, 'models', folder), join(models, folder), { recursive: true });
  const scenario = join(models, 'scenarios', 'demo.toml');
  const text = await readFile(scenario, 'utf8');
  const faster = text.replace(/^rate = \d+/m, `rate = ${rate}`);
  if (faster === text) throw new Error(`${scenario} does not say how fast it is`);
  await writeFile(scenario, faster);
  return models;
}
