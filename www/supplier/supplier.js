// The page of a small supplier: opened from an invitation, on a telephone, without an account.
// The invitation's secret stands behind the # of the link, which no browser sends; it leaves the
// address bar at once and is handed over once.

import { h, renew } from '../lib/dom.js';
import { telephone, useSiteZone, when } from '../lib/format.js';
import { fillWords, form, hasWord, loadWords, word } from '../lib/words.js';
import { entryOf, saidOf, takenBack } from './entries.js';
import { signOut, staySignedIn } from '../lib/session.js';
import { dropLines, dropPage, keepLines, keepPage, keptLines } from './kept.js';
import { Lines } from './lines.js';
import { Outbox, allWaiting, formerFeeds, isSettled, isUnsent, placeOf, receipt } from './outbox.js';
import { Receipts, clock, formerName } from './receipts.js';
import { Sheet } from './sheet.js';

/** The lines are asked for again this often while the page is looked at [ms]. */
const ASK_EVERY_MS = 20_000;
/** …and this often while something is being counted anew [ms]. */
const RECOUNT_EVERY_MS = 2_000;
/** A question without an answer for so long gets none: the connection is there and carries nothing [ms]. */
const ANSWER_MS = 10_000;
/** Where the plant's name is remembered. */
const PLANT = 'slipway.supplier.plant';

const byId = (id) => document.getElementById(id);
const show = (id, shown = true) => { byId(id).hidden = !shown; };

/** The secret of the link that opened the page, taken out of the address bar and the history. */
function takeInvitation() {
  const found = /^#invite=(.+)$/.exec(location.hash)?.[1] ?? null;
  if (location.hash) history.replaceState(null, '', location.pathname);
  return found;
}

/** A sentence above everything, with a button if there is something to do, and what it is about. */
function note(name, values = {}, act = null, list = []) {
  show('note');
  renew(byId('note-list'), list.map((text) => h('li', {}, text)));
  byId('note-title').textContent = word(`supplier.note.${name}`);
  byId('note-text').textContent = word(`supplier.note_says.${name}`, values);
  const button = byId('note-act');
  button.hidden = !act;
  button.textContent = act ? word(`supplier.note_act.${name}`) : '';
  button.onclick = act;
}

/** Asks the hub; `{answer}`, or `{code}` of a refusal, or neither while it cannot be reached. */
async function ask(path, options = {}) {
  try {
    const signal = options.method ? null : AbortSignal.timeout(ANSWER_MS);
    const response = await fetch(`/v1/supplier/${path}`, { headers: { 'content-type': 'application/json' }, signal, ...options });
    if (response.status === 204) return { answer: null };
    const answer = await response.json();
    return response.ok ? { answer } : { code: answer.code ?? 'refused' };
  } catch {
    return {};
  }
}

class Page {
  #who = null;
  #offset = 0;
  #outbox = null;
  #settled = 0;
  #mine = true;
  /** When what is shown was kept here, if the hub has not been heard since; else null. */
  #kept = null;
  /** Whether the page can be opened again without a connection. */
  #reopens = false;
  /** What takes something back and is not on record yet, with what was shown when it was said. */
  #undoing = new Map();

  constructor() {
    this.receipts = new Receipts((name) => this.#takeBack(name), (does, name) => this.#former(does, name), () => this.#draw());
    this.lines = new Lines((line, what, key) => this.#say([[line, what]], key) !== null, this.receipts);
    byId('leave').addEventListener('click', () => this.#askToLeave());
    byId('stay').addEventListener('click', () => { show('leaving', false); byId('leave').focus(); });
    byId('really-leave').addEventListener('click', () => this.#leave());
  }

  async open(invitation) {
    byId('link').textContent = word('supplier.link.joining');
    if (invitation) {
      const { answer, code } = await ask('session', { method: 'POST', body: JSON.stringify({ invitation }) });
      if (answer === undefined && !code) {
        note('unreachable', {}, () => { show('note', false); this.open(invitation); });
        return;
      }
      this.refused = code;
    }
    await this.#begin();
    if (!this.#who) return;
    this.#reopens = await keepPage();
    this.#changed();
  }

  async #begin() {
    const { answer, code } = await ask('lines');
    const kept = answer || code ? null : keptLines();
    if (code === 'not_in') dropLines();
    if (!answer && !kept) {
      byId('link').textContent = '';
      // A link that was used before is no matter to whoever is still in.
      const why = code === 'not_in' ? this.refused ?? 'not_in' : code ? 'failed' : 'unreachable';
      const retry = code ? null : () => { show('note', false); this.#begin(); };
      if (why === 'not_in' && allWaiting().length > 0) this.#tellWaiting();
      else note(hasWord(`supplier.note.${why}`) ? why : 'failed', { whom: this.#whom() }, retry, allWaiting());
      return;
    }
    if (answer) this.#take(answer);
    else this.#show(kept.answer, kept.at);
    this.#kept = kept?.at ?? null;
    this.#outbox = new Outbox({ feed: this.#who.feed, of: this.#of(), clock: () => clockOf(this.#who.clock), changed: () => this.#changed(), askIn: () => this.#isIn(), firstEpoch: this.#who.signed_in ? anyEpoch() : 1 });
    if (this.#who.signed_in) staySignedIn();
    byId('end-says').textContent = this.#who.signed_in ? word('supplier.end_signed_in') : word('supplier.end_says');
    byId('leave').textContent = this.#who.signed_in ? word('supplier.sign_out') : word('supplier.leave');
    this.sheet = new Sheet(() => this.#who, () => this.lines.all(), () => this.#outbox.entries, (entries) => this.#say(entries));
    for (const id of ['open', 'list', 'sheet', 'end']) show(id);
    await this.#tellReaders();
    this.#changed();
    await this.#alone();
    this.asking = setInterval(() => { if (!document.hidden && this.#outbox.link === 'on') this.#refresh(); }, ASK_EVERY_MS);
  }

  #take(answer) {
    keepLines(answer);
    this.#show(answer, Date.now());
  }

  /** Shows an answer that came at a moment of this telephone's clock. */
  #show(answer, at) {
    this.#who = { ...answer, plantNow: () => this.#plantNow() };
    this.#offset = Date.parse(answer.now) - at * answer.clock.rate;
    useSiteZone(answer.time_zone);
    byId('name').textContent = answer.supplier_name;
    byId('plant').textContent = word('supplier.to', { plant: answer.plant_name });
    show('dates', answer.clock.kind !== 'live');
    byId('dates').textContent = word('supplier.dates', { today: when(answer.now, 'date') });
    remember(answer.plant_name);
    this.#tellWhomToCall();
    this.lines.take(this.#who);
  }

  /** The plant's time; the telephone's own clock may be wrong. */
  #plantNow() {
    return new Date(Date.now() * this.#who.clock.rate + this.#offset).toISOString();
  }

  async #refresh() {
    const { answer } = await ask('lines');
    if (!answer || this.#outbox?.ended) return;
    this.#take(answer);
    if (!this.#kept) return;
    // What was kept is made good by what the hub tells.
    this.#kept = null;
    show('note', false);
    this.#tellReaders();
  }

  async #isIn() {
    const { answer, code } = await ask('lines');
    if (answer) this.#take(answer);
    if (code === 'not_in') dropLines();
    return code === 'not_in' ? false : answer ? true : null;
  }

  /** Whose entries these are, whichever link they were made with. */
  #of() {
    return `${this.#who.supplier} ${this.#who.plant}`;
  }

  /** One page of a browser speaks; another waits until it is closed, or let in no longer. */
  async #alone() {
    addEventListener('storage', ({ key, newValue }) => {
      // Another tab has opened a new link and taken over what waited here.
      if (key === placeOf(this.#who.feed) && newValue === null) location.reload();
    });
    const begin = () => {
      this.#be(true);
      this.#outbox.start();
      this.#adopt();
    };
    if (!navigator.locks) {
      begin();
      return;
    }
    const name = placeOf(this.#who.feed);
    const hold = () => new Promise((resolve) => { this.letGo = resolve; begin(); });
    const free = await new Promise((tell) => {
      navigator.locks.request(name, { ifAvailable: true }, (lock) => {
        tell(lock !== null);
        return lock && hold();
      });
    });
    if (free) return;
    this.#be(false);
    navigator.locks.request(name, hold);
  }

  /** Takes over what earlier links of this browser have kept, once no other tab speaks with them. */
  #adopt() {
    for (const feed of formerFeeds(this.#who.feed, this.#of())) {
      const take = () => {
        if (this.#outbox.ended) return;
        const n = this.#outbox.adopt(feed);
        if (n > 0) note('adopted', { what: word(`supplier.adopted.${form(n)}`, { n }) });
      };
      if (navigator.locks) navigator.locks.request(placeOf(feed), take);
      else take();
    }
  }

  /** Does something about an entry of an earlier link, or about a refused one. */
  #former(does, name) {
    if (does === 'forget') {
      const refused = this.#outbox.entries.find((known) => receipt(known) === name);
      if (refused && this.#outbox.forget(refused)) this.#mark(null);
      return;
    }
    const entry = this.#outbox.former.find((known) => formerName(known) === name);
    if (!entry) return;
    if (does === 'leave_out') this.#outbox.leaveOut(entry);
    else if (!this.#outbox.again(entry)) note('too_many');
  }

  /** Says what waits while nobody is let in. */
  #tellWaiting() {
    const waiting = allWaiting();
    note('shut_out', { whom: this.#whom(), n: waiting.length }, null, waiting);
  }

  #be(mine) {
    this.#mine = mine;
    show('note', false);
    if (!mine) note('other_tab');
    else if (this.#kept) note('kept', { when: clock(this.#kept) });
    for (const id of ['open', 'list', 'sheet']) show(id, mine);
    this.#changed();
  }

  async #tellReaders() {
    const { answer } = await ask('readers');
    if (!answer) return;
    const list = h('ul', { class: 'supplier-sees' }, alike(answer.readers).map((readers) => h('li', {},
      readers.map(({ code, name, customer, looks }, at) => [at > 0 && ', ',
        h('strong', {}, code === 'public' ? word('supplier.everybody') : word('supplier.reader', { name, nation: code.split('/')[0] })),
        customer && ` ${word('supplier.customer')}`, looks && ` ${word('supplier.looks')}`]), ': ',
      readers[0].kinds.map((kind) => word(`supplier.kind.${kind}`)).join('; '), '. ',
      readers[0].keeps ? word('supplier.keeps') : word('supplier.only_looks'))));
    const { readers, others } = answer;
    const firms = readers.filter(({ code }) => code !== 'public');
    const nations = new Set(firms.map(({ code }) => code.split('/')[0])).size;
    const values = {
      organisations: word(`supplier.organisations.${form(firms.length)}`, { n: firms.length }),
      nations: word(`supplier.nations.${form(nations)}`, { n: nations }),
    };
    const sentence = readers.length === 0 ? 'nobody' : firms.length < readers.length ? 'everybody' : 'some';
    renew(byId('sees-body'), h('details', {},
      h('summary', {}, word(`supplier.seen_by.${sentence}`, values), ' ', h('span', { class: 'supplier-more' }, word('supplier.sees_more'))),
      readers.length > 0 && list,
      h('p', {}, word(`supplier.others.${form(others)}`, { n: others })),
      h('p', { class: 'muted' }, word('supplier.no_log'))));
    show('sees');
  }

  /** Takes entries, for the card of that key if from one; how many, or null when they do not fit. */
  #say(entries, key = null) {
    const at = new Date().toISOString();
    let last = null;
    for (const [line, what] of entries) {
      last = this.#outbox.add({ at, ...entryOf(this.#who, line, what), said: saidOf(line, what) });
      if (!last) {
        note('too_many');
        return null;
      }
    }
    this.#mark(last, key);
    return entries.length;
  }

  #takeBack(name) {
    const entry = this.#outbox.entries.find((known) => receipt(known) === name);
    if (!entry) return;
    if (isUnsent(entry) && this.#outbox.drop(entry)) {
      this.#mark(null, null, word('supplier.dropped', { words: entry.words }));
      return;
    }
    const undo = this.#outbox.add({ at: new Date().toISOString(), ...takenBack(this.#who, entry) });
    if (!undo) {
      note('too_many');
      return;
    }
    this.#undoing.set(receipt(undo), this.lines.shownOf(entry));
    this.#mark(undo);
  }

  /** Says of what was taken back that the hub counts anew, from when it is on record. */
  #recount() {
    const { entries } = this.#outbox;
    for (const [name, shown] of this.#undoing) {
      const undo = entries.find((known) => receipt(known) === name);
      if (undo && !isSettled(undo)) continue;
      this.#undoing.delete(name);
      if (undo?.state === 'recorded') this.lines.recount(shown);
    }
    if (!this.lines.isRecounting || this.recounting) return;
    this.recounting = setInterval(async () => {
      await this.#refresh();
      if (this.lines.isRecounting) return;
      clearInterval(this.recounting);
      this.recounting = null;
    }, RECOUNT_EVERY_MS);
  }

  /** Remembers what was entered last, to tell what becomes of it. */
  #mark(entry, key = null, told = '') {
    this.last = entry;
    this.told = told;
    if (entry && key !== null) this.receipts.put(key, entry);
    this.#changed();
  }

  #draw() {
    this.receipts.draw(this.#outbox);
    this.lines.draw();
  }

  #changed() {
    if (!this.#outbox || this.#outbox.ended) return;
    const { entries, link, waiting, keeps, why } = this.#outbox;
    const shown = this.#mine ? link : 'elsewhere';
    byId('link').dataset.link = shown;
    const how = [word(`supplier.link.${shown}`), shown === 'off' && !this.#reopens && word('supplier.link_closes'), waiting > 0 && shown !== 'on' && word('supplier.link_waiting', { n: waiting })];
    byId('link').textContent = how.filter(Boolean).join(' ');
    if (this.#kept && link === 'on') this.#refresh();
    this.#recount();
    this.#draw();
    const { last } = this;
    byId('told').textContent = last ? word('supplier.told', { number: receipt(last), words: last.words, state: word(`supplier.state.${link === 'not_in' && last.state === 'queued' ? 'shut_out' : last.state}`, { when: '', reason: last.refusal ?? '' }).trim() }) : this.told ?? '';
    const settled = entries.filter(isSettled).length;
    if (settled > this.#settled && this.#settled >= 0) this.#refresh();
    this.#settled = settled;
    if (link === 'not_in') {
      // A new link may be opened in another tab, which then takes over what waits.
      this.letGo?.();
      if (this.#who?.signed_in) note('signed_out', {}, signInAgain, allWaiting());
      else if (waiting > 0) this.#tellWaiting();
      else note('not_in', { whom: this.#whom() });
    }
    if (link === 'elsewhere') note('elsewhere', {}, () => { show('note', false); this.#outbox.start(); });
    else if (link === 'refused') note('refused', { why, whom: this.#whom() });
    else if (!keeps && link !== 'not_in') note('keeps_nothing');
  }

  /** Asks first: whoever leaves needs another link. */
  #askToLeave() {
    const waiting = this.#outbox?.waiting ?? 0;
    const sure = this.#who?.signed_in ? word('supplier.sign_out_sure') : word('supplier.leave_sure', { whom: this.#whom() });
    byId('leaving-says').textContent = [sure, waiting > 0 && word('supplier.leave_waiting', { n: waiting })].filter(Boolean).join(' ');
    show('leaving');
    byId('stay').focus();
  }

  /** Whom to call with a question, where the plant says so. */
  #tellWhomToCall() {
    const { desk } = this.#who;
    const questions = desk
      ? [word('supplier.questions_call', { role: desk.role }), ' ', h('a', { class: 'nowrap', href: telephone(desk.phone) }, desk.phone)]
      : [word('supplier.questions', { whom: this.#whom() })];
    byId('questions').replaceChildren(...questions);
  }

  /** Whom to ask for another link, as far as the page knows. */
  #whom() {
    const plant = this.#who?.plant_name ?? remembered();
    return plant ? word('supplier.whom', { plant }) : word('supplier.whom_unknown');
  }

  async #leave() {
    const { signed_in: signedIn } = this.#who;
    const isOut = signedIn ? await signOut() : (await ask('session', { method: 'DELETE' })).answer === null;
    if (!isOut) {
      note('unreachable');
      byId('note').scrollIntoView();
      return;
    }
    clearInterval(this.asking);
    clearInterval(this.recounting);
    remember(null);
    this.#outbox.end();
    dropPage();
    for (const id of ['sees', 'open', 'list', 'sheet', 'end']) show(id, false);
    byId('link').textContent = '';
    if (signedIn) note('signed_out', {}, signInAgain);
    else note('left', { whom: this.#whom() });
    byId('answers').focus();
    scrollTo(0, 0);
  }
}

/** Browsers of one person begin with different numbers, so that none takes the other's entries for its own. */
const anyEpoch = () => 1000 + (crypto.getRandomValues(new Uint16Array(1))[0] % 9000);

const signInAgain = () => location.assign('/signin/');

/** The plant that last let this browser in, to say later whom to ask; null when it left or there is none. */
function remembered() {
  try {
    return localStorage.getItem(PLANT);
  } catch {
    return null;
  }
}

function remember(plant) {
  try {
    if (plant === null) localStorage.removeItem(PLANT);
    else localStorage.setItem(PLANT, plant);
  } catch { /* Then nobody is named later. */ }
}

/** Readers in groups of those who see the same, each group where its first reader stood. */
function alike(readers) {
  const groups = new Map();
  for (const reader of readers) {
    const same = `${reader.keeps} ${reader.kinds.join()}`;
    groups.set(same, [...groups.get(same) ?? [], reader]);
  }
  return [...groups.values()];
}

/** The clock as a hello names it. */
function clockOf({ kind, rate }) {
  return kind === 'live' ? { kind } : { kind, rate };
}

// A link that is opened in a tab where this page is open already changes only what stands after the #.
addEventListener('hashchange', () => { if (/^#invite=/.test(location.hash)) location.reload(); });

const invitation = takeInvitation();
try {
  await loadWords();
  fillWords();
  await new Page().open(invitation);
} catch (error) {
  byId('link').textContent = `Slipway: ${error.message}`;
}
