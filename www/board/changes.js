// What has changed in the answers since this page was opened: another main hold-up, a new answer,
// an expected date that moved far, a delivery that will come later. The hub tells the answers as
// they are; whoever looks wants to be told that they are others than before.

import { DAY_MS, days, ms, when } from '../lib/format.js';
import { listed } from '../lib/say.js';
import { nameOf, word } from '../lib/words.js';

/** An expected date that moves by fewer days is no news [days]. */
const MOVED_D = 3;
/** A delivery that becomes later by less is no news [days]. */
const LATER_D = 0.5;
/** For how long the second card tells that another hold-up leads [days on the plant clock]. */
const TOLD_FOR_D = 3;
/** Changes kept. */
const KEPT = 40;

/** Watches the answers of a view. */
export class Changes {
  #view;
  #news = document.getElementById('news');
  /** What was told last, by what it is about. */
  #told = new Map();
  #heldUp = null;
  #forgotten = 0;
  /** When the page was opened, on the plant clock [ms]; null before the first answers. */
  opened = null;
  /** What changed, oldest first: `{key, at, text, plant}`. */
  list = [];

  constructor(view) {
    this.#view = view;
  }

  /** Compares the answers with those of before; `now` is plant time. */
  learn(now) {
    if (!this.#view.ready) return;
    if (this.#forgotten !== this.#view.forgotten) this.#forget();
    this.opened ??= now;
    this.#holdUp(now, this.#view.get('board/holdup'));
    this.#answer(now, this.#view.get('board/act'));
    const { items = [], also_late: late = [] } = this.#view.get('board/deliver') ?? {};
    for (const item of [...items, ...late]) this.#expected(now, item);
    for (const part of this.#view.get('board/next')?.parts ?? []) this.#delivery(now, part);
  }

  /** The last change of the main hold-up, `{former, at}`, as long as it is news; or null. */
  holdUp(now) {
    return this.#heldUp && now - this.#heldUp.at < TOLD_FOR_D * DAY_MS ? this.#heldUp : null;
  }

  /** Something is not shown any more: nor is what was told of it. */
  #forget() {
    this.#forgotten = this.#view.forgotten;
    this.#told = new Map();
    this.#heldUp = null;
    this.list = [];
  }

  #tell(at, key, text, plant = '') {
    this.list.push({ key: `${key}@${this.list.length}@${at}`, at, text, plant });
    if (this.list.length > KEPT) this.list.shift();
  }

  /** Keeps a value under a key; what was there before, or undefined. */
  #keep(key, value) {
    const before = this.#told.get(key);
    this.#told.set(key, value);
    return before;
  }

  #holdUp(now, card) {
    if (!card?.known) return;
    const name = nameOf(card.name);
    const former = this.#keep('holdup', name);
    if (former === undefined || former === name) return;
    this.#heldUp = { former, at: now };
    // Readers of the screen are told it at once.
    this.#news.textContent = word('holdup.changed', { name });
    this.#tell(now, 'holdup', word('changes.hold_up', { name, former }), card.plant);
  }

  /** An answer is news when it was given while the page was open; the card may go back to older ones. */
  #answer(now, card) {
    if (!card?.answer || !card.answered || ms(card.answered) < this.opened) return;
    if (this.#keep(`answer ${card.answered}`, card.answer) === card.answer) return;
    this.#tell(now, 'answer', word('changes.answer', { name: nameOf(card.about ?? card.owner), answer: card.answer }));
  }

  #expected(now, { id, name, plant, expected, waits_for: waitsFor, waits_also: also }) {
    if (!expected) return;
    const missing = waitsFor && listed([waitsFor, also].filter(Boolean));
    const key = `expected ${plant}/${id}`;
    const before = this.#told.get(key);
    if (before !== undefined && Math.abs(ms(expected) - ms(before.expected)) < MOVED_D * DAY_MS) return;
    this.#keep(key, { expected, missing });
    if (before === undefined) return;
    const values = { name, when: when(expected, 'day'), before: when(before.expected, 'day'), part: missing ?? before.missing };
    const moved = () => (before.missing ? word('changes.expected_waits_no_more', values) : word('changes.expected', values));
    this.#tell(now, key, missing ? word('changes.expected_waits', values) : moved(), plant);
  }

  #delivery(now, { delivery, name, plant, next_delivery: due }) {
    if (!delivery || !due) return;
    const key = `delivery ${plant}/${delivery}`;
    const before = this.#told.get(key);
    const later = before === undefined ? 0 : (ms(due) - ms(before)) / DAY_MS;
    if (before !== undefined && Math.abs(later) < LATER_D) return;
    this.#keep(key, due);
    if (later >= LATER_D) this.#tell(now, key, word('changes.delivery', { name, when: when(due, 'day'), days: days(later) }), plant);
  }
}
