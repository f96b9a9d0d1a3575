// Labels over the picture: real text in the page. The program says where each goes and which of
// them have room; here is what they say and how much they matter.

import { h } from '../lib/dom.js';
import { DAY_MS, ms, number } from '../lib/format.js';
import { isGoingIn } from '../lib/past.js';
import { sign } from '../lib/states.js';
import { levelWords } from '../lib/stock.js';
import { nameOf, word } from '../lib/words.js';

/** Blocks with their days of waiting; the longest first. */
const WAITING_SHOWN = 40;
/** How many of them with their name. */
const WAITING_NAMED = 2;
/** How much a label matters by the state of its station. */
const WEIGHTS = { down: 40, held: 36, starved: 24, blocked: 24, waiting_for_crew: 22, waiting_for_crane: 22, setup: 14, working: 12 };

export class Labels {
  #root;
  #page;
  #shown = new Map();
  #order = [];
  #places = null;
  #wish = '';

  constructor(root, page) {
    this.#root = root;
    this.#page = page;
  }

  /** Writes the labels anew and tells the program their sizes. */
  draw() {
    const wanted = wantedLabels(this.#page);
    const kept = new Set(wanted.map(({ id }) => id));
    for (const [id, label] of this.#shown) {
      if (kept.has(id)) continue;
      label.element.remove();
      this.#shown.delete(id);
    }
    for (const want of wanted) this.#write(want);
    const fresh = [...this.#shown.values()].filter((label) => label.width === null);
    for (const label of fresh) {
      label.width = label.element.offsetWidth;
      label.height = label.element.offsetHeight;
    }
    const sizes = wanted.map(({ id, p, below }) => ({ id, w: this.#shown.get(id).width, h: this.#shown.get(id).height, p, below }));
    const wish = JSON.stringify({ labels: sizes, kept: keptFree(this.#root) });
    if (wish === this.#wish || this.#page.engine.call('labels', wish) === null) return;
    this.#wish = this.#page.engine.state === 'ready' ? wish : '';
    this.#order = wanted.map(({ id }) => this.#shown.get(id));
  }

  #write({ id, kind, state, text, note, share, key }) {
    const old = this.#shown.get(id);
    if (old?.key === key) return;
    const element = h('div', { class: `label ${kind}`, data: { label: id, state: state ?? '' } },
      state && h('i', { class: 'label-sign' }, sign(state)), text && h('span', {}, text), note && h('small', {}, note),
      share !== undefined && h('i', { class: 'gauge' }, h('b', { style: { width: `${Math.min(100, share * 100)}%` } })));
    if (old) old.element.replaceWith(element);
    else this.#root.append(element);
    this.#shown.set(id, { element, key, width: null, height: null, x: old?.x, y: old?.y });
    const label = this.#shown.get(id);
    if (old?.visible) show(label, old.x, old.y);
    else element.classList.add('away');
  }

  /** Takes x, y and whether there is room for each label, in the order of the wish. */
  place(places) {
    this.#order.forEach((label, i) => {
      if (!label || places[i * 3] === undefined) return;
      const [x, y, room] = [places[i * 3], places[i * 3 + 1], places[i * 3 + 2]];
      label.visible = room > 0;
      label.element.classList.toggle('away', !label.visible);
      if (label.visible) show(label, x, y);
    });
  }
}

/** What lies over the picture, where no label may go: left, top, right, bottom. */
function keptFree(root) {
  const stage = root.getBoundingClientRect();
  return ['holdup', 'tools'].map((id) => document.getElementById(id).getBoundingClientRect())
    .filter((box) => box.width > 0 && box.height > 0)
    .map((box) => [box.left - stage.left, box.top - stage.top, box.right - stage.left, box.bottom - stage.top].map(Math.round));
}

function show(label, x, y) {
  label.x = x;
  label.y = y;
  label.visible = true;
  label.element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -100%)`;
}

function wantedLabels(page) {
  const { view } = page;
  if (!view.ready) return [];
  const found = [];
  const add = (id, kind, p, text, { state, note, share } = {}) => {
    const chosen = id === page.selected;
    found.push({ id, kind: chosen ? `${kind} chosen` : kind, p: chosen ? Math.max(90, p) : p, text, state, note, share, below: kind.startsWith('area') && !kind.includes('flagged'), key: [kind, chosen, text, state, note, share].join('|') });
  };
  const flag = flagWords(page);
  const alike = namesakes(view);
  for (const [id, layout] of view.entries('layout')) {
    const name = page.name(id);
    if (page.isHeldUp(id)) {
      const { state } = view.get(`unit/${id}`) ?? view.get(`resource/${id}`) ?? {};
      add(id, `${layout.kind} flagged`, 100, alike.has(id) ? nameOf(layout.name) : name, { state: state ?? (layout.kind === 'unit' ? 'unknown' : undefined), note: flag });
    } else if (layout.kind === 'unit') {
      const unit = view.get(`unit/${id}`);
      add(id, 'unit', WEIGHTS[unit?.state] ?? 6, name, { state: unit?.state ?? 'unknown' });
    } else if (layout.kind === 'area') {
      const area = view.get(`area/${id}`);
      if (area?.limit === undefined) {
        if (![...alike.values()].includes(id)) add(id, 'area', 30, name);
        continue;
      }
      // How full a building may be is what its people look at first.
      const note = word('viewer.level_of', { n: number(area.present), all: number(area.limit) });
      add(id, area.present > area.limit ? 'area limited over' : 'area limited', 46, name, { note, share: area.present / Math.max(1, area.limit) });
    } else if (layout.kind === 'storage') {
      const storage = view.get(`storage/${id}`);
      if (!storage || (layout.mesh === 'box' && !alike.has(id))) continue;
      const full = storage.capacity && storage.level >= storage.capacity;
      const [weight, text] = alike.has(id) ? [30, nameOf(layout.name)] : [full ? 18 : 5, name];
      add(id, full ? 'storage full' : 'storage', weight, text, { note: levelWords(storage) });
    } else {
      const mover = view.get(`resource/${id}`);
      const aboard = layout.kind === 'barge' && mover?.carries?.length > 0;
      const note = aboard ? word('viewer.aboard', { n: number(mover.carries.length) }) : undefined;
      add(id, 'mover', mover?.state === 'down' ? 38 : 16, name, { state: mover?.state ?? 'unknown', note });
    }
  }
  products(view, add);
  waiting(page, add);
  return found;
}

/** Storages that are called as the building around them: one label says both. Storage to building. */
function namesakes(view) {
  const pairs = view.entries('layout').filter(([, { kind, name, area }]) => kind === 'storage'
    && view.get(`layout/${area}`)?.name === name && view.get(`area/${area}`)?.limit === undefined);
  return new Map(pairs.map(([id, { area }]) => [id, area]));
}

/** What the flag says: whom it is about where it only bites here, such as a supplier. */
function flagWords(page) {
  const card = page.view.get('board/holdup');
  return card?.known && card.place ? word('viewer.flag_by', { name: nameOf(card.name) }) : word('viewer.flag');
}

function products(view, add) {
  for (const [id, product] of view.entries('product')) {
    if (!product.at && product.erected === 0) continue;
    add(`product/${id}`, 'product', 60, nameOf(product.name), { note: word('hulls.erected', { n: number(product.erected), all: number(product.parts.length) }) });
    const { next } = product;
    if (!next) continue;
    const note = next.crane ? word('viewer.by_crane', { crane: next.crane }) : undefined;
    add(`part/${next.part}`, 'next', 55, isGoingIn(view, next.part) ? word('viewer.going_in', { part: next.part }) : word('viewer.next', { part: next.part }), { note });
  }
}

/** Blocks that stand about, the longest first, with their days. */
function waiting({ view, clock }, add) {
  const now = clock.now() ?? Date.now();
  const parked = view.entries('storage')
    .filter(([id]) => view.get(`layout/${id}`)?.mesh === 'block-park')
    .flatMap(([, storage]) => storage.parts ?? [])
    .map((part) => ({ id: part.id, days: (now - ms(part.since)) / DAY_MS, held: part.held }))
    .filter(({ days }) => days >= 1)
    .sort((a, b) => b.days - a.days)
    .slice(0, WAITING_SHOWN);
  for (const [i, { id, days, held }] of parked.entries()) {
    // The longest are named; of the others there is room for the days alone.
    const name = i < WAITING_NAMED ? id : '';
    add(`waits/${id}`, held ? 'waits held' : 'waits', 8 + Math.min(20, days / 4), name, { note: word('viewer.waits_days', { n: number(days) }) });
  }
}
