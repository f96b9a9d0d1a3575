// The forms by which something is narrowed, and by which it is proposed to open what a plant's file
// keeps back. What will change is said before anything is sent.

import { h, renew } from '../lib/dom.js';
import { word } from '../lib/words.js';
import { kindInText, kindName, listOf } from './sentences.js';
import { thingGroups } from './things.js';

/** Kinds that are concluded from others: how far they go is for the agreement alone. */
const FINDINGS = new Set(['hold_up', 'dry_date', 'single_source', 'surge_limit', 'stock_cover', 'forecast']);
/** Ticked for every kind of fact. */
const EVERYTHING = 'everything';
const DAY_MS = 86_400_000;

/** The day so many days from today, as a date field writes it. */
export function dayAhead(days) {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}

/** Where a reason is typed. */
export function reasonField(id) {
  return h('div', { class: 'asked' }, h('label', { for: id }, word('sharing.reason')),
    h('textarea', { id, name: 'reason', rows: '2', required: true, minlength: '8', maxlength: '400', 'aria-describedby': `${id}-says` }),
    h('span', { class: 'hint', id: `${id}-says` }, word('sharing.reason_says')));
}

const option = ({ code, name }) => h('option', { value: code }, name);

function ticks(legend, name, choices, hint) {
  return h('fieldset', {}, h('legend', {}, legend), hint && h('p', { class: 'hint' }, hint),
    h('div', { class: 'ticks' }, choices.map(({ code, text, checked, fixed }) => h('label', {},
      h('input', { type: 'checkbox', name, value: code, checked, disabled: fixed }), h('span', {}, text)))));
}

/**
 * A form about a plant of the own organisation. `what` is `narrow` or `release`, `send(body)` sends
 * it and settles with whether it was taken.
 */
export class SharingForm {
  #what;
  #owner;
  #nations;
  /** Those that keep seeing what is narrowed without being asked about: they see nothing today. */
  #others;
  #send;
  #form;
  #begun = false;

  constructor(what, { owner, nations, offered: concerned, kinds, send }) {
    this.#what = what;
    this.#owner = owner;
    this.#send = send;
    const own = owner.code.split('/')[0];
    const narrow = what === 'narrow';
    this.#nations = nations.filter(({ code }) => concerned.has(code) || (narrow && code === own));
    this.#others = nations.filter((nation) => !this.#nations.includes(nation)).map(({ code }) => code);
    const offered = kinds.filter((kind) => narrow || !FINDINGS.has(kind));
    this.#form = h('form', { data: { form: what }, on: { submit: (event) => this.#submit(event), input: () => this.#typed(), change: ({ target }) => this.#changed(target) } },
      h('p', {}, word(narrow ? 'sharing.narrow_says' : 'sharing.release_says')),
      h('div', { class: 'form-row' },
        h('label', {}, word('sharing.plant'), h('select', { name: 'plant' }, owner.plants.map(option))),
        h('label', {}, word('sharing.thing'), h('select', { name: 'thing' }))),
      ticks(word('sharing.kinds'), 'kinds', [narrow && { code: EVERYTHING, text: word('sharing.all_kinds') }, ...offered.map((kind) => ({ code: kind, text: kindName(kind) }))].filter(Boolean), word(narrow ? 'sharing.kinds_says' : 'sharing.kinds_of_release')),
      ticks(word(narrow ? 'sharing.keeps_it' : 'sharing.gets_it'), 'to', this.#nations.filter(({ code }) => narrow || code !== own)
        .map(({ code, name }) => ({ code, text: code === own ? word('sharing.own_nation', { name }) : name, checked: narrow, fixed: narrow && code === own })), word(narrow ? 'sharing.keeps_says' : 'sharing.gets_says')),
      reasonField(`${what}-reason`),
      h('div', { class: 'asked' }, h('label', { for: `${what}-review` }, word(narrow ? 'sharing.review' : 'sharing.ends')),
        h('input', { id: `${what}-review`, type: 'date', name: 'review', required: true, min: dayAhead(1), max: dayAhead(narrow ? 89 : 364), value: dayAhead(narrow ? 30 : 90) }),
        h('span', { class: 'hint' }, word(narrow ? 'sharing.review_says' : 'sharing.ends_says'))),
      h('div', { class: 'effect', 'aria-live': 'polite' }),
      h('p', { class: 'wrong', role: 'alert' }),
      h('p', {}, h('button', { type: 'submit', class: 'button' }, word(narrow ? 'sharing.narrow_now' : 'sharing.propose'))));
    this.#things();
    this.#tell();
  }

  /** The form itself, made once: what somebody types stays. */
  get element() {
    return this.#form;
  }

  /** Whether somebody has begun to fill it in. */
  get begun() {
    return this.#begun || this.#form.contains(document.activeElement);
  }

  #plant() {
    return this.#owner.plants.find(({ code }) => code === this.#form.elements.plant.value) ?? this.#owner.plants[0];
  }

  #things() {
    renew(this.#form.elements.thing, option({ code: '', name: word('sharing.whole_plant') }), thingGroups(this.#plant().things));
    this.#form.elements.thing.value = '';
  }

  /** What was wrong is being mended: it is not said of what is typed now. */
  #typed() {
    this.#begun = true;
    this.#form.querySelector('.wrong').textContent = '';
    this.#tell();
  }

  #changed(target) {
    if (target.name === 'plant') this.#things();
    if (target.value === EVERYTHING) {
      this.#otherKinds({ closed: target.checked });
    }
    this.#tell();
  }

  /** Whether no single kind can be ticked, because all of them are meant. */
  #otherKinds({ closed }) {
    for (const kind of this.#form.querySelectorAll('input[name="kinds"]')) {
      if (kind.value === EVERYTHING) continue;
      kind.disabled = closed;
      if (closed) kind.checked = false;
    }
  }

  /** Lets every kind be ticked again, as in a form that nobody has touched. */
  #reset() {
    this.#form.reset();
    this.#begun = false;
    this.#otherKinds({ closed: false });
    this.#things();
    this.#tell();
  }

  #asked() {
    const given = new FormData(this.#form);
    const own = this.#owner.code.split('/')[0];
    const to = [...given.getAll('to'), ...(this.#what === 'narrow' ? this.#others : [])];
    return {
      plant: this.#plant().code,
      thing: given.get('thing') || undefined,
      // A narrowing without kinds is one of everything.
      kinds: given.getAll('kinds').filter((kind) => kind !== EVERYTHING),
      to: this.#what === 'narrow' ? [own, ...to.filter((code) => code !== own)] : to,
      reason: given.get('reason').trim(),
      review: given.get('review'),
    };
  }

  /** Whether it is said which kinds are meant: some, or all of them. */
  #isNamed() {
    return this.#form.querySelector('input[name="kinds"]:checked') !== null;
  }

  /** What will be when this is sent, in a sentence. */
  #tell() {
    const { thing, kinds, to } = this.#asked();
    const plant = this.#plant();
    const where = thing ? word('sharing.thing_of', { thing: plant.things.find(({ code }) => code === thing)?.name ?? thing, plant: plant.name }) : plant.name;
    const what = kinds.length > 0 ? listOf(kinds.map(kindInText)) : word('sharing.every_kind');
    const name = (code) => this.#nations.find((nation) => nation.code === code)?.name ?? code;
    const without = this.#nations.map(({ code }) => code).filter((code) => !to.includes(code));
    let text;
    if (this.#what === 'narrow' && !this.#isNamed()) text = word('sharing.kinds_none');
    else if (this.#what === 'narrow') text = without.length > 0 ? word('sharing.narrow_effect', { what, where, nations: listOf(without.map(name)) }) : word('sharing.narrow_nobody');
    else if (to.length === 0 || kinds.length === 0) text = word('sharing.release_incomplete');
    else text = word('sharing.release_effect', { what, where, nations: listOf(to.map(name)) });
    renew(this.#form.querySelector('.effect'), h('strong', {}, word('sharing.effect')), ' ', text);
  }

  async #submit(event) {
    event.preventDefault();
    const wrong = this.#form.querySelector('.wrong');
    wrong.textContent = '';
    if (this.#what === 'narrow' && !this.#isNamed()) {
      wrong.textContent = word('sharing.kinds_none');
      return;
    }
    const button = this.#form.querySelector('button[type="submit"]');
    button.disabled = true;
    const refusal = await this.#send(this.#asked());
    button.disabled = false;
    if (refusal) {
      wrong.textContent = refusal;
      return;
    }
    this.#reset();
  }
}
