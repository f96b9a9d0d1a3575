// The product in the making: ships with their lifts, and the carriers between plants.

import { h } from '../lib/dom.js';
import { number, percent } from '../lib/format.js';
import { isGoingIn } from '../lib/past.js';
import { STAGES, sign } from '../lib/states.js';
import { word } from '../lib/words.js';
import { moment } from './cards.js';

/** Missing parts named for the next lift. */
const MISSING_NAMED = 5;

/** The last part of an id that repeats the product's: H2-L07 reads L07. */
function shortId(id) {
  return id.slice(id.lastIndexOf('-') + 1);
}

/** How many of some parts are in each stage, in words. */
function stageCounts(parts) {
  const counts = STAGES.map((stage) => [stage, parts.filter((part) => part.stage === stage).length]).filter(([, n]) => n > 0);
  return counts.map(([stage, n]) => word('hulls.stage_count', { stage: word(`stage.${stage}`), n: number(n) }));
}

function cell(part) {
  const stage = word(`stage.${part.stage}`);
  const tip = part.late
    ? word('hulls.lift_tip_late', { part: part.id, stage })
    : word('hulls.lift_tip', { part: part.id, stage });
  const open = part.stage !== 'erected' && part.parts?.length > 0;
  const title = open ? word('hulls.blocks_tip', { tip, stages: stageCounts(part.parts).join(', ') }) : tip;
  return h('span', { class: 'cell', data: { stage: part.stage, late: part.late ? 'yes' : 'no', key: part.id }, title }, part.late && sign('late'));
}

/** All lifts in a sentence, for readers of the screen. */
function summary(product, parts) {
  const stages = stageCounts(parts);
  const late = parts.filter((part) => part.late).length;
  if (late > 0) stages.push(word('hulls.late_count', { n: number(late) }));
  return word('hulls.summary', { name: product.name, n: number(product.erected), all: number(product.parts.length), stages: `${stages.join(', ')}.` });
}

/** What carries a part now, by its name: what is on the hook is there, and not in place yet. */
function carrierOf(view, part) {
  const carrier = view.entries('resource').find(([, { carries = [] }]) => carries.includes(part));
  return carrier && (view.get(`layout/${carrier[0]}`)?.name ?? carrier[0]);
}

/** Whether the next lift stands where those stand that are in place: it is worked in, and not in place yet. */
function isThere(view, product) {
  const place = view.get(`part/${product.next.part}`)?.place;
  const standsThere = (id) => {
    const part = view.get(`part/${id}`);
    return part?.stage === 'erected' && part.place === place;
  };
  return Boolean(place) && product.parts.some(standsThere);
}

function nextLift(view, product) {
  if (!product.next) return null;
  // The programme's view has no cranes: the lift itself says that it hangs on its own.
  const carrier = carrierOf(view, product.next.part) ?? (product.next.is_carried && product.next.crane);
  if (carrier) return h('p', { class: 'answer-note' }, `${word('hulls.next', { part: product.next.part })} – ${word('hulls.next_carried', { crane: carrier })}`);
  if (isGoingIn(view, product.next.part) || isThere(view, product)) return h('p', { class: 'answer-note' }, word('hulls.going_in', { part: product.next.part }));
  const next = { ...product.next, missing: product.next.missing ?? [] };
  const what = next.crane ? word('hulls.next_crane', { part: next.part, crane: next.crane }) : word('hulls.next', { part: next.part });
  const named = next.missing.slice(0, MISSING_NAMED).map(shortId).join(', ');
  const more = next.missing.length > MISSING_NAMED ? ` ${word('hulls.more', { n: number(next.missing.length - MISSING_NAMED) })}` : '';
  const waits = next.missing.length === 0 ? word('hulls.next_ready') : word('hulls.next_waits', { parts: named + more });
  return h('p', { class: 'answer-note' }, `${what} – ${waits}`);
}

/** One product: its lifts as a row of small fields. */
function hull(view, id, product) {
  const parts = product.parts.map((part) => view.get(`part/${part}`)).filter(Boolean);
  const begun = product.erected > 0 || parts.some((part) => part.stage !== 'not_started');
  return h('article', { class: 'hull', data: { key: id } },
    h('div', { class: 'hull-head' }, h('h3', {}, product.name),
      h('span', { class: 'muted' }, begun
        ? word('hulls.erected', { n: number(product.erected), all: number(product.parts.length) })
        : word('hulls.not_begun'))),
    parts.length > 0 && h('div', { class: 'cells', role: 'img', 'aria-label': summary(product, parts) }, parts.map(cell)),
    nextLift(view, product));
}

/** Every product of a view, with the legend; null when there is none. */
export function hulls(view) {
  const products = view.entries('product');
  if (products.length === 0) return null;
  const legend = STAGES.map((stage) => h('li', {}, h('span', { class: 'cell', data: { stage }, 'aria-hidden': 'true' }), word(`stage.${stage}`)));
  legend.push(h('li', {}, h('span', { class: 'cell', data: { late: 'yes' }, 'aria-hidden': 'true' }, sign('late')), word('hulls.late')));
  return [
    h('div', { class: 'hulls' }, products.map(([id, product]) => hull(view, id, product))),
    h('ul', { class: 'legend', 'aria-label': word('hulls.legend') }, legend),
  ];
}

function boat() {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 40 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', 'M2 14h36l-4 8H6zM8 7h7v6H8zm9-3h7v9h-7zm9 3h6v6h-6z');
  path.setAttribute('fill', 'currentColor');
  svg.append(path);
  return svg;
}

function lane(id, value) {
  const state = word(`lane.${value.state}`);
  const way = word('lanes.way', { name: value.name, state, share: percent(value.progress_ratio), from: value.from, to: value.to });
  const cargo = value.cargo.length === 0 ? word('lanes.empty') : word('lanes.cargo', { n: number(value.cargo.length), most: number(value.most) });
  return h('article', { class: 'lane', data: { key: id } },
    h('div', { class: 'lane-way', role: 'img', 'aria-label': way },
      h('span', {}, value.from),
      h('div', { class: 'lane-line' }, h('span', { class: 'lane-boat', style: { left: `calc(20px + ${value.progress_ratio} * (100% - 40px))` } }, boat())),
      h('span', {}, value.to)),
    h('p', { class: 'lane-facts' },
      h('strong', {}, `${value.name}: ${state}`),
      h('span', { title: value.cargo.join(', ') }, cargo),
      value.arrives && h('span', {}, ...around('lanes.arrives', value.arrives, value.to)),
      value.leaves && h('span', {}, ...around('lanes.leaves', value.leaves, value.from))));
}

/** The words around a moment, so that the moment keeps its tooltip. */
function around(key, at, place) {
  const values = { when: '\u0000', place };
  const text = key === 'lanes.arrives' ? word('lanes.arrives', values) : word('lanes.leaves', values);
  const [before, after] = text.split('\u0000');
  return [before, moment(at), after ?? ''];
}

/** Every carrier between plants; null when there is none. */
export function lanes(view) {
  const found = view.entries('lane');
  return found.length === 0 ? null : h('div', { class: 'lanes' }, found.map(([id, value]) => lane(id, value)));
}
