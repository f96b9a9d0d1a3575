// A hub of its own for a test: started on a free port with a data folder of its own, ready before
// the test goes on, stopped after it.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { until } from './wait.mjs';

/** The root of the repository: plants are found from there. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
/** How long a hub may take to be ready [ms]: a demo has a history to play. */
const READY_MS = 60_000;
/** How long a hub may take to stop once asked [ms]. */
const STOP_MS = 20_000;
/** How much of the hub's own lines is kept for a failure's message. */
const KEPT_CHARACTERS = 20_000;

/** The built program. */
function binary() {
  const named = process.env.SLIPWAY_BIN;
  if (!named) throw new Error('SLIPWAY_BIN is not set: run `just test`, or set it to the built slipway');
  return named;
}

export class Hub {
  #child;
  #said = '';
  /** Settles with how the process ended; `#over` is set then. */
  #ended;
  #over = false;

  /** Where it listens, without a slash at the end. */
  url;
  /** Its data folder; kept over `stop` and `restart`, removed by `dispose`. */
  data;
  #options;

  constructor(options, data) {
    this.#options = options;
    this.data = data;
  }

  /**
   * Starts a hub and waits until it is ready.
   * @param {{demo?: boolean, args?: string[], listen?: string, viewer?: string}} options
   */
  static async start(options = {}) {
    const hub = new Hub(options, await mkdtemp(join(tmpdir(), 'slipway-')));
    try {
      await hub.#launch(options.listen ?? '127.0.0.1:0');
    } catch (error) {
      await hub.dispose();
      throw error;
    }
    return hub;
  }

  async #launch(listen) {
    const viewer = this.#options.viewer ?? process.env.SLIPWAY_VIEWER;
    const args = ['serve', '--listen', listen, '--data', this.data];
    if (viewer) args.push('--viewer', viewer);
    if (process.env.SLIPWAY_ENGINE) args.push('--engine', process.env.SLIPWAY_ENGINE);
    if (this.#options.demo) args.push('--demo');
    this.#said = '';
    this.#over = false;
    this.#child = spawn(binary(), [...args, ...(this.#options.args ?? [])], { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#said = (this.#said + text).slice(-KEPT_CHARACTERS);
      this.url ??= /listening on (http:\/\/[^\s]+?)\/?\s/.exec(this.#said)?.[1];
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve({ error }));
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
    }).finally(() => { this.#over = true; });
    await Promise.race([this.#untilReady(), this.#endedEarly()]);
  }

  async #untilReady() {
    await until('the hub to say where it listens', () => this.#over || this.url, READY_MS);
    await until('the hub to be ready', async () => this.#over || (await fetch(`${this.url}/readyz`)).ok, READY_MS);
  }

  async #endedEarly() {
    const end = await this.#ended;
    const how = end.error ? `could not be started: ${end.error.message}` : `ended with ${end.code ?? end.signal}`;
    throw new Error(`the hub ${how}; it said:\n${this.#said}`);
  }

  /** What the hub wrote on its error stream, the last part of it. */
  get said() {
    return this.#said;
  }

  /** Ends it: politely by default, with 'SIGKILL' as a crash does. */
  async stop(signal = 'SIGTERM') {
    if (!this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill(signal);
    await until(`the hub to stop after ${signal}`, () => this.#over, STOP_MS).catch(async (error) => {
      this.#child.kill('SIGKILL');
      await this.#ended;
      throw error;
    });
  }

  /** Starts it again on the same address with the same data, as after a crash or an update. */
  async restart(signal = 'SIGTERM') {
    await this.stop(signal);
    const { host } = new URL(this.url);
    this.url = undefined;
    await this.#launch(host);
  }

  /** Ends it and removes its data. */
  async dispose() {
    try {
      await this.stop();
    } finally {
      await rm(this.data, { recursive: true, force: true });
    }
  }

  /** A JSON answer of its API, such as `api('plants')`. */
  async api(path) {
    const response = await fetch(`${this.url}/api/v1/${path}`);
    if (!response.ok) throw new Error(`/api/v1/${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** The main hold-up of a plant as the API tells it to an audience. */
  async holdUp(plant, audience) {
    const { items } = await this.api(`plants/${plant}/bottlenecks?as=${audience}`);
    return items[''];
  }

  /** A new key, such as `key('--feed', 'press', '--plant', 'home-yard')`. */
  async key(...holder) {
    const { stdout } = await promisify(execFile)(binary(), ['key', 'new', '--data', this.data, ...holder]);
    return stdout.trim();
  }

  /** Runs a command of the program against its data, such as `run('account', 'disable', 'anna')`. */
  run(...args) {
    return promisify(execFile)(binary(), [...args, '--data', this.data]);
  }

  /** A new account of a person of an organisation. */
  async account(name, of, roles, password, ...more) {
    const made = this.run('account', 'new', name, '--of', of, '--role', roles, ...more);
    made.child.stdin.end(`${password}\n`);
    await made;
  }

  /** Lets whoever uses this browser in as a member of an organisation, such as `XAA/skarvik`. */
  async letIn(page, member) {
    const key = await this.key('--view-as', member);
    const answer = await page.context().request.post(`${this.url}/v1/session`, { data: { key } });
    if (!answer.ok()) throw new Error(`/v1/session: ${answer.status()} ${await answer.text()}`);
  }

  /** Starts `slipway feed` against this hub; `end()` of what is returned stops it. */
  feed(...args) {
    const child = spawn(binary(), ['feed', '--url', `${this.url.replace('http', 'ws')}/v1/ingest`, ...args], { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => { said = (said + text).slice(-KEPT_CHARACTERS); });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    return {
      get said() { return said; },
      get over() { return child.exitCode !== null || child.signalCode !== null; },
      async end() {
        if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
        await ended;
      },
    };
  }
}
