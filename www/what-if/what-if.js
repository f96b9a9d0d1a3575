// What would come of a change: numbers of the plant are changed, both designs are played in the
// browser with the same chances, and what differs is told with how sure it is.

import { Header } from '../board/header.js';
import { keepDrawn, drawPlantRefusal, start, table } from '../board/page.js';
import { skeleton } from '../board/cards.js';
import { h, renew } from '../lib/dom.js';
import { DAY_MS, amount, ms, number, percent, useSiteZone, when } from '../lib/format.js';
import { Mirror, PlantClock, keepAudience } from '../lib/mirror.js';
import { nameOf, word } from '../lib/words.js';
import { DAYS, REPLICATIONS, SEED, fetchModel, questionOf, readAddress, watchAddress, writeAddress } from './address.js';
import { NoEngine, Player } from './plays.js';
import { save, scenarioFile } from './scenario.js';

/** Throughput is told for so many days. */
const MONTH_D = 30;
/** Hold-ups told of each design. */
const HOLD_UPS = 3;
/** Surer than this, or a hold-up is not told [ratio]. */
const LEAST_SURE = 0.005;
/** A change of a date is to be seen for so long before a play ends [d]. */
const SEEN_D = 14;

const byId = (id) => document.getElementById(id);
const body = (id) => byId(id).querySelector('.panel-body');
const plantId = () => decodeURIComponent(location.pathname.split('/').filter(Boolean)[1] ?? '');

class WhatIf {
  #plant = plantId();
  #model = null;
  #parameters = null;
  #starts = 0;
  #problem = null;
  #formProblem = null;
  #players = [new Player(), new Player()];
  #progress = null;
  #base = null;
  #answers = null;

  constructor(view) {
    this.view = view;
    Object.assign(this, readAddress());
  }

  #question(changes) {
    return questionOf(this.#model, this.#plant, { ...this, changes });
  }

  /** Fetches what the plant is simulated from, and what may be changed. */
  async load() {
    this.#problem = null;
    try {
      const says = { away: word('what_if.away'), not_shared: word('what_if.not_shared') };
      this.#model = await fetchModel(this.#plant, (key) => says[key]);
      const { starts, parameters } = JSON.parse(await this.#players[0].ask('parameters', [this.#question([])]));
      [this.#starts, this.#parameters] = [ms(starts), parameters];
    } catch (error) {
      this.#problem = error instanceof NoEngine ? word('what_if.no_engine') : error.message;
    }
    this.draw();
    if (!this.#parameters) return;
    this.#chooseFirst();
    // Of a link somebody else may have written the changes.
    const refused = this.changes.length > 0 && (await this.#refusal(this.changes));
    if (refused) {
      this.#formProblem = refused;
      this.draw();
    } else if (this.played && this.changes.length > 0) this.#run();
  }

  /** What one came for is chosen already, with its value. */
  #chooseFirst() {
    const first = this.about && byId('what-path')?.querySelector('optgroup[data-key="about"] option');
    if (!first || byId('what-path').value) return;
    byId('what-path').value = first.value;
    byId('what-value').value = this.#parameter(first.value)?.value ?? '';
  }

  /** Why the engine refuses changes; none if it takes them. */
  async #refusal(changes) {
    try {
      await this.#players[0].ask('parameters', [this.#question(changes)]);
      return null;
    } catch (error) {
      return error.message;
    }
  }

  #parameter(path) {
    return this.#parameters?.find((of) => of.path === path);
  }

  /** What one came for, as pages call it: that which has a number of its own, or else its id. */
  #nameOfAbout() {
    const named = this.#parameters.filter(({ path }) => path.split('.')[2] === this.about);
    const of = named.find(({ plant }) => plant === this.#plant) ?? named[0];
    return of ? nameOf(of.name) : this.about;
  }

  #label({ plant, name, kind, parameter }) {
    const of = word(`what_if.parameter.${parameter}`, { name: nameOf(name) });
    const other = plant !== this.#plant && word('what_if.of_plant', { plant });
    return [word(`what_if.kind.${kind}`), of, other].filter(Boolean).join(': ');
  }

  #keep() {
    this.played = false;
    history.replaceState(null, '', `${location.pathname}${location.search}${writeAddress(this)}`);
    this.#answers = null;
    this.draw();
  }

  /** Takes a change after the engine has looked at it: what is wrong is told beside the form. */
  async #change(path, text) {
    const value = text.trim();
    const is = this.#parameter(path)?.value;
    const changes = [...this.changes.filter((of) => of.path !== path), { path, value }];
    if (value === '') this.#formProblem = word('what_if.say_value');
    else if (value === is) this.#formProblem = word('what_if.is_now', { value });
    else this.#formProblem = (await this.#refusal(changes))?.replace(word('what_if.as_path', { path }), '') ?? null;
    if (this.#formProblem) {
      this.draw();
      return;
    }
    this.changes = changes;
    byId('what-path').value = '';
    byId('what-value').value = '';
    // What comes after the end of a play changes nothing in it.
    const last = Math.max(...this.#daysOf({ path, value }));
    this.days = Math.max(this.days, DAYS.find((days) => days >= last + SEEN_D) ?? DAYS.at(-1));
    this.#keep();
  }

  /** The days of the programme that a change of a date is about: as it is and as it would be. */
  #daysOf({ path, value }) {
    const of = this.#parameter(path);
    if (of?.parameter !== 'due') return [0];
    return [of.value, value].map((day) => Math.ceil((Date.parse(day.slice(0, 10)) + DAY_MS - this.#starts) / DAY_MS));
  }

  /** The changes that come to pass after the end of a play, and so change nothing in it. */
  #afterTheEnd() {
    return this.changes.filter((of) => Math.min(...this.#daysOf(of)) > this.days);
  }

  async #run() {
    const key = JSON.stringify([this.days, this.replications]);
    this.#progress = [this.#base?.key === key ? 1 : 0, 0];
    this.#problem = null;
    this.#answers = null;
    this.draw();
    const told = (which) => (share) => {
      // The other may have gone wrong in the meantime.
      if (!this.#progress) return;
      this.#progress[which] = share;
      this.draw();
    };
    try {
      const base = this.#base?.key === key ? Promise.resolve(this.#base.answer) : this.#players[0].ask('ask', [this.#question([])], told(0));
      const [before, after] = await Promise.all([base, this.#players[1].ask('ask', [this.#question(this.changes)], told(1))]);
      this.#base = { key, answer: before };
      const differs = await this.#players[0].ask('compare', [before, after]);
      this.#answers = { before: JSON.parse(before), after: JSON.parse(after), differs: JSON.parse(differs) };
      byId('news').textContent = word('what_if.done');
      // Who comes back from the picture, or gets the link, finds the same results.
      this.played = true;
      history.replaceState(null, '', `${location.pathname}${location.search}${writeAddress(this)}`);
    } catch (error) {
      this.#problem = error instanceof NoEngine ? word('what_if.no_engine') : error.message;
    }
    this.#progress = null;
    this.draw();
    if (this.#answers) byId('result').scrollIntoView({ block: 'nearest' });
  }

  #stop() {
    for (const player of this.#players) player.stop();
    this.#progress = null;
    this.draw();
  }

  draw() {
    byId('note').textContent = word('what_if.note');
    if (this.#problem && !this.#parameters) {
      renew(body('changes'), this.#sayProblem());
      byId('play').hidden = true;
      return;
    }
    byId('play').hidden = false;
    renew(body('changes'), this.#parameters ? this.#drawChanges() : skeleton(3));
    renew(body('play'), this.#parameters ? this.#drawPlay() : skeleton(2));
    byId('result').hidden = !this.#answers;
    if (this.#answers) renew(body('result'), this.#drawResult());
  }

  #sayProblem() {
    return [
      h('p', { class: 'what-if-error', role: 'alert' }, this.#problem),
      h('p', {}, h('button', { class: 'button', type: 'button', on: { click: () => (this.#parameters ? this.#run() : this.load()) } }, word('what_if.again'))),
    ];
  }

  #drawChanges() {
    const offered = this.#parameters.filter(({ path }) => !this.changes.some((of) => of.path === path));
    const kinds = [...new Set(offered.map(({ plant, kind }) => `${plant} ${kind}`))];
    const option = (of) => h('option', { value: of.path }, word('what_if.now', { what: this.#label(of), value: of.value }));
    const chosen = () => byId('what-path').value;
    const fill = () => { byId('what-value').value = this.#parameter(chosen())?.value ?? ''; };
    const take = (event) => {
      event.preventDefault();
      if (chosen()) this.#change(chosen(), byId('what-value').value);
    };
    // What one came for stands first, and is listed under its kind no second time.
    const about = offered.filter((of) => of.about.includes(this.about));
    const own = about.filter((of) => of.plant === this.#plant);
    const wanted = own.length > 0 ? own : about;
    const first = wanted.length > 0 && h('optgroup', { label: word('what_if.about', { name: this.#nameOfAbout() }), data: { key: 'about' } }, wanted.map(option));
    const others = offered.filter((of) => !wanted.includes(of));
    const groups = kinds.map((group) => {
      const of = others.filter(({ plant, kind }) => `${plant} ${kind}` === group);
      if (of.length === 0) return null;
      const label = [word(`what_if.kinds.${of[0].kind}`), of[0].plant !== this.#plant && of[0].plant].filter(Boolean).join(', ');
      return h('optgroup', { label, data: { key: group } }, of.map(option));
    });
    const rows = this.changes.map(({ path, value }) => {
      const of = this.#parameter(path);
      const remove = () => { this.changes = this.changes.filter((each) => each.path !== path); this.#keep(); };
      return h('tr', { data: { key: path } },
        h('th', { scope: 'row' }, of ? this.#label(of) : path), h('td', {}, of?.value ?? ''), h('td', {}, h('strong', {}, value)),
        h('td', {}, h('button', { class: 'link', type: 'button', on: { click: remove } }, word('what_if.take_back'))));
    });
    const columns = [[word('what_if.column.what')], [word('what_if.column.is')], [word('what_if.column.would')], [word('what_if.column.undo')]];
    return [
      h('form', { class: 'what-if-form', data: { key: 'form' }, on: { submit: take } },
        h('label', {}, word('what_if.which'), h('select', { id: 'what-path', class: 'wide', on: { change: fill } }, h('option', { value: '' }, word('what_if.choose')), first, groups)),
        h('label', {}, word('what_if.value'), h('input', { id: 'what-value', autocomplete: 'off', 'aria-describedby': 'what-wrong' })),
        h('button', { class: 'button', type: 'submit' }, word('what_if.change'))),
      h('p', { class: 'what-if-error', id: 'what-wrong', role: 'alert', hidden: !this.#formProblem }, this.#formProblem ?? ''),
      rows.length > 0 ? table(word('what_if.changes_caption'), columns, rows) : h('p', { class: 'muted' }, word('what_if.none')),
    ];
  }

  #drawPlay() {
    const choice = (id, choices, current, take, text) => h('label', {}, word(`what_if.${id}`),
      h('select', { id: `what-${id}`, disabled: Boolean(this.#progress), on: { change: ({ target }) => { take(Number(target.value)); this.#keep(); } } },
        choices.map((n) => h('option', { value: n, selected: n === current }, text(n)))));
    const bar = (which) => [
      h('span', {}, word(which === 0 ? 'what_if.as_is' : 'what_if.changed')),
      h('progress', { max: 1, value: this.#progress[which], 'aria-label': word(which === 0 ? 'what_if.as_is' : 'what_if.changed') }),
    ];
    return [
      h('form', { class: 'what-if-form', data: { key: 'play' }, on: { submit: (event) => { event.preventDefault(); this.#run(); } } },
        choice('days', DAYS, this.days, (n) => { this.days = n; }, (n) => word('what_if.n_days', { n: number(n) })),
        choice('plays', REPLICATIONS, this.replications, (n) => { this.replications = n; }, (n) => word('what_if.n_plays', { n: number(n) })),
        h('button', { class: 'button', type: 'submit', disabled: Boolean(this.#progress) || this.changes.length === 0 }, word('what_if.run')),
        this.#progress && h('button', { class: 'button plain-button', type: 'button', on: { click: () => this.#stop() } }, word('what_if.stop')),
        h('button', { class: 'button plain-button', type: 'button', disabled: this.changes.length === 0, on: { click: () => this.#save() } }, word('what_if.save')),
        h('a', { class: 'button plain-button', href: watchAddress(this.#plant, this) }, word('what_if.watch'))),
      this.#progress && h('div', { class: 'what-if-progress' }, bar(0), bar(1)),
      this.changes.length === 0 && h('p', { class: 'muted' }, word('what_if.change_first')),
      this.#afterTheEnd().map((of) => h('p', { class: 'what-if-error', data: { key: `late ${of.path}` } }, word('what_if.after_the_end', { what: this.#label(this.#parameter(of.path)), days: number(this.days) }))),
      this.#problem && this.#sayProblem(),
    ];
  }

  #save() {
    const { days, replications, changes } = this;
    const made = this.#answers?.after.throughput.find((of) => of.per_d.low > 0);
    const name = word('what_if.scenario', { plant: this.view.get('plant')?.name ?? this.#plant });
    save(`${this.#plant}-what-if.toml`, scenarioFile({ name, plant: this.#plant, days, replications, seed: SEED, changes, made }));
  }

  #interval({ mean, low, high }, factor = 1) {
    const half = ((high - low) / 2) * factor;
    return word('what_if.interval', { mean: amount(mean * factor), half: amount(half) });
  }

  /** What the difference of a throughput says, and how surely. */
  #verdict({ low, high }) {
    const [from, to] = [low * MONTH_D, high * MONTH_D];
    if (low > 0) return h('span', { class: 'verdict-more' }, word('what_if.more', { from: amount(from), to: amount(to) }));
    if (high < 0) return h('span', { class: 'verdict-less' }, word('what_if.less', { from: amount(-to), to: amount(-from) }));
    return h('span', {}, low === 0 && high === 0 ? word('what_if.same') : word('what_if.cannot_tell', { from: amount(from), to: amount(to) }));
  }

  /** How much later or earlier, in days, or less or more in pieces. */
  #differs(key, more, less) {
    const found = this.#answers.differs.others.find((of) => of.key === key)?.difference;
    if (!found) return '';
    if (found.low > 0) return h('span', {}, word(more, { from: amount(found.low), to: amount(found.high) }));
    if (found.high < 0) return h('span', {}, word(less, { from: amount(-found.high), to: amount(-found.low) }));
    return found.low === 0 && found.high === 0 ? word('what_if.same') : word('what_if.cannot_tell', { from: amount(found.low), to: amount(found.high) });
  }

  /** The milestones that some play reached: the day of the programme, and how much later or earlier. */
  #milestones({ before, after }) {
    const date = (day) => when(this.#starts + day * DAY_MS, 'date');
    const reached = (of) => (of.reached_d ? word('what_if.on_day', { date: date(of.reached_d.mean), half: amount((of.reached_d.high - of.reached_d.low) / 2) }) : word('what_if.reached_in', { share: percent(of.reached_ratio) }));
    return before.milestones.map((of, at) => [of, after.milestones[at]]).filter(([was, would]) => was.reached_ratio > 0 || would.reached_ratio > 0)
      .map(([was, would]) => h('tr', { data: { key: `milestone ${was.milestone}` } },
        h('th', { scope: 'row' }, word('what_if.milestone', { name: was.name, due: date(was.due_d - 1e-3) })),
        h('td', { class: 'num' }, reached(was)), h('td', { class: 'num' }, reached(would)),
        h('td', {}, this.#differsWhere(was, would))));
  }

  /** The same of a milestone that some plays end before: it comes later than they are long. */
  #differsWhere(was, would) {
    const [before, after] = [was.reached_ratio, would.reached_ratio];
    if (before === 1 && after === 1) return this.#differs(`milestone:${was.milestone}`, 'what_if.later', 'what_if.earlier');
    if (before === 1) return h('span', { class: 'verdict-less' }, word('what_if.later_beyond', { share: percent(1 - after) }));
    if (after === 1) return h('span', { class: 'verdict-more' }, word('what_if.earlier_beyond', { share: percent(1 - before) }));
    return word('what_if.both_beyond');
  }

  #holdUps({ hold_ups: found }) {
    const line = ({ kind, name, confidence_ratio: sure }) => h('li', {}, word('what_if.held_up', { name: nameOf(name), kind: word(`what_if.kind.${kind}`), sure: percent(sure) }));
    const sure = found.filter((of) => of.confidence_ratio >= LEAST_SURE).slice(0, HOLD_UPS);
    return sure.length > 0 ? h('ol', {}, sure.map(line)) : h('p', { class: 'muted' }, word('what_if.no_hold_up'));
  }

  #drawResult() {
    const { before, after, differs } = this.#answers;
    const columns = [[word('what_if.column.measure')], [word('what_if.as_is'), 'num'], [word('what_if.changed'), 'num'], [word('what_if.column.differs')]];
    const made = ({ per_d: perDay }) => h('td', { class: 'num' }, perDay.high === 0 ? word('what_if.none_made') : this.#interval(perDay, MONTH_D));
    const products = before.throughput.map((of, at) => h('tr', { data: { key: of.material } },
      h('th', { scope: 'row' }, word('what_if.made', { material: nameOf(of.name), n: number(MONTH_D) })),
      made(of), made(after.throughput[at]),
      h('td', {}, this.#verdict(differs.throughput[at].per_d))));
    const leads = before.throughput.flatMap((of, at) => (of.lead_time_d && after.throughput[at].lead_time_d ? [h('tr', { data: { key: `lead ${of.material}` } },
      h('th', { scope: 'row' }, word('what_if.lead', { material: nameOf(of.name) })),
      h('td', { class: 'num' }, this.#interval(of.lead_time_d)), h('td', { class: 'num' }, this.#interval(after.throughput[at].lead_time_d)), h('td', {}))] : []));
    const work = h('tr', { data: { key: 'wip' } }, h('th', { scope: 'row' }, word('what_if.in_work')),
      h('td', { class: 'num' }, this.#interval(before.wip_pieces)), h('td', { class: 'num' }, this.#interval(after.wip_pieces)), h('td', {}, this.#differs('wip', 'what_if.more', 'what_if.less')));
    return [
      table(word('what_if.result_caption'), columns, [...this.#milestones(this.#answers), ...products, ...leads, work]),
      h('div', { class: 'grid-2' },
        h('div', {}, h('h3', {}, word('what_if.holds_as_is')), this.#holdUps(before)),
        h('div', {}, h('h3', {}, word('what_if.holds_changed')), this.#holdUps(after))),
      h('p', { class: 'muted' }, word('what_if.how', { n: number(before.replications), days: number(this.days), warm: amount(before.warm_up_d) })),
    ];
  }
}

start(() => {
  const id = plantId();
  const mirror = new Mirror();
  const view = mirror.watch(`plant/${id}`);
  const clock = new PlantClock(view);
  const name = () => word('what_if.heading', { plant: view.get('plant')?.name ?? word('head.plant') });
  const home = { href: keepAudience(`/plant/${encodeURIComponent(id)}`), text: word('what_if.back') };
  const header = new Header({ mirror, clock, view, name, back: true, home });
  const page = new WhatIf(view);
  let heading;
  keepDrawn([view], () => {
    if (view.refused) {
      drawPlantRefusal(header.offers);
      return;
    }
    useSiteZone(view.get('plant')?.time_zone);
    const plant = view.get('plant')?.name;
    if (plant && heading !== plant) {
      heading = plant;
      document.title = word('title.what_if_named', { name: plant });
      header.draw();
    }
  });
  page.draw();
  page.load();
});
