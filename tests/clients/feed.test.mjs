// The feed written for Node, run against a hub as a reader would run it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { Hub } from '../browser/support/hub.mjs';

const PLANT = 'home-yard';
const FEED = 'panel-line';
const UNIT = 'P2-1';
/** How long the feed may take to its end [ms]. */
const PATIENCE_MS = 60_000;

/** Runs the feed to its end. */
function runFeed(hub, key, unit = UNIT) {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'feed.mjs');
  const args = [script, `${hub.url.replace('http', 'ws')}/v1/ingest`, FEED, unit];
  const options = { env: { ...process.env, SLIPWAY_KEY: key }, timeout: PATIENCE_MS };
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => resolve({ code: error ? error.code ?? error.signal : 0, stdout, stderr }));
  });
}

const messages = ({ stdout }) => stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));

/** Runs a test with a hub of its own and `ask(path)` for what its API tells a member. */
function withHub(name, body) {
  test(name, async () => {
    const hub = await Hub.start();
    try {
      const key = await hub.key('--view-as', 'XAA/skarvik');
      const ask = async (path) => {
        const answer = await fetch(`${hub.url}/api/v1/plants/${PLANT}/${path}`, { headers: { Authorization: `Bearer ${key}` } });
        assert.equal(answer.status, 200, path);
        return answer.json();
      };
      await body(hub, ask);
    } finally {
      await hub.dispose();
    }
  });
}

withHub('what it reports is on the disk and in the API', async (hub, ask) => {
  const run = await runFeed(hub, await hub.key('--feed', FEED, '--plant', PLANT));
  assert.equal(run.code, 0, run.stderr);
  const [welcome, ...acks] = messages(run);
  assert.equal(welcome.type, 'welcome');
  assert.deepEqual(acks.map(({ type, seq, durable }) => ({ type, seq, durable })), [0, 1].map((more) => ({ type: 'ack', seq: welcome.resume_from + more, durable: true })));
  assert.equal((await ask(`units/${UNIT}`)).state, 'working');
  assert.equal((await ask('feeds')).items[FEED].taken, 2);
});

withHub('a wrong key is refused in words', async (hub, ask) => {
  await hub.key('--feed', FEED, '--plant', PLANT);
  const run = await runFeed(hub, 'slipway_of_another_hub');
  assert.notEqual(run.code, 0);
  assert.match(run.stderr, /401/);
  assert.equal(run.stdout, '');
  assert.equal((await ask('feeds')).items[FEED], undefined);
});

withHub('another unit than the key allows is refused, and the program fails', async (hub, ask) => {
  const run = await runFeed(hub, await hub.key('--feed', FEED, '--plant', PLANT, '--units', 'P3-1'));
  const refused = messages(run).find(({ type }) => type === 'refused');
  assert.equal(refused?.code, 'not_your_unit', run.stdout);
  assert.notEqual(run.code, 0);
  assert.equal((await ask('feeds')).items[FEED].taken, 0);
});
