// The page of sharing: who sees what and why, what waits to be looked at, and how to change it.
//
// The hub is asked when the page opens, after every change, when its reader comes back or touches
// it, and by itself while it is looked at. What it asks by itself says so and keeps nobody signed in;
// it takes no form away and moves nothing but what has changed.

import { drawRefusal, start } from '../board/page.js';
import { Header, isMember } from '../board/header.js';
import { skeleton } from '../board/cards.js';
import { SURE_AFTER_MS, h, renew } from '../lib/dom.js';
import { onTimeChoice, when } from '../lib/format.js';
import { Mirror, keepAudience, wishedAudience } from '../lib/mirror.js';
import { BY_ITSELF_HEADER, change, session } from '../lib/session.js';
import { hasWord, word } from '../lib/words.js';
import { alarmList } from './alarms.js';
import { SharingForm } from './forms.js';
import { ownerPanel } from './matrix.js';
import { queueList } from './queue.js';
import { change as changeSentence, counted } from './sentences.js';

/** A page that is touched asks again when its answers are older than this [ms]. */
const OLD_MS = 10_000;
/** A page that is looked at asks by itself this often what was decided [ms]… */
const RENEW_EVERY_MS = 10_000;
/** …and this often who sees what, if nothing was: it is much work, and agreements seldom end [ms]. */
const RENEW_ALL_MS = 60_000;
/** Who looks after the hub and sees no plant by that. */
const KEEPERS = ['administrator', 'auditor'];
/** Who is told of the hub's own alarms. */
const WATCHERS = ['releaser', 'administrator', 'auditor'];

const byId = (id) => document.getElementById(id);
const body = (id) => byId(id).querySelector('.panel-body');

/** Asks the hub: `{answer}`, `{status}` of a refusal, or neither while it cannot be reached. */
async function ask(what, byItself = false) {
  try {
    const headers = byItself ? { [BY_ITSELF_HEADER]: '1' } : {};
    const response = await fetch(keepAudience(`/api/v1/sharing/${what}`), { cache: 'no-store', headers });
    return response.ok ? { answer: await response.json() } : { status: response.status };
  } catch {
    return {};
  }
}

/** The nations about which a form can change something: those that see anything, or from which a file keeps it back. */
function offeredNations(what, { rows }) {
  const concerned = ({ see, why }) => (what === 'narrow' ? see !== 'no' : why.some(({ code }) => code === 'file'));
  return new Set(rows.flatMap(({ cells }) => cells.filter(concerned).map(({ audience }) => audience.split('/')[0])));
}

/** What the hub has to say about itself; null for whoever is not told, or while nobody can say. */
async function askAlarms() {
  // Who looks as somebody else does not say who they are.
  const who = wishedAudience() ? null : await session().catch(() => null);
  if (!who?.signed_in || !who.roles.some((role) => WATCHERS.includes(role))) return null;
  return (await ask('alarms')).answer ?? null;
}

/** What whoever looks after the hub is told: there is nothing for them here by that role. */
function tellKeeper(roles) {
  renew(byId('page'), h('section', { class: 'panel refusal', 'aria-labelledby': 'keeper-title' },
    h('h2', { class: 'answer', id: 'keeper-title' }, word('sharing.none_keeper_title')),
    h('p', {}, word('sharing.none_keeper')),
    roles.includes('auditor') && h('p', {}, word('sharing.record_says'), ' ', h('a', { href: '/api/v1/audit' }, word('sharing.record'))),
    h('p', {}, h('a', { href: keepAudience('/') }, word('refused.back')))));
}

class Page {
  #header;
  #matrix = null;
  #decisions = null;
  #asked = -Infinity;
  #failed = false;
  #refused = false;
  #opened = new Set();
  #asking = null;
  #forms = null;
  /** The forms, to be asked whether somebody has begun to fill them in. */
  #open = [];
  /** When it was last told who sees what, by `performance.now()`. */
  #told = -Infinity;
  /** Whether a change is on its way. */
  #busy = false;

  constructor() {
    const mirror = new Mirror();
    this.#header = new Header({ mirror, name: () => word('sharing.heading'), back: true });
    let live = false;
    mirror.onConnection(({ state }) => {
      // The hub is back: what was told before may be otherwise now.
      if (state === 'live' && !live && this.#matrix) this.#fetch();
      live = state === 'live';
    });
    onTimeChoice(() => this.#draw());
    for (const kind of ['pointerdown', 'keydown', 'focus']) addEventListener(kind, () => this.#again(), { passive: true });
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.#again(); });
    renew(body('lead'), skeleton(4));
    byId('lead-title').textContent = word('sharing.heading');
    this.#header.offersKnown.then(() => this.#fetch());
    setInterval(() => this.#renew(), RENEW_EVERY_MS);
    // The headings of a table stay below the line at the top of the page, however high that is.
    const top = byId('top');
    new ResizeObserver(() => document.documentElement.style.setProperty('--top-height', `${top.offsetHeight}px`)).observe(top);
  }

  #again() {
    if (performance.now() - this.#asked > OLD_MS) this.#fetch();
  }

  /** Asks by itself. A refusal or no answer leaves the page as it is: the header tells of those. */
  async #renew() {
    if (document.hidden || !this.#matrix || this.#refused || this.#busy) return;
    const asked = this.#asked;
    const own = Boolean(this.#matrix.organisation);
    const decisions = own ? await ask('decisions', true) : {};
    if (own && !decisions.answer) return;
    const said = (known) => (known ? JSON.stringify([known.open, known.changed]) : '');
    const all = performance.now() - this.#told > RENEW_ALL_MS || said(decisions.answer) !== said(this.#decisions);
    const matrix = all ? await ask('matrix', true) : { answer: this.#matrix };
    // Something newer may have come meanwhile.
    if (!matrix.answer || asked !== this.#asked || this.#busy) return;
    if (all) this.#told = performance.now();
    const before = this.#asking && this.#decisions?.open.some(({ id }) => id === this.#asking.id);
    this.#matrix = matrix.answer;
    this.#decisions = decisions.answer ?? null;
    if (before && !this.#decisions?.open.some(({ id }) => id === this.#asking.id)) {
      this.#asking = null;
      this.#tell(word('sharing.told.gone'), 'wrong');
    }
    this.#draw();
  }

  async #fetch() {
    this.#asked = performance.now();
    const [matrix, alarms] = await Promise.all([ask('matrix'), askAlarms()]);
    byId('alarms').hidden = !alarms;
    if (alarms) renew(body('alarms'), alarmList(alarms));
    // What was decided is told to an organisation's own people alone.
    const decisions = matrix.answer?.organisation ? await ask('decisions') : {};
    this.#failed = !matrix.answer && matrix.status === undefined;
    if (matrix.status !== undefined) {
      this.#refused = true;
      this.#refuse(matrix.status);
      return;
    }
    if (matrix.answer && this.#refused) location.reload();
    // What was told before stays while the hub is away; the banner says so.
    if (matrix.answer) {
      this.#matrix = matrix.answer;
      this.#decisions = decisions.answer ?? null;
      this.#told = performance.now();
    }
    this.#draw();
  }

  /** Nothing is shared with whoever looks, or nobody may say. */
  #refuse(status) {
    const known = status === 404;
    // A nation that is looked at as counts as one that is signed in.
    const member = isMember(this.#header.offers) || (this.#header.offers?.current ?? 'public') !== 'public';
    const roles = (known && !wishedAudience() && this.#header.offers?.who?.roles) || [];
    if (roles.length > 0 && roles.every((role) => KEEPERS.includes(role))) {
      tellKeeper(roles);
      return;
    }
    const text = known ? word(member ? 'sharing.none_member' : 'sharing.none') : word('sharing.failed', { status });
    const title = word(known ? 'sharing.none_title' : 'sharing.failed_title');
    drawRefusal({ title, text, offers: this.#header.offers, home: keepAudience('/'), target: byId('page') });
  }

  #draw() {
    const matrix = this.#matrix;
    if (!matrix) {
      if (this.#failed) renew(body('lead'), h('p', {}, word('connection.unreachable')), h('p', {}, h('button', { type: 'button', class: 'button', on: { click: () => this.#fetch() } }, word('sharing.try_again'))));
      return;
    }
    const own = matrix.owners.find((owner) => owner.own);
    this.#lead(matrix, own);
    const nations = matrix.nations.length > 0 ? matrix.nations : [];
    const toggle = (key) => {
      if (!this.#opened.delete(key)) this.#opened.add(key);
      this.#draw();
    };
    const inOrder = [...matrix.owners].sort((a, b) => b.own - a.own);
    renew(byId('owners'), inOrder.map((owner) => ownerPanel(owner, {
      audiences: owner.own ? matrix.audiences : [{ code: matrix.audience.code, name: matrix.audience.name }], nations, opened: this.#opened, toggle,
    })));
    this.#drawDecisions(own);
    this.#drawForms(matrix, own);
    this.#drawHow(matrix, own);
  }

  #lead(matrix, own) {
    const name = matrix.organisation?.name ?? (matrix.audience.code === 'public' ? word('as.public') : matrix.audience.name);
    byId('lead-title').textContent = own ? word('sharing.lead_own', { name }) : word('sharing.lead_shared', { name });
    const role = !own ? 'lead_reader' : matrix.may_decide ? 'lead_releaser' : 'lead_viewer';
    const asOf = this.#decisions?.now ?? matrix.now;
    const opens = (id) => h('a', { href: `#${id}`, on: { click: (event) => { event.preventDefault(); this.#openForm(id); } } }, word(`sharing.${id}`));
    renew(body('lead'),
      h('p', {}, word(`sharing.${role}`), ' ', h('a', { href: keepAudience('/help/allies/') }, word('sharing.help'))),
      role === 'lead_releaser' && h('p', {}, opens('narrow'), ' · ', opens('release')),
      h('p', { class: 'muted', data: { renewed: asOf } }, word('sharing.renewed', { when: when(asOf, 'clock') })));
  }

  /** Opens a form, and goes to where it begins: by keyboard, too. */
  #openForm(id) {
    byId(id).querySelector('details').open = true;
    byId(id).scrollIntoView();
    byId(id).querySelector('summary').focus({ preventScroll: true });
  }

  #drawDecisions(own) {
    const decisions = own ? this.#decisions : null;
    byId('queue').hidden = !decisions;
    byId('changed').hidden = !decisions;
    if (!decisions) return;
    const { nations } = this.#matrix;
    const asks = { ask: (asking) => this.#ask(asking), act: (path, what, done) => this.#act(path, what, done) };
    renew(body('queue'), queueList(decisions, nations, this.#asking, asks));
    renew(body('changed'), decisions.changed.length === 0
      ? h('p', { class: 'muted' }, word('sharing.changed_none'))
      : [h('p', { class: 'muted' }, counted('sharing.changed_count', decisions.changed.length)),
        h('ol', { class: 'changes' }, decisions.changed.map((changed) => h('li', {},
          h('time', { datetime: changed.at }, when(changed.at)), h('span', {}, changeSentence(changed, nations)))))]);
  }

  /** Opens or closes the form below a decision. */
  #ask(asking) {
    const before = this.#asking?.id;
    this.#asking = asking && { ...asking, from: performance.now() + SURE_AFTER_MS };
    this.#draw();
    if (asking?.what === 'agree') setTimeout(() => this.#draw(), SURE_AFTER_MS);
    const at = byId('queue').querySelector(`[data-decision="${asking?.id ?? before}"]`);
    at?.querySelector(asking ? 'textarea, [data-agreeing]' : 'button')?.focus();
  }

  #drawForms(matrix, own) {
    const may = Boolean(own) && matrix.may_decide && own.plants.length > 0;
    byId('narrow').hidden = !may;
    byId('release').hidden = !may;
    if (!may) {
      this.#forms = null;
      return;
    }
    const of = JSON.stringify([own.plants, ...['narrow', 'release'].map((what) => [...offeredNations(what, own)])]);
    if (this.#forms === of || this.#open.some(({ begun }) => begun)) return;
    this.#forms = of;
    this.#open = [];
    const kinds = own.rows.map(({ kind }) => kind);
    const make = (what, path, done) => {
      const offered = offeredNations(what, own);
      if (what === 'release' && offered.size === 0) {
        body(what).replaceChildren(h('p', { class: 'muted' }, word('sharing.gets_nobody')));
        return;
      }
      const form = new SharingForm(what, { owner: own, nations: matrix.nations, offered, kinds, send: (asked) => this.#send(path, asked, done) });
      this.#open.push(form);
      body(what).replaceChildren(form.element);
    };
    make('narrow', 'narrow', 'narrowed');
    make('release', 'widen', 'proposed');
  }

  /** How somebody comes to decide here. */
  #drawHow(matrix, own) {
    byId('how').hidden = matrix.may_decide;
    if (matrix.may_decide) return;
    const of = matrix.organisation?.code ?? 'XAA/skarvik';
    renew(body('how'),
      h('p', {}, word(own ? 'sharing.how_own' : 'sharing.how_says')),
      h('p', {}, h('code', { translate: 'no' }, `slipway account new anna --of ${of} --role releaser`), h('code', { translate: 'no' }, `slipway account new bo --of ${of} --role releaser`)),
      h('p', {}, h('a', { class: 'button', href: '/signin/' }, word('signin.heading'))));
  }

  /** Sends a change; settles with what was wrong, or null when it was done and is told. */
  async #send(path, asked, done) {
    let response;
    this.#busy = true;
    try {
      response = await change(`/api/v1/sharing/${path}`, { body: asked });
    } catch {
      return word('sharing.not_sent');
    } finally {
      this.#busy = false;
    }
    if (!response.ok) {
      const { code, reason } = await response.json().catch(() => ({}));
      if (response.status === 401) return word('signin.ended');
      return hasWord(`sharing.wrong.${code}`) ? word(`sharing.wrong.${code}`, { reason }) : word('sharing.refused', { reason: reason ?? response.status });
    }
    this.#asking = null;
    await this.#fetch();
    this.#tell(word(`sharing.told.${done}`), 'well');
    return null;
  }

  async #act(path, asked, done) {
    const wrong = await this.#send(path, asked, done);
    if (wrong) this.#tell(wrong, 'wrong');
  }

  /** Says what came of something, where the reader of the screen hears it and the eye finds it. */
  #tell(text, went) {
    const told = byId('told');
    told.textContent = text;
    told.dataset.went = went;
    told.scrollIntoView({ block: 'center' });
  }
}

start(() => new Page());
