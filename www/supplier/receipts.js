// The receipts: what was entered here, how far it has come, and taking it back.

import { h, renew } from '../lib/dom.js';
import { when } from '../lib/format.js';
import { word } from '../lib/words.js';
import { receipt } from './outbox.js';

export class Receipts {
  #list = document.getElementById('receipts');
  #asked = null;

  /** `takeBack(entry)` is called once the person has said so twice. */
  constructor(takeBack) {
    this.#list.addEventListener('click', ({ target }) => {
      const { back, keep, sure } = target.closest('button')?.dataset ?? {};
      if (back || keep) this.#asked = back ?? null;
      if (sure) {
        this.#asked = null;
        takeBack(sure);
      }
      if (back || keep || sure) this.redraw();
      if (back) this.#list.querySelector('[data-sure]')?.focus();
    });
  }

  redraw() {
    this.draw(this.entries);
  }

  draw(entries) {
    this.entries = entries;
    const undone = new Map(entries.filter(({ undoes, state }) => undoes && state !== 'refused').map((entry) => [entry.undoes, entry]));
    renew(this.#list, entries.length === 0 && h('li', { class: 'muted' }, word('supplier.no_receipts')), entries.map((entry) => this.#entry(entry, undone.get(receipt(entry)))));
  }

  #entry(entry, undo) {
    const name = receipt(entry);
    const button = (text, data, plain = true) => h('button', { class: `button${plain ? ' plain-button' : ''}`, type: 'button', data }, text);
    const mayUndo = entry.state === 'recorded' && !entry.undoes && !undo;
    return h('li', { data: { key: name, receipt: name } },
      h('span', {}, h('span', { class: 'number' }, name), ' ', h('time', { datetime: entry.at }, when(entry.at))),
      undo ? h('s', {}, entry.words) : h('span', {}, entry.words),
      undo && h('span', {}, word('supplier.taken_back', { when: when(undo.at), number: receipt(undo) })),
      h('span', { data: { state: entry.state } }, word(`supplier.state.${entry.state}`, { when: entry.settled ? when(entry.settled) : '', reason: entry.refusal ?? '' })),
      mayUndo && (this.#asked === name
        ? h('div', { class: 'supplier-buttons', role: 'group', 'aria-label': word('supplier.undo_of', { number: name }) }, h('span', {}, word('supplier.undo_sure')), button(word('supplier.undo_yes'), { sure: name }, false), button(word('supplier.undo_no'), { keep: name }))
        : h('div', {}, button(word('supplier.undo_of', { number: name }), { back: name }))));
  }
}
