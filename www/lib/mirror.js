// A mirror of the hub's views: values by key, kept current over one websocket.
//
// A snapshot comes in pieces and replaces everything at once; numbered deltas follow. A delta that
// does not start at the version held means that one was missed: the mirror asks again and goes on
// showing what it has. Events come on their own lane, in order. The connection is restored by
// itself, with growing pauses; how things stand is always known to the page.

/** The websocket subprotocol that this file speaks. */
export const SUBPROTOCOL = 'slipway.view.v1';
/** Pauses before a new attempt to connect [ms]: the first, and the longest. */
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 8_000;
/** A connection on which nothing comes for this long is taken for dead [ms]. */
const SILENCE_MS = 30_000;
/** The websocket's close code of a server that is being stopped (RFC 6455, 7.4.1). */
const GOING_AWAY = 1001;
/** The websocket's close code of a server whose rules end the connection (RFC 6455, 7.4.1). */
const NOT_ALLOWED = 1008;
/** A view that was refused is asked for again after so long [ms]: it may have come to be. */
const ASK_AGAIN_MS = 5_000;
/** Events kept for the page's list. */
const EVENTS_KEPT = 300;

/** As whom this page asks to be served: the code in its own address, or null. */
export function wishedAudience(search = globalThis.location?.search ?? '') {
  return new URLSearchParams(search).get('as');
}

/** An address of this hub with the wish for an audience kept. */
export function keepAudience(path, as = wishedAudience()) {
  if (!as) return path;
  const [before, hash] = path.split('#');
  const joined = `${before}${before.includes('?') ? '&' : '?'}as=${encodeURIComponent(as)}`;
  return hash === undefined ? joined : `${joined}#${hash}`;
}

/** Where what-if is asked of a plant: of all its numbers, or first of those about one thing. */
export function whatIf(plant, about = '') {
  const page = keepAudience(`/plant/${encodeURIComponent(plant)}/what-if`);
  return about ? `${page}#${new URLSearchParams({ about })}` : page;
}

/** Where the hub's websocket is, seen from this page. */
function socketAddress(as) {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return keepAudience(`${scheme}//${location.host}/v1/view`, as);
}

/** One view: its values by key, and what happened. */
export class View {
  /** Values by key, as the hub sent them. */
  values = new Map();
  /** Whether a whole snapshot has been there. */
  ready = false;
  /** Why the hub does not show this view: `{code, reason}`, or null. */
  refused = null;
  /** The newest events, oldest first. */
  events = [];
  /** When anything last came, by `performance.now()`. */
  heard = null;
  /** How often what happened was forgotten, because something is not shown any more. */
  forgotten = 0;
  /** Whether the connection is lost, so that nothing can come. */
  cut = false;
  version = null;
  lastEvent = null;
  #pending = null;
  /** Whether other policies hold since the last snapshot. */
  #otherPolicies = false;
  /** What the pieces of a delta that is under way change. */
  #changes = new Map();
  #onChange = new Set();
  #onEvent = new Set();

  constructor(name) {
    this.name = name;
  }

  /** The value of a key, or undefined. */
  get(key) {
    return this.values.get(key);
  }

  /** `[id, value]` of all keys that begin with `prefix/`, by key. */
  entries(prefix) {
    const start = `${prefix}/`;
    const found = [];
    for (const [key, value] of this.values) if (key.startsWith(start)) found.push([key.slice(start.length), value]);
    return found.sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  }

  /** Calls `tell(keys)` with the set of changed keys from now on; returns how to stop. */
  onChange(tell) {
    this.#onChange.add(tell);
    return () => this.#onChange.delete(tell);
  }

  /** Calls `tell(event)` for each event from now on; returns how to stop. */
  onEvent(tell) {
    this.#onEvent.add(tell);
    return () => this.#onEvent.delete(tell);
  }

  /** Takes a piece of a snapshot; the last one replaces all values. */
  takePiece({ version, piece, pieces, set }) {
    if (piece === 0 || this.#pending?.version !== version) this.#pending = { version, got: 0, set: new Map() };
    this.#pending.got += 1;
    for (const key of Object.keys(set)) this.#pending.set.set(key, set[key]);
    if (piece + 1 < pieces || this.#pending.got < pieces) return;
    const before = this.values;
    this.values = this.#pending.set;
    // What happened to a thing that is shown no more would still tell of it.
    if (this.#otherPolicies && [...before.keys()].some((key) => !this.values.has(key))) {
      this.events = [];
      this.forgotten += 1;
    }
    this.#otherPolicies = false;
    this.version = version;
    this.#pending = null;
    this.ready = true;
    this.refused = null;
    this.#tellChange(new Set([...before.keys(), ...this.values.keys()]));
  }

  /** Takes a piece of a delta; the last one changes the values. False when it does not fit and a fresh snapshot is needed. */
  takeDelta({ from, to, piece, pieces, set, gone = [] }) {
    if (this.#pending) return true;
    if (this.version !== from) return false;
    if (piece === 0) this.#changes = new Map();
    for (const key of gone) this.#changes.set(key, undefined);
    for (const key of Object.keys(set)) this.#changes.set(key, set[key]);
    if (piece + 1 < pieces) return true;
    for (const [key, value] of this.#changes) {
      if (value === undefined) this.values.delete(key);
      else this.values.set(key, value);
    }
    this.version = to;
    this.#tellChange(new Set(this.#changes.keys()));
    return true;
  }

  takeEvent(event) {
    if (this.lastEvent !== null && event.seq <= this.lastEvent) return;
    this.lastEvent = event.seq;
    this.events.push(event);
    if (this.events.length > EVENTS_KEPT) this.events.shift();
    for (const tell of this.#onEvent) tell(event);
  }

  /** The hub will not show it. */
  refuse(refusal) {
    this.refused = refusal;
    this.#tellChange(new Set());
  }

  /** Versions and events start anew; what is shown stays until the new snapshot is there. */
  startAnew({ forgetEvents, otherPolicies = false }) {
    this.#otherPolicies ||= otherPolicies;
    this.version = null;
    this.#pending = null;
    if (forgetEvents) this.lastEvent = null;
  }

  #tellChange(keys) {
    for (const tell of this.#onChange) tell(keys);
  }
}

/** The connection and the views that are watched over it. */
export class Mirror {
  /**
   * `connecting`, `live` or `offline`, since when (a Date), as whom the page is served, and whether
   * the hub said that it was being stopped.
   */
  connection = { state: 'connecting', since: new Date(), audience: null, stopped: false, ended: false };
  #as;
  #Socket;
  #socket = null;
  #views = new Map();
  #onConnection = new Set();
  #generation = null;
  #pause = FIRST_PAUSE_MS;
  #retry = null;
  #silence = null;
  #asked = [];

  constructor({ as = wishedAudience(), Socket = globalThis.WebSocket } = {}) {
    this.#as = as;
    this.#Socket = Socket;
    this.#connect();
    globalThis.addEventListener?.('online', () => this.#hurry());
    globalThis.document?.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.#hurry();
    });
  }

  /** Watches a view from now on. */
  watch(name) {
    let view = this.#views.get(name);
    if (!view) {
      view = new View(name);
      this.#views.set(name, view);
      this.#askFor(view);
    }
    return view;
  }

  /** Watches it no longer. */
  unwatch(name) {
    if (this.#views.delete(name)) this.#say({ type: 'unwatch', view: name });
  }

  /** Calls `tell(connection)` now and at each change; returns how to stop. */
  onConnection(tell) {
    this.#onConnection.add(tell);
    tell(this.connection);
    return () => this.#onConnection.delete(tell);
  }

  #connect() {
    clearTimeout(this.#retry);
    this.#retry = null;
    const socket = new this.#Socket(socketAddress(this.#as), SUBPROTOCOL);
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) this.#take(JSON.parse(data));
    };
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) this.#lost(code === GOING_AWAY, code === NOT_ALLOWED);
    };
  }

  #lost(stopped, ended) {
    clearTimeout(this.#silence);
    this.#socket = null;
    this.#asked = [];
    for (const view of this.#views.values()) view.cut = true;
    if (this.connection.state !== 'offline') this.#become({ state: 'offline', since: new Date(), stopped, ended });
    const jitter = 0.75 + Math.random() / 2;
    this.#retry = setTimeout(() => this.#connect(), this.#pause * jitter);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
  }

  /** Somebody looks again, or the network is back: do not wait out the pause. */
  #hurry() {
    if (this.#retry === null) return;
    this.#pause = FIRST_PAUSE_MS;
    this.#connect();
  }

  /** Deltas keep coming where there is a clock: when they stop, the connection is dead. */
  #watchSilence() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#socket?.close(), SILENCE_MS);
  }

  #become(change) {
    this.connection = { ...this.connection, ...change };
    for (const tell of this.#onConnection) tell(this.connection);
  }

  #say(message) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
  }

  #askFor(view) {
    if (this.connection.state !== 'live') return;
    const message = { type: 'watch', view: view.name };
    if (view.lastEvent !== null) message.events_after = view.lastEvent;
    this.#asked = [...this.#asked.filter((name) => name !== view.name), view.name];
    this.#say(message);
  }

  #take(message) {
    if (message.type === 'welcome') return this.#welcome(message);
    if (message.type === 'refused') return this.#refused(message);
    const view = this.#views.get(message.view);
    if (!view) return undefined;
    view.heard = performance.now();
    view.cut = false;
    switch (message.type) {
      case 'snapshot':
        this.#asked = this.#asked.filter((name) => name !== view.name);
        return view.takePiece(message);
      case 'delta':
        this.#watchSilence();
        if (view.version === null) return undefined;
        if (!view.takeDelta(message)) {
          view.startAnew({ forgetEvents: false });
          this.#say({ type: 'again', view: view.name });
        }
        return undefined;
      case 'event': return view.takeEvent(message);
      case 'resync': return view.startAnew({ forgetEvents: message.why === 'restart', otherPolicies: message.why === 'policy' });
      default: return undefined;
    }
  }

  #welcome({ generation, audience }) {
    const anew = this.#generation !== null && this.#generation !== generation;
    this.#generation = generation;
    this.#pause = FIRST_PAUSE_MS;
    this.#become({ state: 'live', since: new Date(), audience, stopped: false, ended: false });
    for (const view of this.#views.values()) {
      view.startAnew({ forgetEvents: anew });
      this.#askFor(view);
    }
  }

  /** A refusal names no view: it answers the oldest request that has not been answered. */
  #refused(message) {
    const name = this.#asked.find((asked) => message.reason.includes(`"${asked}"`)) ?? this.#asked[0];
    this.#asked = this.#asked.filter((asked) => asked !== name);
    const view = this.#views.get(name);
    if (!view) return;
    view.refuse({ code: message.code, reason: message.reason });
    setTimeout(() => this.#views.get(name) === view && this.#askFor(view), ASK_AGAIN_MS);
  }
}

/** How long the plant clock runs on without news [ms of the reader's time]. */
const CLOCK_RUNS_ON_MS = 5_000;

/** The plant clock of a view: runs on by its rate, and stops when nothing is heard. */
export class PlantClock {
  #view;
  #base = null;

  constructor(view) {
    this.#view = view;
    const learn = () => {
      const value = view.get('clock');
      if (value && value !== this.#base?.value) this.#base = { value, now: Date.parse(value.now), at: performance.now() };
    };
    learn();
    view.onChange(learn);
  }

  /** Plant time now, or when it was last heard of [ms since 1970]; null before the first news. */
  now() {
    if (!this.#base) return null;
    const until = this.silent ? this.#heard() : performance.now();
    return this.#base.now + Math.max(0, until - this.#base.at) * this.#base.value.rate;
  }

  /** When anything was last heard, by `performance.now()`. */
  #heard() {
    return Math.max(this.#view.heard ?? 0, this.#base.at);
  }

  /** Plant seconds for one second of the reader's. */
  get rate() {
    return this.#base?.value.rate ?? null;
  }

  /** `live`, `simulated` or `recorded`; null before the first news. */
  get origin() {
    return this.#base?.value.origin ?? null;
  }

  /** Whether nothing has been heard for so long that the clock stopped. */
  get silent() {
    return this.#base !== null && (this.#view.cut || performance.now() - this.#heard() > CLOCK_RUNS_ON_MS);
  }
}
