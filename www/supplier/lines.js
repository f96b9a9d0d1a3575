// The open order lines, each with its buttons; one form is open at a time.

import { h, renew } from '../lib/dom.js';
import { number, quantity, when } from '../lib/format.js';
import { word } from '../lib/words.js';
import { readNumber } from './csv.js';
import { ACTS } from './entries.js';

export class Lines {
  #list = document.getElementById('lines');
  #who = null;
  #open = null;
  #wrong = '';

  /** `said(line, what)` takes an entry and returns whether it was taken. */
  constructor(said) {
    this.said = said;
    this.#list.addEventListener('click', (event) => this.#clicked(event));
    this.#list.addEventListener('submit', (event) => this.#submitted(event));
    this.#list.addEventListener('keydown', (event) => { if (event.key === 'Escape' && this.#open) this.#close(); });
  }

  /** Takes the lines as the hub tells them. */
  take(who) {
    this.#who = who;
    this.draw();
  }

  /** Every line by its key: an order line's id, or a material that is delivered regularly. */
  all() {
    const { lines, standing } = this.#who;
    return [...lines.map((line) => [line.delivery, line]), ...standing.map((line) => [`every ${line.material}`, line])];
  }

  draw() {
    const all = this.all();
    const { more } = this.#who;
    renew(this.#list,
      all.length === 0 && h('li', {}, word('supplier.no_lines')),
      all.map(([key, line]) => this.#line(key, line)),
      more > 0 && h('li', { class: 'muted' }, word('supplier.more_lines', { n: number(more) })));
  }

  #line(key, line) {
    const acts = line.delivery ? ACTS.line : ACTS.standing;
    const act = this.#open?.key === key ? this.#open.act : null;
    const button = (name) => h('button', { class: `button${name === 'made' || name === 'shipped' ? '' : ' plain-button'}`, type: 'button', data: { line: key, act: name, key: name }, 'aria-expanded': String(act === name), 'aria-label': word('supplier.act_of', { act: word(`supplier.act.${name}`), what: line.material_name, line: line.delivery ?? '' }).trim() }, word(`supplier.act.${name}`));
    return h('li', { data: { key, delivery: line.delivery ?? '' } },
      h('h3', {}, line.material_name, line.delivery && h('small', { class: 'muted' }, ` ${line.delivery}`)),
      line.delivery
        ? h('p', {}, h('strong', {}, quantity(line.quantity, line.unit)), ' ', word('supplier.due', { when: when(line.expected, 'date') }), ' · ', word(`delivery.${line.state}`), line.reason && ` · ${line.reason}`)
        : h('p', {}, word('supplier.every', { n: quantity(line.lot, line.unit), days: number(line.every_d, 1) })),
      progress(line),
      h('div', { class: 'supplier-acts' }, acts.map(button)),
      act && this.#form(key, line, act));
  }

  #form(key, line, act) {
    const field = (name, type, more) => h('label', {}, word(`supplier.field.${name}`, { unit: line.unit }), h('input', { name, type, required: true, autocomplete: 'off', ...more }));
    const asks = act === 'late' ? ['day', 'reason'] : act === 'shipped' ? ['n', 'day'] : ['n'];
    const inputs = {
      n: () => field('n', 'text', { inputmode: 'decimal', maxlength: 20, value: act === 'shipped' && line.quantity ? String(line.quantity) : null }),
      day: () => field('day', 'date', { value: act === 'shipped' && line.expected ? line.expected.slice(0, 10) : null }),
      reason: () => field('reason', 'text', { maxlength: 60 }),
    };
    return h('form', { class: 'supplier-form', data: { key: `form ${act}`, line: key, act }, novalidate: true, 'aria-label': word(`supplier.act.${act}`) },
      asks.map((name) => inputs[name]()),
      h('p', { class: 'wrong', role: 'alert' }, this.#wrong),
      h('div', { class: 'supplier-buttons' },
        h('button', { class: 'button', type: 'submit' }, word('supplier.send')),
        h('button', { class: 'button plain-button', type: 'button', data: { close: 'yes' } }, word('supplier.cancel'))));
  }

  #clicked({ target }) {
    const button = target.closest('button');
    if (button?.dataset.close) this.#close();
    else if (button?.dataset.act) {
      const { line: key, act } = button.dataset;
      this.#wrong = '';
      this.#open = this.#open?.key === key && this.#open.act === act ? null : { key, act };
      this.draw();
      this.#list.querySelector('form input')?.focus();
    }
  }

  #close() {
    const { key, act } = this.#open;
    this.#open = null;
    this.#wrong = '';
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
    const { value, problem } = given('n') === undefined ? {} : readNumber(given('n'));
    what.quantity = value;
    const wrong = problem ?? (value === 0 && act !== 'stock' ? 'zero' : what.day === '' ? 'no_date' : what.reason === '' ? 'no_reason' : line === undefined ? 'no_line' : act === 'shipped' && line.quantity && value > line.quantity * 10 ? 'too_much' : null);
    if (wrong) {
      this.#wrong = word(`supplier.wrong.${wrong}`, { cell: given('n') ?? '' });
      this.draw();
      form.querySelector('input')?.focus();
      return;
    }
    if (this.said(line, what)) this.#close();
  }
}

function progress({ made, scrapped, held, quantity: wanted, unit }) {
  const told = [
    made > 0 && word('supplier.made_of', { n: quantity(made, unit), of: quantity(wanted, unit) }),
    scrapped > 0 && word('supplier.scrapped', { n: quantity(scrapped, unit) }),
    held !== null && held !== undefined && word('supplier.held', { n: quantity(held, unit) }),
  ].filter(Boolean);
  return told.length > 0 && h('p', { class: 'supplier-progress' }, told.join(' · '));
}
