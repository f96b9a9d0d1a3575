// What this browser has to say, kept until the hub has it on its disk: each entry is written down
// here first, then sent as a frame of `/v1/ingest`, and again after every lost connection. The hub
// knows a frame by its epoch and number and takes it once, so nothing is lost or doubled.

const SUBPROTOCOL = 'slipway.ingest.v1';
/** Entries kept; the oldest that are settled make way. */
const MOST_KEPT = 500;
/** Earlier links that are remembered to have been taken over. */
const MOST_ADOPTED = 20;
/** Waiting before another try to connect [ms], doubled from the first to the last. */
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 15_000;

/** Whether nothing more happens to an entry by itself. */
export const isSettled = ({ state }) => state === 'recorded' || state === 'refused' || state === 'unknown';

/** Whether an entry has never left this browser, so that it can be dropped without a trace. */
export const isUnsent = ({ state, went }) => state === 'queued' && !went;

/** The number on an entry's receipt. */
export const receipt = ({ epoch, seq }) => `R-${epoch}-${seq}`;

/** Where the entries of a feed are kept. */
export const placeOf = (feed) => `slipway.supplier.${feed}`;
/** How the places of all feeds begin: every link is a feed of its own. */
const PLACES = placeOf('supplier:');

/** What this browser keeps for a place; null when it is none. */
function keptAt(place) {
  try {
    const kept = JSON.parse(localStorage.getItem(place));
    return Array.isArray(kept?.entries) ? kept : null;
  } catch {
    return null;
  }
}

/** The feeds of other links of this browser, for the same supplier and plant. */
export function formerFeeds(feed, of) {
  try {
    const places = Object.keys(localStorage).filter((place) => place.startsWith(PLACES) && place !== placeOf(feed));
    return places.filter((place) => keptAt(place)?.of === of).map((place) => place.slice(placeOf('').length));
  } catch {
    return [];
  }
}

/** The words of all that waits in this browser, whichever link it was entered with. */
export function allWaiting() {
  try {
    const places = Object.keys(localStorage).filter((place) => place.startsWith(PLACES));
    return places.flatMap((place) => keptAt(place)?.entries ?? []).filter((entry) => !isSettled(entry)).map(({ words }) => words);
  } catch {
    return [];
  }
}

export class Outbox {
  #key;
  #feed;
  #firstEpoch;
  #of;
  #clock;
  #kept;
  #socket = null;
  #credit = 0;
  #pause = FIRST_PAUSE_MS;
  #timer = null;
  #running = false;
  /** Whether the hub has taken up what this connection says. */
  #welcomed = false;
  #tell;

  /** How the connection is: off, joining, on, elsewhere, not_in, refused. */
  link = 'off';
  /** Why the hub does not let this feed speak. */
  why = '';
  /** Whether the browser has left for good. */
  ended = false;
  /** Whether this browser keeps what is entered. */
  keeps = true;

  /** `of` names supplier and plant, `clock()` is the plant's clock, `changed()` is called at every change, `askIn()` tells whether the hub still lets us in. Where several browsers speak as one feed, each begins with a `firstEpoch` of its own. */
  constructor({ feed, of, clock, changed, askIn, firstEpoch = 1 }) {
    this.#feed = feed;
    this.#firstEpoch = firstEpoch;
    this.#of = of;
    this.#clock = clock;
    this.#key = placeOf(feed);
    this.#tell = changed;
    this.askIn = askIn;
    this.#kept = this.#read();
    addEventListener('online', () => this.#hurry());
    addEventListener('offline', () => this.#socket?.close());
  }

  #read() {
    const blank = { epoch: this.#firstEpoch, next: 1, acked: 0, entries: [], former: [], adopted: [] };
    try {
      return { ...blank, ...JSON.parse(localStorage.getItem(this.#key) ?? '{}'), of: this.#of };
    } catch {
      this.keeps = false;
      return { ...blank, of: this.#of };
    }
  }

  #write() {
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#kept));
      this.keeps = true;
    } catch {
      this.keeps = false; // Sent all the same as long as the page is open; the page says so.
    }
  }

  /** Every entry, newest first. */
  get entries() {
    return [...this.#kept.entries].reverse();
  }

  /** What was entered with earlier links of this browser, newest first. */
  get former() {
    return [...this.#kept.former].reverse();
  }

  /**
   * Takes over what an earlier link, which nobody speaks with any more, has kept: what it never
   * sent is sent now, as new entries; how many those are. What it sent without hearing the answer
   * may be on record, so it is asked about; and only its own link could take something back.
   */
  adopt(feed) {
    const place = placeOf(feed);
    const found = keptAt(place);
    if (!found || feed === this.#feed) return 0;
    const fresh = this.#kept.adopted.includes(feed) ? [] : found.entries;
    const waits = fresh.filter((entry) => isUnsent(entry) && !entry.undoes);
    for (const { at, words, reports, said, ...entry } of waits) this.#put({ at, words, reports, said, before: receipt(entry) });
    const rest = fresh.filter((entry) => !waits.includes(entry)).map(({ reports, ...entry }) => {
      const state = isSettled(entry) ? entry.state : entry.undoes ? 'undo_lost' : 'unknown';
      // Its reports are needed to send it again, and for nothing else.
      return { ...entry, feed, state, ...(state === 'unknown' && { reports }) };
    });
    this.#kept.former = [...found.former ?? [], ...this.#kept.former, ...rest].slice(-MOST_KEPT);
    this.#kept.adopted = [...this.#kept.adopted, feed].slice(-MOST_ADOPTED);
    this.#write();
    localStorage.removeItem(place);
    // There was no room for it twice.
    if (!this.keeps) this.#write();
    this.#send();
    this.#tell();
    return waits.length;
  }

  /** Sends what an earlier link sent without hearing the answer, as a new entry; null when too many wait. */
  again(former) {
    const { at, words, reports, said } = former;
    const added = this.add({ at, words, reports, said, before: receipt(former) });
    if (added) this.leaveOut(former);
    return added;
  }

  /** Shows what an earlier link kept no longer. */
  leaveOut(former) {
    this.#kept.former = this.#kept.former.filter((entry) => entry !== former);
    this.#write();
    this.#tell();
  }

  /** Entries that the hub does not have yet. */
  get waiting() {
    return this.#kept.entries.filter((entry) => !isSettled(entry)).length;
  }

  /** Writes an entry down and sends it when it can be sent; null when too many wait already. */
  add(entry) {
    const { entries } = this.#kept;
    while (entries.length >= MOST_KEPT) {
      const oldest = entries.findIndex(isSettled);
      if (oldest < 0) return null;
      entries.splice(oldest, 1);
    }
    const added = this.#put(entry);
    this.#write();
    this.#send();
    this.#tell();
    return added;
  }

  #put(entry) {
    const added = { ...entry, epoch: this.#kept.epoch, seq: this.#kept.next, state: 'queued' };
    this.#kept.next += 1;
    this.#kept.entries.push(added);
    return added;
  }

  /** Drops an entry that was never sent; those after it move up, for the hub wants no gap. */
  drop(entry) {
    const { entries } = this.#kept;
    const later = entries.filter(({ epoch, seq }) => epoch === entry.epoch && seq > entry.seq);
    if (!entries.includes(entry) || !isUnsent(entry) || !later.every(isUnsent)) return false;
    entries.splice(entries.indexOf(entry), 1);
    if (entry.epoch === this.#kept.epoch) {
      for (const moved of later) moved.seq -= 1;
      this.#kept.next -= 1;
    }
    this.#write();
    this.#tell();
    return true;
  }

  /** Keeps an entry that was refused no longer: its text may be what this browser must not hold. */
  forget(entry) {
    const { entries } = this.#kept;
    if (!entries.includes(entry) || entry.state !== 'refused') return false;
    entries.splice(entries.indexOf(entry), 1);
    this.#write();
    this.#tell();
    return true;
  }

  /** Begins to speak, as the only page of this browser that does. */
  start() {
    this.#kept = this.#read();
    this.#running = true;
    this.#join();
  }

  #hurry() {
    this.#pause = FIRST_PAUSE_MS;
    if (this.#running && !this.#socket) this.#join();
  }

  #join() {
    clearTimeout(this.#timer);
    this.#be('joining');
    const address = new URL('/v1/ingest', location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    const socket = new WebSocket(address, SUBPROTOCOL);
    this.#socket = socket;
    this.#welcomed = false;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      const { epoch, acked } = this.#kept;
      socket.send(JSON.stringify({ type: 'hello', feed: this.#feed, epoch, clock: this.#clock(), ...(acked > 0 && { acked }) }));
    };
    socket.onmessage = ({ data }) => { if (socket === this.#socket) this.#heard(JSON.parse(data)); };
    socket.onclose = () => { if (socket === this.#socket) this.#lost(opened); };
  }

  async #lost(opened) {
    this.#socket = null;
    this.#credit = 0;
    if (!this.#running) return;
    this.#be('off');
    // A page is not told why a websocket was not opened; a request is.
    if (!opened && await this.askIn() === false) {
      this.#running = false;
      this.#be('not_in');
      return;
    }
    this.#timer = setTimeout(() => this.#join(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, LAST_PAUSE_MS);
  }

  /** Says no more: the browser has left. */
  end() {
    this.ended = true;
    clearTimeout(this.#timer);
    this.#stop('not_in');
  }

  #stop(link, why = '') {
    this.#running = false;
    this.why = why;
    this.#socket?.close();
    this.#socket = null;
    this.#be(link);
  }

  #heard(message) {
    const kinds = { welcome: () => this.#welcome(message), ack: () => this.#acked(message.seq), refused: () => this.#refused(message), credit: () => { this.#credit = message.credit; this.#send(); } };
    kinds[message.type]?.();
    this.#write();
    this.#tell();
  }

  #welcome({ resume_from: wanted, credit }) {
    const { epoch, entries } = this.#kept;
    this.#welcomed = true;
    // What was never sent has never been heard: it takes the next free numbers.
    const unsent = entries.filter((entry) => !entry.went);
    const clash = unsent.some((entry) => entry.epoch !== epoch || entry.seq < wanted);
    if (wanted < this.#kept.next && !entries.some((entry) => entry.epoch === epoch && entry.seq === wanted)) {
      // The hub has lost more than is kept here: it cannot be caught up with in this epoch.
      this.#newEpoch(epoch + 1);
      return;
    }
    if (clash || wanted > this.#kept.next) {
      const sent = entries.filter((entry) => entry.went && entry.epoch === epoch);
      this.#kept.next = Math.max(wanted, ...sent.map(({ seq }) => seq + 1));
      for (const entry of unsent) Object.assign(entry, { epoch, seq: this.#kept.next++ });
    }
    // Only another epoch can know what became of these, and it is over.
    for (const entry of entries) if (entry.state === 'sent' && entry.epoch !== epoch) entry.state = 'unknown';
    // All that has no answer is sent again, from where the hub wants it or before.
    for (const entry of entries) if (entry.state === 'sent' || (entry.epoch === epoch && entry.seq >= wanted && entry.state === 'recorded')) entry.state = 'queued';
    this.#pause = FIRST_PAUSE_MS;
    this.#credit = credit;
    this.#be('on');
    this.#send();
  }

  /** Says hello anew, in an epoch in which nothing was said yet. */
  #newEpoch(epoch) {
    Object.assign(this.#kept, { epoch, next: 1, acked: 0 });
    this.#write();
    this.#socket.close();
  }

  #send() {
    if (this.link !== 'on' || this.#socket?.readyState !== WebSocket.OPEN) return;
    const { epoch, entries } = this.#kept;
    let room = this.#credit - entries.filter(({ state }) => state === 'sent').length;
    for (const entry of entries) {
      if (entry.state !== 'queued' || entry.epoch !== epoch || room <= 0) continue;
      room -= 1;
      // Written down as sent before it is: what was sent once never gets another number.
      Object.assign(entry, { state: 'sent', went: true });
      this.#write();
      this.#socket.send(JSON.stringify({ type: 'report', seq: entry.seq, reports: entry.reports }));
    }
  }

  #acked(seq) {
    const { epoch, entries } = this.#kept;
    this.#kept.acked = Math.max(this.#kept.acked, seq);
    for (const entry of entries) {
      if (entry.state !== 'sent' || entry.epoch !== epoch || entry.seq > seq) continue;
      entry.state = entry.refusal ? 'refused' : 'recorded';
      entry.settled = new Date().toISOString();
    }
    this.#send();
  }

  #refused({ seq, code, reason, epoch }) {
    if (seq === undefined || seq === null) {
      if (code === 'superseded' && epoch > this.#kept.epoch && !this.#welcomed) {
        // This browser has forgotten later entries, or another has spoken since: it goes on in an
        // epoch of its own. Whom another takes over from waits until somebody is here again.
        this.#newEpoch(epoch + 1);
      } else this.#stop(code === 'superseded' ? 'elsewhere' : 'refused', reason);
      return;
    }
    if (code === 'superseded') { this.#stop('elsewhere', reason); return; }
    const entry = this.#kept.entries.find((known) => known.seq === seq && known.epoch === this.#kept.epoch);
    if (!entry) return;
    if (code === 'gap') { entry.state = 'queued'; this.#socket.close(); return; }
    Object.assign(entry, { refusal: reason, code });
  }

  #be(link) {
    this.link = link;
    this.#tell();
  }
}
