// The receipts: what was entered here, how far it has come, and taking it back.

import { SURE_AFTER_MS, h, renew } from '../lib/dom.js';
import { word } from '../lib/words.js';
import { isUnsent, receipt } from './outbox.js';

/** A moment that the telephone's own clock told, in its own zone. */
const here = new Intl.DateTimeFormat(navigator.languages, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
export const clock = (at) => here.format(new Date(at));
/** The same without the day, for what is of today. */
export const hour = (at) => new Intl.DateTimeFormat(navigator.languages, { hour: '2-digit', minute: '2-digit' }).format(new Date(at));

export class Receipts {
  #list = document.getElementById('receipts');
  #asked = null;
  /** From when on the question can be answered, by `performance.now()`. */
  #sureFrom = 0;
  /** The receipt shown in each card, by the card's key; the card that was used last. */
  #cards = new Map();
  #last = null;
  entries = [];
  /** Whether nothing is sent any more before a new link is opened. */
  #shut = false;

  /**
   * `takeBack(name)` is called once the person has said so twice, `former(does, name)` with what
   * is to be done about an entry of an earlier link, `redraw()` at every change.
   */
  constructor(takeBack, former, redraw) {
    document.getElementById('answers').addEventListener('click', ({ target }) => {
      const { back, keep, sure, does, of } = target.closest('button')?.dataset ?? {};
      if (does) former(does, of);
      if ((keep || sure) && performance.now() < this.#sureFrom) return;
      if (back || keep) this.#asked = back ?? null;
      if (sure) {
        this.#asked = null;
        takeBack(sure);
      }
      if (back) {
        this.#sureFrom = performance.now() + SURE_AFTER_MS;
        setTimeout(redraw, SURE_AFTER_MS);
      }
      const place = target.closest('li');
      if (back || keep || sure) redraw();
      if (back) (place?.isConnected ? place : this.#list).querySelector('[data-undo]')?.focus();
    });
  }

  /** Shows an entry's receipt in the card that it was entered in. */
  put(key, entry) {
    this.#cards.set(key, entry);
    this.#last = key;
  }

  /** Draws the entries of this link, and below them those of earlier ones. */
  draw({ entries, former, link }) {
    this.entries = entries;
    this.#shut = link === 'not_in';
    renew(this.#list, entries.length + former.length === 0 && h('li', { class: 'muted' }, word('supplier.no_receipts')),
      entries.map((entry) => h('li', { data: { key: receipt(entry), receipt: receipt(entry) } }, this.#entry(entry))),
      former.map((entry) => h('li', { data: { key: formerName(entry), former: formerName(entry) } }, ofEarlierLink(entry))));
  }

  /** The newest receipt of a card, if something was entered there since the page was opened. */
  inCard(key) {
    const entry = this.#cards.get(key);
    if (!entry || !this.entries.includes(entry)) return false;
    return h('div', { class: 'supplier-done', tabindex: '-1', role: 'group', 'aria-label': word('supplier.receipt'), data: { key: `done ${key}`, ...(key === this.#last && { last: 'yes' }) } }, this.#entry(entry));
  }

  /** Whether this browser has said that a delivery left. */
  hasShipped(delivery) {
    return this.entries.some(({ reports, state }) => state !== 'refused' && reports.some((report) => report.kind === 'delivery_shipped' && report.delivery === delivery));
  }

  #entry(entry) {
    const name = receipt(entry);
    const undo = this.entries.find(({ undoes, state }) => undoes === name && state !== 'refused');
    const button = (text, data, more = {}) => h('button', { class: 'button plain-button', type: 'button', data, ...more }, text);
    const early = performance.now() < this.#sureFrom;
    const mayUndo = isUnsent(entry) || (entry.state === 'recorded' && !entry.undoes && !undo);
    return [
      h('span', {}, h('span', { class: 'number' }, name), ' ', h('time', { datetime: entry.at }, clock(entry.at))),
      undo ? h('s', {}, entry.words) : h('span', {}, entry.words),
      entry.before && h('span', { class: 'muted' }, word('supplier.before', { number: entry.before })),
      undo && h('span', {}, word('supplier.taken_back', { when: clock(undo.at), number: receipt(undo) })),
      stateOf(entry, this.#shut),
      entry.state === 'refused' && h('div', { data: { key: 'forget' } }, button(word('supplier.forget'), { does: 'forget', of: name })),
      mayUndo && (this.#asked === name
        ? h('div', { class: 'supplier-buttons supplier-sure', role: 'group', 'aria-label': word('supplier.undo_of', { number: name }), data: { key: 'sure' } },
          h('span', { tabindex: '-1', data: { undo: name } }, word('supplier.undo_sure')), button(word('supplier.undo_no'), { keep: name }), button(word('supplier.undo_yes'), { sure: name }, { class: 'button', disabled: early }))
        : h('div', { data: { key: 'back' } }, button(word('supplier.undo_of', { number: name }), { back: name })))];
  }
}

/** What tells an entry of an earlier link from all others. */
export const formerName = (entry) => `${entry.feed} ${receipt(entry)}`;

function stateOf(entry, shut = false) {
  const marked = entry.state === 'refused' && entry.code === 'spillage';
  const state = marked ? 'refused_marked' : shut && entry.state === 'queued' ? 'shut_out' : entry.state;
  return h('span', { data: { state: entry.state } }, word(`supplier.state.${state}`, { when: entry.settled ? clock(entry.settled) : '', reason: entry.refusal ?? '' }));
}

/** What an earlier link kept; what may not have arrived can be sent with this one. */
function ofEarlierLink(entry) {
  const act = (does, plain) => h('button', { class: `button${plain ? ' plain-button' : ''}`, type: 'button', data: { does, of: formerName(entry) } }, word(`supplier.former.${does}`));
  return [
    h('span', {}, h('span', { class: 'number' }, receipt(entry)), ' ', h('time', { datetime: entry.at }, clock(entry.at)), ' ', h('span', { class: 'muted' }, word('supplier.former.link'))),
    h('span', {}, entry.words),
    stateOf(entry),
    ['unknown', 'refused'].includes(entry.state) && h('div', { class: 'supplier-buttons', role: 'group', 'aria-label': receipt(entry) }, entry.state === 'unknown' && act('again', false), act('leave_out', true)),
  ];
}
