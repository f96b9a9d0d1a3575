// One owner's table: kinds of facts by nation, and below an opened kind, organisation by
// organisation, who sees it and why.

import { h } from '../lib/dom.js';
import { telephone } from '../lib/format.js';
import { form, word } from '../lib/words.js';
import { kindName, kindSays, listOf, reasons } from './sentences.js';

const SIGNS = { yes: '✓', look: '◐', some: '◐', no: '–', narrowed: '✕' };
/** So many columns have room beside each other at a desk; more are read in a box of their own. */
const MOST_BESIDE = 8;
/** In one cell for several organisations, this is what counts first. */
const ORDER = ['no', 'narrowed', 'look', 'some', 'yes'];

/** What a cell says in a word: a mark of sign, word and colour. */
export function mark(see) {
  return h('span', { class: 'sees', data: { see } }, h('span', { 'aria-hidden': 'true' }, SIGNS[see]), word(`sharing.see.${see}`));
}

/** A cell as it is marked: that something was narrowed is worth a word of its own. */
function seeOf(cell) {
  const narrowed = cell.see === 'no' && cell.why.some(({ code }) => code === 'narrowed');
  return narrowed ? 'narrowed' : cell.see;
}

/** The audiences by nation, in the order of the programme. */
function columnsOf(audiences, names) {
  const columns = new Map();
  for (const { code, name } of audiences) {
    const nation = code.includes('/') ? code.split('/')[0] : code;
    const column = columns.get(nation) ?? { nation, name: code === 'public' ? word('as.public') : names.get(nation) ?? name, members: [] };
    column.members.push({ code, name: code === 'public' ? word('as.public') : name });
    columns.set(nation, column);
  }
  return [...columns.values()];
}

function together(cells) {
  const seen = new Set(cells.map(seeOf));
  if (seen.size === 1) return [...seen][0];
  if (seen.has('narrowed') && !seen.has('yes') && !seen.has('some') && !seen.has('look')) return 'narrowed';
  return 'some';
}

/** A row in few words, for a narrow screen: what is answered, and for whom. */
function inShort(columns, seen) {
  const answers = [...new Set(seen)].sort((a, b) => ORDER.indexOf(b) - ORDER.indexOf(a));
  return h('td', { class: 'in-short' }, answers.map((see) => h('div', {}, mark(see), ' ',
    answers.length === 1 ? word('sharing.for_all') : listOf(columns.filter((_, at) => seen[at] === see).map(({ name }) => name)))));
}

/** A text in which telephone numbers can be called. */
function withCalls(text) {
  return text.split(/(\+\d[\d\u00a0 ]{5,}\d)/).map((piece, at) => (at % 2 === 1 ? h('a', { class: 'nowrap', href: telephone(piece) }, piece) : piece));
}

/** The audiences of a row with the same reasons told once: `{see, who: [names], why: [texts]}`. */
function grouped(columns, cells, owner) {
  const groups = new Map();
  for (const { code, name } of columns.flatMap(({ members }) => members)) {
    const cell = cells.get(code) ?? { see: 'no', why: [] };
    const why = reasons(cell, owner);
    const key = JSON.stringify([seeOf(cell), why]);
    const group = groups.get(key) ?? { see: seeOf(cell), who: [], why };
    group.who.push(name);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => ORDER.indexOf(b.see) - ORDER.indexOf(a.see));
}

/** What is the table of one owner; `opened` are the kinds that are open, `toggle(kind)` changes that. */
export function ownerPanel(owner, { audiences, nations, opened, toggle }) {
  const shown = owner.own ? audiences : audiences.filter(({ code }) => owner.rows.some(({ cells }) => cells.some(({ audience }) => audience === code)));
  const columns = columnsOf(shown, new Map(nations.map(({ code, name }) => [code, name])));
  const title = `owner-${owner.code.replace('/', '-')}`;
  const plants = owner.plants.map(({ name }) => name);
  const alike = alikeIn(owner, columns);
  return h('section', { class: 'panel', 'aria-labelledby': title, data: { key: owner.code, owner: owner.code } },
    h('h2', { id: title }, owner.own ? word('sharing.own', { name: owner.name }) : word('sharing.others', { name: owner.name })),
    h('div', { class: 'panel-body' },
      plants.length > 0 && h('p', { class: 'muted' }, word(`sharing.plants.${form(plants.length)}`, { plants: listOf(plants) })),
      folded(alike, owner.rows.length, h('div', { class: `scroll matrix-scroll${columns.length > MOST_BESIDE ? ' boxed' : ''}`, tabindex: '0', role: 'region', 'aria-label': word('sharing.table', { name: owner.name }) },
        h('table', { class: 'matrix' },
          h('caption', { class: 'visually-hidden' }, word('sharing.table', { name: owner.name })),
          h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, word('sharing.kind_head')), columns.map(({ name }) => h('th', { scope: 'col' }, name)))),
          owner.rows.map((row) => h('tbody', { data: { key: row.kind } }, kindRows(owner, row, columns, opened, toggle))))))));
}

/** What all kinds of another owner's facts are answered with for the one who looks; null when they differ. */
function alikeIn({ own, rows }, columns) {
  if (own || columns.length !== 1 || rows.length < 2) return null;
  const seen = new Set(rows.map(({ cells }) => together(columns[0].members.map(({ code }) => cells.find(({ audience }) => audience === code) ?? { see: 'no', why: [] }))));
  return seen.size === 1 ? [...seen][0] : null;
}

/** A table in which every line says the same is told in one, and opened by whoever wants to know why. */
function folded(alike, n, table) {
  if (!alike) return table;
  return h('details', { class: 'alike' }, h('summary', {}, mark(alike), ' ', word('sharing.all_alike', { n: String(n) })), table);
}

function kindRows(owner, { kind, cells }, columns, opened, toggle) {
  const byCode = new Map(cells.map((cell) => [cell.audience, cell]));
  const key = `${owner.code} ${kind}`;
  const open = opened.has(key);
  const id = `why-${owner.code.replace('/', '-')}-${kind}`;
  const opener = h('button', { type: 'button', class: 'opener', 'aria-expanded': String(open), 'aria-controls': id, data: { kind } },
    h('span', {}, kindName(kind), h('small', {}, kindSays(kind))));
  opener.addEventListener('click', () => toggle(key));
  const seen = columns.map(({ members }) => together(members.map(({ code }) => byCode.get(code) ?? { see: 'no', why: [] })));
  const cell = ({ name }, at) => h('td', { data: { label: name } }, mark(seen[at]));
  const rows = [h('tr', { class: 'kind', data: { key, kind } }, h('th', { scope: 'row' }, opener), columns.length > 1 && inShort(columns, seen), columns.map(cell))];
  rows.push(h('tr', { class: 'why', id, hidden: !open, data: { key: `${key} why` } }, h('td', { colspan: String(columns.length + 1) },
    open && h('ul', { class: 'why-list' }, grouped(columns, byCode, owner).map(({ see, who, why }) => h('li', {},
      mark(see), h('div', {}, h('p', { class: 'who' }, listOf(who)), why.map((text) => h('p', {}, withCalls(text))))))))));
  return rows;
}
