// A feed over a real websocket, with the public package `ws` and none of our code.
import { once } from 'node:events';
import WebSocket from 'ws';

/** How long the hub may take to answer [ms]. */
const ANSWER_MS = 30_000;

export class Feed {
  #socket;
  #seq;

  /** Connects to a hub on the live clock and says hello. */
  static async connect(hub, { key, feed, epoch = 1 }) {
    const made = new Feed();
    made.#socket = new WebSocket(`${hub.url.replace('http', 'ws')}/v1/ingest`, 'slipway.ingest.v1', { headers: { Authorization: `Bearer ${key}` } });
    await once(made.#socket, 'open', { signal: AbortSignal.timeout(ANSWER_MS) });
    const welcome = await made.#ask({ type: 'hello', feed, epoch, clock: { kind: 'live' } });
    if (welcome.type !== 'welcome') throw new Error(`the hub refused the feed: ${JSON.stringify(welcome)}`);
    made.#seq = welcome.resume_from;
    return made;
  }

  async #ask(message) {
    const heard = once(this.#socket, 'message', { signal: AbortSignal.timeout(ANSWER_MS) });
    this.#socket.send(JSON.stringify(message));
    const [text] = await heard;
    return JSON.parse(text);
  }

  /** Reports the state of a unit as of now; returns when that is on the hub's disk. */
  async unitState(unit, state, more = {}) {
    const reports = [{ kind: 'unit_state', at: new Date().toISOString(), unit, state, ...more }];
    const answer = await this.#ask({ type: 'report', seq: this.#seq, reports });
    if (answer.type !== 'ack' || !answer.durable) throw new Error(`the hub did not take ${state}: ${JSON.stringify(answer)}`);
    this.#seq += 1;
  }

  close() {
    this.#socket.terminate();
  }
}
