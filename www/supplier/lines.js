// The open order lines, each with its buttons; one form is open at a time.

import { SURE_AFTER_MS, h, renew } from '../lib/dom.js';
import { number, quantity, when } from '../lib/format.js';
import { deliveryWords } from '../lib/say.js';
import { hasWord, word } from '../lib/words.js';
import { check, dayOf, daysOf, unitsOf } from './check.js';
import { readNumber } from './csv.js';
import { ACTS, lineName } from './entries.js';
import { keepRecounts, keptRecounts } from './kept.js';

/** The longest reason that is typed here [characters]. */
const LONGEST_REASON = 60;
/** Counting anew is said for so long at most, if the numbers stay as they are [ms]. */
const RECOUNT_MS = 180_000;

export class Lines {
  #list = document.getElementById('lines');
  #held = document.getElementById('held');
  #who = null;
  #open = null;
  #wrong = '';
  /** What is asked about before it is sent, and of which values it was asked. */
  #really = '';
  #asked = '';
  /** From when on the question can be answered, by `performance.now()`. */
  #sureFrom = 0;
  /** What the hub is counting anew, by name: what it showed before, and until when that is said. */
  #recounts = new Map(keptRecounts());

  /** `said(line, what)` takes an entry and returns whether it was taken. */
  constructor(said, receipts) {
    this.said = said;
    this.receipts = receipts;
    this.#list.addEventListener('click', (event) => this.#clicked(event));
    this.#list.addEventListener('submit', (event) => this.#submitted(event));
    this.#list.addEventListener('keydown', (event) => { if (event.key === 'Escape' && this.#open) this.#close(); });
  }

  /** Takes the lines as the hub tells them. */
  take(who) {
    this.#who = who;
    const now = this.#numbers();
    const told = [...this.#recounts].filter(([name, { was, until }]) => now.get(name) !== was || Date.now() > until);
    for (const [name] of told) this.#recounts.delete(name);
    if (told.length > 0) keepRecounts(this.#recounts);
    this.draw();
  }

  /** What is shown now of all that an entry has changed, to be told later whether it was counted anew. */
  shownOf({ reports }) {
    const numbers = this.#numbers();
    const names = reports.flatMap(({ lot, delivery, material }) => [`line ${lot ?? delivery}`, `held ${material}`]);
    return new Map(names.filter((name) => numbers.has(name)).map((name) => [name, numbers.get(name)]));
  }

  /** Says of these numbers that they are being counted anew, until the hub tells others. */
  recount(shown) {
    const now = this.#numbers();
    for (const [name, was] of shown) if (now.get(name) === was) this.#recounts.set(name, { was, until: Date.now() + RECOUNT_MS });
    keepRecounts(this.#recounts);
  }

  /** Whether something is being counted anew. */
  get isRecounting() {
    return this.#recounts.size > 0;
  }

  #numbers() {
    const { lines } = this.#who;
    return new Map([
      ...lines.map((line) => [`line ${line.delivery}`, JSON.stringify([line.made, line.scrapped, line.quantity, line.state, line.expected])]),
      ...this.all().map(([, line]) => [`held ${line.material}`, JSON.stringify(line.held)]),
    ]);
  }

  /** Says that a number is being counted anew, if it is. */
  #recounted(name) {
    return this.#recounts.has(name) && h('span', { class: 'warn-text', data: { recount: name } }, ` · ${word('supplier.recounted')}`);
  }

  /** Every line by its key: an order line's id, or a material that is delivered regularly. */
  all() {
    const { lines, standing } = this.#who;
    return [...lines.map((line) => [line.delivery, line]), ...standing.map((line) => [`every ${line.material}`, line])];
  }

  draw() {
    if (!this.#who) return;
    const all = this.all();
    const { more } = this.#who;
    renew(this.#held, stockOf(all).map(([what, held, unit, material]) => h('li', {}, word('supplier.held', { what, n: quantity(held, unit) }), this.#recounted(`held ${material}`))));
    renew(this.#list,
      all.length === 0 && h('li', {}, word('supplier.no_lines')),
      all.map(([key, line]) => this.#line(key, line)),
      more > 0 && h('li', { class: 'muted' }, word('supplier.more_lines', { n: number(more) })));
  }

  #line(key, line) {
    const acts = line.delivery ? ACTS.line : ACTS.standing;
    const act = this.#open?.key === key ? this.#open.act : null;
    const button = (name) => h('button', { class: `button${name === 'made' || name === 'shipped' ? '' : ' plain-button'}`, type: 'button', data: { line: key, act: name, key: name }, 'aria-expanded': String(act === name), 'aria-label': word('supplier.act_of', { act: word(`supplier.act.${name}`), what: line.material_name, line: lineName(line.delivery ?? '') }).trim() }, word(`supplier.act.${name}`));
    return h('li', { data: { key, delivery: line.delivery ?? '' } },
      h('h3', {}, line.material_name, line.delivery && h('small', { class: 'muted' }, ` ${lineName(line.delivery)}`)),
      line.delivery
        ? h('p', {}, h('strong', {}, quantity(line.quantity, line.unit)), ' ', word('supplier.due', { when: when(line.promised, 'date') }), ' · ', this.#state(line), line.reason && ` · ${reasonOf(line)}`, this.#recounted(`line ${line.delivery}`))
        : h('p', {}, word('supplier.every', { n: quantity(line.lot, line.unit), days: number(line.every_d, 1) })),
      progress(line),
      h('div', { class: 'supplier-acts', data: { acts: String(acts.length) } }, acts.map(button)),
      act ? this.#form(key, line, act) : this.receipts.inCard(key));
  }

  /** How far a line has come; what was not said here is not left to be wondered about. */
  #state(line) {
    const expected = when(line.expected, 'date');
    if (line.state === 'shipped') {
      const text = word('supplier.on_the_way', { n: quantity(line.quantity, line.unit), when: expected });
      return this.receipts.hasShipped(line.delivery) ? text : `${text} ${word('supplier.not_from_here')}`;
    }
    const moved = dayOf(line.expected) !== dayOf(line.promised);
    // To the supplier an earlier moment of the day that was promised is no other date.
    return [deliveryWords(moved ? line : { state: line.state }), moved && ` · ${word('supplier.now_expected', { when: expected })}`].filter(Boolean).join('');
  }

  #form(key, line, act) {
    const field = (name, type, more) => h('label', {}, word(`supplier.field.${act === 'late' && name === 'day' ? 'new_day' : name}`, { units: unitsOf(line.unit), most: String(LONGEST_REASON) }), h('input', { name, type, required: true, autocomplete: 'off', ...more }));
    const asks = act === 'late' ? ['day', 'reason'] : act === 'shipped' ? ['n', 'day'] : ['n'];
    const { first, last, today } = daysOf(this.#who);
    const expected = line.expected ? dayOf(line.expected) : null;
    const title = word(`supplier.title.${act}`, { units: unitsOf(line.unit), what: line.material_name });
    const inputs = {
      n: () => field('n', 'text', { inputmode: 'decimal', maxlength: 20, value: act === 'shipped' && line.quantity ? String(line.quantity) : null }),
      day: () => field('day', 'date', { min: first, max: last, value: expected && act === 'shipped' && expected < first ? today : expected }),
      reason: () => field('reason', 'text', { maxlength: LONGEST_REASON }),
    };
    return h('form', { class: 'supplier-form', data: { key: `form ${act}`, line: key, act }, novalidate: true, 'aria-label': title },
      h('h4', {}, title),
      asks.map((name) => inputs[name]()),
      h('p', { class: this.#really ? 'really' : 'wrong', role: 'alert', tabindex: '-1' }, this.#wrong || this.#really),
      this.#really ? this.#answers() : h('div', { class: 'supplier-buttons', data: { key: 'send' } },
        h('button', { class: 'button', type: 'submit' }, word('supplier.send')),
        h('button', { class: 'button plain-button', type: 'button', data: { close: 'yes' } }, word('supplier.cancel'))));
  }

  /** Where the button to send was, nothing is sent: a hand that taps twice has not read the question. */
  #answers() {
    return h('div', { class: 'supplier-buttons supplier-sure', data: { key: 'really' } },
      h('button', { class: 'button plain-button', type: 'button', data: { change: 'yes' } }, word('supplier.send_change')),
      h('button', { class: 'button', type: 'submit', disabled: this.#isTooEarly() }, word('supplier.send_really')));
  }

  #isTooEarly() {
    return performance.now() < this.#sureFrom;
  }

  #clicked({ target }) {
    const button = target.closest('button');
    if (button?.dataset.change && !this.#isTooEarly()) {
      this.#hush();
      this.draw();
      this.#list.querySelector('form input')?.focus();
    } else if (button?.dataset.close) this.#close();
    else if (button?.dataset.act) {
      const { line: key, act } = button.dataset;
      this.#hush();
      this.#open = this.#open?.key === key && this.#open.act === act ? null : { key, act };
      this.draw();
      this.#list.querySelector('form input')?.focus();
    }
  }

  #hush() {
    this.#wrong = '';
    this.#really = '';
    this.#asked = '';
  }

  #close() {
    const { key, act } = this.#open;
    this.#open = null;
    this.#hush();
    this.draw();
    [...this.#list.querySelectorAll('button[data-act]')].find(({ dataset }) => dataset.line === key && dataset.act === act)?.focus();
  }

  #submitted(event) {
    event.preventDefault();
    const form = event.target;
    const { line: key, act } = form.dataset;
    const line = this.all().find(([known]) => known === key)?.[1];
    const given = (name) => form.elements[name]?.value.trim();
    const what = { act, day: given('day'), reason: given('reason') };
    const { value, problem } = given('n') === undefined ? {} : given('n') === '' ? { problem: 'no_quantity' } : readNumber(given('n'));
    what.quantity = value;
    const { wrong, ask, values } = problem ? { wrong: problem === 'negative' && act === 'stock' ? 'below_zero' : problem, values: { cell: given('n') } } : line ? check(this.#who, line, what) : { wrong: 'no_line' };
    const asked = JSON.stringify(what);
    if (ask && this.#asked === asked && this.#isTooEarly()) return;
    if (wrong || (ask && this.#asked !== asked)) {
      this.#hush();
      if (wrong) this.#wrong = word(`supplier.wrong.${wrong}`, values);
      else {
        this.#really = [word(`supplier.really.${ask}`, values), this.#recounts.has(`line ${key}`) && word('supplier.recounted_says')].filter(Boolean).join(' ');
        this.#asked = asked;
        this.#sureFrom = performance.now() + SURE_AFTER_MS;
        setTimeout(() => this.draw(), SURE_AFTER_MS);
      }
      this.draw();
      this.#list.querySelector(wrong ? 'form input' : 'form .really')?.focus();
      return;
    }
    if (!this.said(line, what, key)) return;
    this.#open = null;
    this.#hush();
    this.draw();
    this.#list.querySelector('.supplier-done[data-last]')?.focus();
  }
}

/** What the supplier holds of each product, once: its name, how much, and the unit. */
function stockOf(all) {
  const held = all.filter(([, line]) => line.held !== null && line.held !== undefined);
  return [...new Map(held.map(([, line]) => [line.material, [line.material_name, line.held, line.unit, line.material]])).values()];
}

/** Why it comes later: what people wrote, or a word for what a program says. */
function reasonOf({ reason }) {
  const code = reason.replace('/', '_');
  return hasWord(`supplier.late_by.${code}`) ? word(`supplier.late_by.${code}`) : reason;
}

function progress({ made, scrapped, quantity: wanted, unit }) {
  const told = [
    made > 0 && word('supplier.made_of', { n: quantity(made, unit), of: quantity(wanted, unit) }),
    scrapped > 0 && word('supplier.scrapped', { n: quantity(scrapped, unit) }),
  ].filter(Boolean);
  return told.length > 0 && h('p', { class: 'supplier-progress' }, told.join(' · '));
}
