// Entries out of a spreadsheet: pasted, its columns matched, looked through, and only then sent.

import { h, renew } from '../lib/dom.js';
import { number } from '../lib/format.js';
import { form, word } from '../lib/words.js';
import { check, dayInWords, dayOf } from './check.js';
import { CHOOSE, FIELDS, LARGEST, guessColumns, readRow, readTable, tableText } from './csv.js';
import { lineName, sameToday } from './entries.js';
import { receipt } from './outbox.js';
import { hour } from './receipts.js';

/** Where the columns of each kind of table are remembered. */
const COLUMNS = 'slipway.supplier.columns';
/** Kinds of table that are remembered. */
const MOST_REMEMBERED = 20;

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(COLUMNS) ?? '{}');
  } catch {
    return {};
  }
}

function remember(heads, columns) {
  const known = { [JSON.stringify(heads)]: columns, ...remembered(), };
  known[JSON.stringify(heads)] = columns;
  try {
    localStorage.setItem(COLUMNS, JSON.stringify(Object.fromEntries(Object.entries(known).slice(0, MOST_REMEMBERED))));
  } catch { /* Asked again the next time. */ }
}

export class Sheet {
  #box = document.getElementById('pasted');
  #body = document.getElementById('sheet-body');
  #table = null;
  #columns = [];
  #order = '';
  #told = '';
  /** What somebody ticked or unticked, by row and act. */
  #ticks = new Map();

  /** `who()` knows plant and clock, `lines()` gives the lines by key, `entries()` what was entered here, `send(entries)` takes `[line, what]` each and says how many it took. */
  constructor(who, lines, entries, send) {
    this.who = who;
    this.lines = lines;
    this.entries = entries;
    this.send = send;
    this.#box.addEventListener('paste', (event) => this.#pasted(event));
    this.#box.addEventListener('input', () => this.#read(this.#box.value));
    this.#body.addEventListener('change', ({ target }) => this.#changed(target));
    this.#body.addEventListener('click', ({ target }) => { if (target.closest('button')) this.#confirm(); });
  }

  /** What is too large is not even put into the box: a browser takes minutes to draw it. */
  #pasted(event) {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text.length <= LARGEST) return;
    event.preventDefault();
    this.#read(text);
  }

  #read(text) {
    this.#told = '';
    this.#order = '';
    this.#ticks.clear();
    if (text.trim() === '') this.#table = null;
    else {
      this.#table = readTable(text);
      if (this.#table.heads) this.#columns = this.#known() ?? guessColumns(this.#table.heads);
    }
    this.draw();
  }

  #known() {
    const { heads } = this.#table;
    const columns = remembered()[JSON.stringify(heads)];
    const fits = Array.isArray(columns) && columns.length === heads.length && columns.every((field) => field === '' || Object.hasOwn(FIELDS, field));
    return fits ? columns : null;
  }

  #changed({ dataset, value, checked }) {
    if (dataset.tick !== undefined) this.#ticks.set(dataset.tick, checked);
    // What is read anew is looked at anew.
    else this.#ticks.clear();
    if (dataset.column !== undefined) {
      // A field comes from one column.
      this.#columns = this.#columns.map((field, at) => (at === Number(dataset.column) ? value : field === value ? '' : field));
    }
    if (dataset.order !== undefined) this.#order = value;
    this.draw();
  }

  #rows() {
    const byName = new Map(this.lines().flatMap(([key, line]) => [[lineName(line.delivery ?? key).toLowerCase(), line], [key.toLowerCase(), line]]));
    const lineOf = (name) => byName.get(name.toLowerCase()) ?? byName.get(`every ${name.toLowerCase()}`);
    const dueOf = (name) => (lineOf(name)?.expected ? dayOf(lineOf(name).expected) : null);
    const before = new Map();
    return this.#table.rows.map((cells, at) => {
      const row = readRow(cells, this.#columns, this.#order, dueOf);
      const known = lineOf(row.line);
      const asked = [];
      for (const act of known ? row.acts : []) {
        const { wrong, ask, values } = check(this.who(), known, act);
        if (wrong) row.problems.push({ problem: wrong, values });
        const same = sameToday(this.entries(), known, act);
        const said = JSON.stringify([row.line.toLowerCase(), act]);
        const twice = before.get(said);
        if (!twice) before.set(said, at + 2);
        const doubts = [twice && word('supplier.same_as_row', { row: number(twice) }), same && word('supplier.same_as', { number: receipt(same), when: hour(same.at) }), !wrong && ask && word(`supplier.really.${ask}`, values)].filter(Boolean);
        const key = `${at + 2} ${act.act}`;
        // What is doubtful goes only when somebody has looked at it.
        asked.push({ what: act, key, doubts, ticked: this.#ticks.get(key) ?? doubts.length === 0 });
      }
      if (!known && row.line !== '') row.problems.push({ problem: 'unknown_line', cell: row.line });
      if (known && !known.delivery && row.acts.some(({ act }) => act === 'late')) row.problems.push({ problem: 'not_for_regular', cell: row.line });
      if (known && !known.delivery && row.acts.some(({ act, day }) => act === 'shipped' && !day)) row.problems.push({ problem: 'no_date', cell: '' });
      return { ...row, cells, known, asked, number: at + 2 };
    });
  }

  draw() {
    if (!this.#table) {
      renew(this.#body, h('p', { role: 'status' }, this.#told));
      return;
    }
    if (this.#table.problem) {
      renew(this.#body, h('p', { class: 'late-text', role: 'alert' }, word(`supplier.table.${this.#table.problem}`, { n: number(this.#table.values.n ?? 0) })));
      return;
    }
    const rows = this.#rows();
    const good = rows.filter(({ problems, ambiguous }) => problems.length === 0 && !ambiguous);
    const ambiguous = rows.some((row) => row.ambiguous) || this.#order !== '';
    const heads = (wanted) => this.#table.heads.filter((head, at) => this.#columns[at] === wanted && head !== '');
    const [untold, unread] = [this.#table.heads.filter((_, at) => this.#columns[at] === CHOOSE), heads('')];
    const count = untold.length > 0 ? 0 : good.reduce((sum, { asked }) => sum + asked.filter(({ ticked }) => ticked).length, 0);
    const unticked = good.reduce((sum, { asked }) => sum + asked.filter(({ ticked }) => !ticked).length, 0);
    const bad = rows.length - good.length;
    renew(this.#body,
      this.#told && h('p', { role: 'status' }, this.#told),
      h('fieldset', { class: 'supplier-columns' }, h('legend', {}, word('supplier.columns')), this.#table.heads.map((head, at) => this.#column(head, at))),
      untold.length > 0 && h('p', { class: 'warn-text', role: 'status' }, word('supplier.choose_column', { heads: quoted(untold) })),
      unread.length > 0 && h('p', { class: 'muted', role: 'status' }, word(`supplier.unread.${form(unread.length)}`, { heads: quoted(unread) })),
      ambiguous && h('p', {}, h('label', {}, word('supplier.which_first'), ' ', h('select', { data: { order: 'yes' } }, ['', 'dmy', 'mdy'].map((order) => h('option', { value: order, selected: order === this.#order }, word(`supplier.order.${order || 'none'}`)))))),
      h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': word('supplier.preview') },
        h('table', { class: 'plain' }, h('caption', { class: 'visually-hidden' }, word('supplier.preview')),
          h('thead', {}, h('tr', {}, ['row', 'line', 'what'].map((name) => h('th', { scope: 'col' }, word(`supplier.preview_${name}`))))),
          h('tbody', {}, rows.map(previewOf)))),
      h('p', { role: 'status' }, bad > 0 ? word('supplier.some_wrong', { bad: number(bad), all: number(rows.length) }) : word(`supplier.all_right.${form(rows.length)}`, { all: number(rows.length) }), unticked > 0 && ` ${word(`supplier.unticked.${form(unticked)}`, { n: number(unticked) })}`),
      count > 0 && h('p', {}, h('button', { class: 'button', type: 'button' }, word(`supplier.send_all.${form(count)}`, { n: number(count) }))));
    // The reader's tick stays when the attribute changes; what is shown is what would be sent.
    const ticks = new Map(good.flatMap(({ asked }) => asked.map(({ key, ticked }) => [key, ticked])));
    for (const box of this.#body.querySelectorAll('[data-tick]')) box.checked = ticks.get(box.dataset.tick) ?? false;
  }

  #column(head, at) {
    const option = (field) => h('option', { value: field, selected: this.#columns[at] === field }, word(`supplier.column.${field === CHOOSE ? 'choose' : field || 'none'}`));
    const untold = this.#columns[at] === CHOOSE ? [CHOOSE] : [];
    return h('label', { data: { key: `column ${at}` } }, head || word('supplier.no_heading', { n: number(at + 1) }), h('select', { data: { column: at } }, [...untold, '', ...Object.keys(FIELDS)].map(option)));
  }

  #confirm() {
    const rows = this.#rows();
    const isGood = ({ problems, ambiguous }) => problems.length === 0 && !ambiguous;
    const good = rows.filter(isGood);
    const left = rows.filter((row) => !isGood(row) || row.asked.some(({ ticked }) => !ticked));
    remember(this.#table.heads, this.#columns);
    const taken = this.send(good.flatMap(({ known, asked }) => asked.filter(({ ticked }) => ticked).map(({ what }) => [known, what])));
    if (taken === null) return;
    this.#ticks = new Map(left.flatMap(({ asked }, at) => asked.map(({ what }) => [`${at + 2} ${what.act}`, false])));
    // What was not sent stays, to be mended and sent.
    const { heads } = this.#table;
    this.#told = [word(`supplier.sheet_sent.${form(taken)}`, { n: number(taken) }), left.length > 0 && word(`supplier.sheet_left.${form(left.length)}`, { n: number(left.length) })].filter(Boolean).join(' ');
    this.#box.value = left.length > 0 ? tableText([heads, ...left.map(({ cells }) => cells)]) : '';
    this.#table = left.length > 0 ? { heads, rows: left.map(({ cells }) => cells) } : null;
    this.draw();
    this.#box.focus();
  }
}

/** Headings as they are told. */
const quoted = (heads) => heads.map((head) => `“${head}”`).join(', ');

function previewOf({ number: row, line, acts, asked, problems, ambiguous }) {
  const said = ({ act, quantity, day, reason }) => word(`supplier.preview_act.${act}`, { n: quantity === undefined ? '' : number(quantity, 6), day: day ? dayInWords(day) : '', reason: reason ?? '' });
  const isWrong = problems.length > 0 || ambiguous;
  const tick = ({ what, key, doubts, ticked }) => h('label', { class: 'supplier-tick', data: { key } },
    h('input', { type: 'checkbox', checked: ticked, data: { tick: key } }),
    h('span', {}, said(what), doubts.map((doubt) => h('small', { class: 'warn-text' }, doubt))));
  return h('tr', { data: { key: String(row), row, wrong: isWrong ? 'yes' : 'no' } },
    h('td', {}, number(row)), h('th', { scope: 'row' }, line),
    h('td', {}, isWrong ? acts.map(said).join(' · ') : asked.map(tick),
      ambiguous && h('small', { class: 'warn-text' }, word('supplier.wrong.which_date')),
      problems.map(({ problem, cell, values }) => h('small', { class: 'late-text' }, word(`supplier.wrong.${problem}`, { cell: cell ?? '', ...values })))));
}
