// A play of the plant in this browser, told to the page as a hub would tell it: simulated, of the
// numbers that the address says, and nobody else sees it.

import { h } from '../lib/dom.js';
import { number } from '../lib/format.js';
import { View, keepAudience } from '../lib/mirror.js';
import { nameOf, word } from '../lib/words.js';
import { fetchModel, numbersAddress, questionOf, readAddress } from '../what-if/address.js';
import { NoEngine, Player } from '../what-if/plays.js';

/** Plant hours for a second of the reader's. */
const SPEEDS_H = [1, 6, 24, 72];
const USUAL_SPEED_H = 6;
/** Between two steps [ms]: as often as a hub tells. */
const STEP_MS = 250;
/** A step takes no more than this of the reader's time [ms], however long the page was not seen. */
const LONGEST_STEP_MS = 1_000;
const HOUR_S = 3_600;
const DAY_S = 86_400;
/** A way that takes a while: the page says where it leads. */
const FAR_S = 5 * DAY_S;

/** What stands in the place of a mirror of the hub: the same views, filled by a play. */
export class PlayMirror {
  connection = { state: 'playing', since: new Date(), audience: null, stopped: false, ended: false };
  /** What is wrong, in words, or null. */
  problem = null;
  /** What is changed, how long, how often: as the address has it. */
  wish = readAddress();
  /** How far it is, and the speed. */
  at_s = 0;
  speed_h = USUAL_SPEED_H;
  paused = false;
  /** Where it is on its way to [s], when that takes a while; else null. */
  going_s = null;
  #wanted_s = null;
  #plant;
  #view;
  #others = new Map();
  #player = new Player();
  #model = null;
  #parameters = [];
  #last = 0;
  #busy = false;
  /** Whether the engine has begun a play that goes on. */
  #begun = false;
  #onChange = new Set();

  constructor(plant) {
    this.#plant = plant;
    this.#view = new View(`plant/${plant}`);
    this.load();
    // Another address is another play.
    addEventListener('hashchange', () => location.reload());
    setInterval(() => this.#step(), STEP_MS);
  }

  /** The plant's own view is played; nothing is known of any other. */
  watch(name) {
    if (name === this.#view.name) return this.#view;
    if (!this.#others.has(name)) this.#others.set(name, new View(name));
    return this.#others.get(name);
  }

  onConnection(tell) {
    tell(this.connection);
    return () => {};
  }

  /** Calls `tell()` when anything about the play changes. */
  onPlay(tell) {
    this.#onChange.add(tell);
  }

  get ready() {
    return this.#view.ready;
  }

  get end_s() {
    return this.wish.days * DAY_S;
  }

  /** Whole days that are gone. */
  get day() {
    return Math.floor(this.at_s / DAY_S);
  }

  get isOver() {
    return this.at_s >= this.end_s;
  }

  /** What is changed, as pages call it: `[what, was, would be]`. */
  changes() {
    return this.wish.changes.map(({ path, value }) => {
      const of = this.#parameters.find((each) => each.path === path);
      if (!of) return [path, '', value];
      const what = word(`what_if.parameter.${of.parameter}`, { name: nameOf(of.name) });
      return [`${word(`what_if.kind.${of.kind}`)}: ${what}`, of.value, value];
    });
  }

  async load() {
    this.problem = null;
    this.#player.stop();
    this.#begun = false;
    this.#busy = false;
    const says = { away: word('what_if.away'), not_shared: word('what_if.not_shared') };
    try {
      this.#model = await fetchModel(this.#plant, (key) => says[key]);
      this.#parameters = JSON.parse(await this.#player.ask('parameters', [this.#question({ ...this.wish, changes: [] })])).parameters;
      await this.go(0);
    } catch (error) {
      this.#fail(error);
    }
    this.#tell();
  }

  #question(wish) {
    return questionOf(this.#model, this.#plant, wish);
  }

  #fail(error) {
    this.problem = error instanceof NoEngine ? word('what_if.no_engine') : error.message;
  }

  /** Goes to a moment [s from the beginning]; to an earlier one it is played from the beginning. */
  async go(to_s) {
    if (this.#busy) {
      // A step is under way: what the reader wants comes right after it.
      this.#wanted_s = to_s;
      return;
    }
    this.going_s = Math.abs(to_s - this.at_s) > FAR_S ? to_s : null;
    // On the way the clock stands: nothing is played that is seen.
    if (this.going_s !== null) this.#clockAgain();
    this.#busy = true;
    let anew = false;
    try {
      if (!this.#begun || to_s < this.at_s) {
        this.#begun = false;
        await this.#player.ask('begin', [this.#question(this.wish)]);
        this.#begun = true;
        anew = true;
        this.at_s = 0;
      }
      const told = await this.#player.ask('advance', [to_s]);
      this.going_s = null;
      this.#take(told, Math.min(to_s, this.end_s), anew);
      this.problem = null;
    } catch (error) {
      this.#fail(error);
      this.#begun = false;
      this.paused = true;
    }
    this.#busy = false;
    this.going_s = null;
    this.#last = performance.now();
    if (this.problem) this.#clockAgain();
    else this.#tell();
    const wanted_s = this.#wanted_s;
    this.#wanted_s = null;
    if (wanted_s !== null) await this.go(wanted_s);
  }

  /** Takes what a step told into the view, as of a hub: all that there is, or what is new of it. */
  #take({ now, set, gone }, at_s, anew = false) {
    const view = this.#view;
    this.at_s = at_s;
    set.clock = { now, rate: this.#rate(), origin: 'simulated' };
    view.heard = performance.now();
    if (anew) view.takePiece({ version: (view.version ?? 0) + 1, piece: 0, pieces: 1, set });
    else view.takeDelta({ from: view.version, to: view.version + 1, piece: 0, pieces: 1, set, gone });
  }

  /** Plant seconds for a second of the reader's. */
  #rate() {
    return this.paused || this.isOver || this.going_s !== null ? 0 : this.speed_h * HOUR_S;
  }

  #step() {
    const now = performance.now();
    const gone_ms = Math.min(now - this.#last, LONGEST_STEP_MS);
    // It stands still because it is told to, and not because nothing is heard.
    this.#view.heard = now;
    if (!this.ready || this.#busy || this.paused || this.isOver || document.hidden) {
      this.#last = now;
      return;
    }
    this.go(this.at_s + (gone_ms / 1_000) * this.speed_h * HOUR_S);
  }

  /** Stops or goes on, from the beginning when it was over. */
  toggle() {
    if (this.isOver) {
      this.paused = false;
      this.go(0);
      return;
    }
    this.paused = !this.paused;
    this.#clockAgain();
  }

  setSpeed(hours) {
    this.speed_h = hours;
    this.#clockAgain();
  }

  /** The clock goes as fast as the play from now on; a step that is under way tells it itself. */
  #clockAgain() {
    const clock = this.#view.get('clock');
    if (clock && !this.#busy) this.#take({ now: clock.now, set: {}, gone: [] }, this.at_s);
    this.#tell();
  }

  #tell() {
    for (const tell of this.#onChange) tell();
  }
}

/** What is played, and how: over the page, so that nobody takes it for the plant. */
export function playBar(play, plant) {
  const { wish } = play;
  const changes = play.changes().map(([what, was, would]) => h('li', {}, was ? word('play.changed', { what, was, would }) : word('play.changed_to', { what, would })));
  if (wish.left_out > 0) changes.push(h('li', {}, word('play.left_out', { n: number(wish.left_out) })));
  const speed = h('label', { class: 'field' }, h('span', { class: 'label' }, word('play.speed')),
    h('select', { id: 'play-speed', on: { change: ({ target }) => play.setSpeed(Number(target.value)) } },
      SPEEDS_H.map((hours) => h('option', { value: hours, selected: hours === play.speed_h }, hours < 24 ? word('play.speed_h', { n: number(hours) }) : word('play.speed_d', { n: number(hours / 24) })))));
  const { day } = play;
  const where = play.going_s === null ? word('play.day', { n: number(day), of: number(wish.days) }) : word('play.going', { n: number(play.going_s / DAY_S) });
  const slider = h('label', { class: 'field play-day' }, h('span', { class: 'label' }, where),
    h('input', { id: 'play-day', type: 'range', min: 0, max: wish.days, step: 1, value: day, on: { change: ({ target }) => play.go(Number(target.value) * DAY_S) } }));
  const press = play.isOver ? word('play.again') : play.paused ? word('play.go_on') : word('play.pause');
  return [
    h('strong', { class: 'play-name' }, word('play.title')),
    play.ready && (changes.length > 0 ? h('ul', { class: 'play-changes' }, changes) : h('span', {}, word('play.as_is'))),
    play.problem && h('p', { class: 'play-problem', role: 'alert' }, play.problem, ' ', h('button', { type: 'button', class: 'link', on: { click: () => play.load() } }, word('what_if.again'))),
    !play.ready && !play.problem && h('span', {}, word('play.loading')),
    play.ready && h('button', { type: 'button', class: 'button plain-button', id: 'play-press', on: { click: () => play.toggle() } }, press),
    play.ready && speed,
    play.ready && slider,
    h('a', { href: numbersAddress(plant, wish) }, word('play.numbers')),
    h('a', { href: keepAudience(`/viewer/?${new URLSearchParams({ plant })}`) }, word('play.leave')),
  ];
}
