// What nobody measured: every such input of a plant's file with its values and where it stands,
// opened from the fifth card. The programme's page fetches the plants' lists when they are asked for.

import { h, renew } from '../lib/dom.js';
import { quantity, writtenTime } from '../lib/format.js';
import { tail, word } from '../lib/words.js';
import { skeleton } from './cards.js';
import { table } from './page.js';

const HOUR_S = 3_600;

/** A number in words: work in hours, since its days have as many as the shifts. */
function valueWords({ word: key, of, value, unit }) {
  const written = tail(key) === 'duration_worked' ? quantity(value / HOUR_S, 'h') : unit === 's' ? writtenTime(value) : quantity(value, unit);
  const text = word(`inputs.${tail(key)}`, { value: written });
  return of ? word('inputs.of_failure', { failure: of, text }) : text;
}

function inputRow([n, input]) {
  const numbers = input.numbers ?? [];
  const values = numbers.length > 0 ? numbers.map(valueWords) : [word('inputs.no_limit')];
  return h('tr', { data: { key: n } },
    h('th', { scope: 'row' }, input.name),
    h('td', {}, values.map((text) => h('div', {}, text))),
    h('td', {}, word('inputs.place', { table: word(`inputs.table.${input.table}`), id: input.id })));
}

function list({ id, name, history }) {
  const inputs = history.entries('assumed');
  const columns = [[word('inputs.what')], [word('inputs.values')], [word('inputs.where')]];
  const rows = inputs.map(inputRow);
  return h('section', { data: { key: id } },
    h('h3', {}, word('inputs.of_plant', { plant: name, inputs: quantity(inputs.length, 'input') })),
    !history.ready && !history.refused ? skeleton(4)
      : rows.length === 0 ? h('p', { class: 'muted' }, word('inputs.none'))
        : table(word('inputs.caption', { plant: name }), columns, rows, 'plain stacks'));
}

/** The dialog; `plants()` gives `{id, name, history}` of each plant whose inputs it lists. */
export class Assumed {
  #dialog = h('dialog', { class: 'sheet', 'aria-labelledby': 'assumed-title' });
  #plants;

  constructor(plants) {
    this.#plants = plants;
    document.body.append(this.#dialog);
    // A press on what is behind it closes it, as Escape does.
    this.#dialog.addEventListener('click', ({ target }) => target === this.#dialog && this.#dialog.close());
  }

  open() {
    const plants = this.#plants();
    const draw = () => this.#draw(plants);
    const stops = plants.map(({ history }) => history.onChange(draw));
    this.#dialog.addEventListener('close', () => stops.forEach((stop) => stop()), { once: true });
    draw();
    this.#dialog.showModal();
  }

  #draw(plants) {
    renew(this.#dialog, h('div', { class: 'sheet-inside' },
      h('header', { class: 'sheet-head' },
        h('h2', { id: 'assumed-title' }, word('inputs.title')),
        h('button', { type: 'button', class: 'button', on: { click: () => this.#dialog.close() } }, word('viewer.close'))),
      h('p', {}, word('inputs.text')),
      plants.map(list)));
  }
}
