// The simulation engine for the browser, run here: what it plays is what the program plays, to the
// byte, and answers come in the time that somebody waits.
//   SLIPWAY_ENGINE  the folder of what_if.js and what_if_bg.wasm
//   SLIPWAY_BIN     the built `slipway`
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PLANTS = join(ROOT, 'models/plants');
const { SLIPWAY_ENGINE: ENGINE = '', SLIPWAY_BIN: BIN = '' } = process.env;

const missing = !existsSync(join(ENGINE, 'what_if_bg.wasm')) ? 'SLIPWAY_ENGINE names no folder with the engine: .ci/engine.sh builds it'
  : !existsSync(BIN) ? 'SLIPWAY_BIN names no program: cargo build -p hub' : false;

/** The programme of the reference plants, as a page would send it. */
function files() {
  const names = readdirSync(PLANTS, { recursive: true }).filter((name) => name.endsWith('.toml') && statSync(join(PLANTS, name)).isFile());
  return names.map((name) => ({ name, text: readFileSync(join(PLANTS, name), 'utf8') }));
}

async function engine() {
  const { initSync, ...doors } = await import(pathToFileURL(join(ENGINE, 'what_if.js')));
  initSync({ module: readFileSync(join(ENGINE, 'what_if_bg.wasm')) });
  return doors;
}

test('one run gives the same reports here and natively, to the byte', { skip: missing }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-engine-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { reports } = await engine();
  for (const [plant, until] of [['home-yard', '60d'], ['munitions', '30d'], ['machine-shop', '60d']]) {
    const path = join(folder, `${plant}.ndjson`);
    execFileSync(BIN, ['sim', plant, '--until', until, '--seed', '7', '--reports', path], { cwd: ROOT, stdio: 'pipe' });
    const native = readFileSync(path);
    const here = Buffer.from(reports(JSON.stringify({ files: files(), plant, until, seed: 7 })));
    assert.ok(native.length > 10_000, `${plant}: ${native.length} bytes of reports`);
    assert.ok(native.includes('"cause"'), `${plant}: reports say what released what`);
    assert.ok(native.equals(here), `${plant}: ${native.length} bytes natively, ${here.length} here, first difference at ${[...native.keys()].find((at) => native[at] !== here[at])}`);
  }
});

test('a question is answered, and a wrong one says what to do', { skip: missing }, async () => {
  const { ask, compare } = await engine();
  const told = [];
  const question = (changes) => JSON.stringify({ files: files(), plant: 'home-yard', until: '60d', warm_up: '2d', replications: 4, changes });
  const base = ask(question([]), (share) => told.push(share));
  const changed = ask(question([{ path: 'home-yard.work_center.cutting.time', value: '40 d' }]), () => {});
  assert.equal(JSON.parse(base).replications, 4);
  assert.ok(told.length > 0 && told.every((share) => share >= 0 && share <= 1), 'progress is told');
  const [{ per_d: difference }] = JSON.parse(compare(base, changed)).throughput;
  assert.ok(difference.low <= difference.mean && difference.mean <= difference.high, JSON.stringify(difference));
  assert.throws(() => ask(question([{ path: 'home-yard.work_center.cuttin.time', value: '40 d' }]), () => {}), /home-yard\.work_center\.cutting\.time/);
});
