// What is known of the thing that is selected.

import { moment } from '../board/cards.js';
import { h } from '../lib/dom.js';
import { amount, duration, ms, number, percent, quantity } from '../lib/format.js';
import { eventSentence, waitsFor } from '../lib/say.js';
import { sign, stateMark } from '../lib/states.js';
import { nameOf, word } from '../lib/words.js';

/** Reports, parts and stocks listed. */
const LISTED = 8;

export function panel(page) {
  const { view, selected } = page;
  if (selected.startsWith('part/')) return frame(page, selected.slice(5), word('viewer.part'), partFacts(page, selected.slice(5)));
  const layout = view.get(`layout/${selected}`);
  if (!layout) return null;
  const where = layout.area && view.get(`layout/${layout.area}`) ? page.name(layout.area) : '';
  const unit = view.get(`unit/${selected}`);
  const storage = view.get(`storage/${selected}`);
  const mover = view.get(`resource/${selected}`);
  const area = view.get(`area/${selected}`);
  const facts = unit ? unitFacts(page, selected, layout, unit)
    : storage ? storageFacts(page, storage)
      : mover ? moverFacts(page, mover)
        : area ? areaFacts(area) : [h('p', { class: 'muted' }, word('viewer.nothing_known'))];
  const what = [...new Set([layout.work_center_name, where])].filter((text) => text && text !== layout.name).join(' · ');
  return frame(page, nameOf(layout.name), what, facts);
}

function frame(page, title, what, content) {
  return [
    h('header', { class: 'panel-head' },
      h('div', {}, h('h2', { id: 'panel-title' }, title), what && h('p', { class: 'muted' }, what)),
      h('button', { type: 'button', class: 'close', 'aria-label': word('viewer.close'), on: { click: () => page.select('') } }, '×')),
    content,
  ];
}

function pairs(list) {
  return h('dl', { class: 'known' }, list.filter(Boolean).map(([term, value]) => h('div', {}, h('dt', {}, term), h('dd', {}, value))));
}

/** A link to a thing of this plant that selects it; its name alone when it is elsewhere. */
function link(page, id, text) {
  if (!page.view.get(`layout/${id}`)) return text;
  return h('button', { type: 'button', class: 'link', on: { click: () => page.select(id, { fit: true, focus: true }) } }, text);
}

const since = (page, at, key = 'viewer.for') => [moment(at), h('small', { class: 'beside' }, ` ${word(key, { duration: duration(((page.clock.now() ?? Date.now()) - ms(at)) / 1000) })}`)];

function unitFacts(page, id, layout, unit) {
  const held = unit.hold_up || page.heldUp().includes(id);
  const cause = unit.waits_for;
  const running = unit.running ?? [];
  return [
    held && h('p', { class: 'flagged-note' }, sign('flag'), word('viewer.is_holdup')),
    h('p', { class: 'state-line' }, stateMark(unit.state), unit.stale && h('span', { class: 'warn-text' }, sign('warning'), word('units.stale'))),
    pairs([
      [word('units.since'), since(page, unit.since)],
      unit.reason && [word('viewer.reason'), unit.reason],
      cause && [word('units.waits'), link(page, cause.id, waitsFor(cause))],
      ...running.slice(0, LISTED).flatMap((run) => [
        [word('units.part'), [h('strong', {}, run.part), ` ${run.operation}`]],
        run.order && [word('viewer.order'), run.order],
        [word('viewer.progress'), progress(page, run)],
      ]),
      running.length === 0 && (unit.parts ?? []).length > 0 && [word('viewer.parts_here'), unit.parts.slice(0, LISTED).join(', ')],
      [word('units.rate'), number(unit.finished_7d)],
      [word('units.busy'), percent(unit.working_7d_ratio)],
      [word('viewer.last_report'), unit.last_report ? since(page, unit.last_report, 'viewer.ago') : word('viewer.never')],
    ]),
    holding(page, id),
    reports(page, id),
    assumed(layout),
  ];
}

function progress(page, run) {
  const done = ((page.clock.now() ?? Date.now()) - ms(run.since)) / 1000;
  if (!(run.planned_s > 0)) return duration(done);
  const share = done / run.planned_s;
  return [
    h('span', { class: 'bar', data: { full: share > 1 ? 'yes' : 'no' }, 'aria-hidden': 'true' }, h('i', { style: { width: `${Math.min(100, share * 100)}%` } })),
    h('small', {}, word('viewer.progress_of', { done: duration(done), planned: duration(run.planned_s) })),
  ];
}

/** Stations that wait for this one. */
function holding(page, id) {
  const waiting = page.view.entries('unit').filter(([other, unit]) => other !== id && unit.waits_for?.id === id);
  if (waiting.length === 0) return null;
  return [
    h('h3', {}, word('viewer.holds')),
    h('ul', { class: 'lines' }, waiting.slice(0, LISTED).map(([other, unit]) => h('li', {}, link(page, other, page.name(other)), ' ', h('small', {}, word(`state.${unit.state}`))))),
  ];
}

function reports(page, id) {
  const own = page.view.events.filter((event) => event.about === id).slice(-LISTED).reverse();
  if (own.length === 0) return null;
  return [
    h('h3', {}, word('viewer.reports')),
    h('ol', { class: 'lines' }, own.map((event) => h('li', { data: { key: String(event.seq) } }, moment(event.at), ' ', eventSentence(event, (other) => page.name(other))))),
  ];
}

function assumed(layout) {
  const names = layout.assumed ?? [];
  return [
    h('h3', {}, word('viewer.assumed')),
    names.length === 0
      ? h('p', { class: 'muted' }, word('viewer.assumed_none'))
      : h('ul', { class: 'lines' }, names.map((name) => h('li', {}, name))),
  ];
}

function storageFacts(page, storage) {
  const parts = storage.parts ?? [];
  const stock = storage.stock ?? [];
  return [
    pairs([
      [word('stores.level'), storage.capacity ? word('viewer.level_of', { n: amount(storage.level), all: number(storage.capacity) }) : amount(storage.level)],
      ...stock.slice(0, LISTED).map((item) => [item.name, quantity(item.quantity, item.unit)]),
    ]),
    parts.length > 0 && [
      h('h3', {}, word('viewer.longest_first')),
      h('ul', { class: 'lines' }, parts.slice(0, LISTED).map((part) => h('li', {}, h('strong', {}, part.id), ' ', h('small', {}, word('viewer.for', { duration: duration(((page.clock.now() ?? Date.now()) - ms(part.since)) / 1000) }), part.held ? ` · ${part.held}` : '')))),
    ],
    storage.stale && h('p', { class: 'warn-text' }, word('units.stale')),
  ];
}

function moverFacts(page, mover) {
  return [
    h('p', { class: 'state-line' }, stateMark(mover.state)),
    pairs([
      [word('units.since'), since(page, mover.since)],
      mover.serves && [word('resources.serves'), link(page, mover.serves, page.name(mover.serves))],
      (mover.carries ?? []).length > 0 && [word('resources.carries'), mover.carries.slice(0, LISTED).join(', ')],
    ]),
  ];
}

function areaFacts(area) {
  return [pairs([
    [word('stores.present'), number(area.present)],
    area.limit !== undefined && [word('stores.limit'), number(area.limit)],
  ])];
}

function partFacts(page, id) {
  const { view } = page;
  const part = view.get(`part/${id}`);
  if (!part) return h('p', { class: 'muted' }, word('viewer.nothing_known'));
  const [, product] = view.entries('product').find(([, value]) => value.parts.includes(id)) ?? [];
  const next = product?.next?.part === id ? product.next : null;
  const place = part.place?.split('/');
  const stage = (value) => [h('span', { class: 'swatch cell', data: { stage: value }, 'aria-hidden': 'true' }), ' ', word(`stage.${value}`)];
  return [
    pairs([
      product && [word('viewer.belongs'), nameOf(product.name)],
      [word('viewer.stage'), [stage(part.stage), part.late && h('strong', { class: 'late-text' }, sign('late'), word('viewer.late'))]],
      place && [word('viewer.place'), link(page, place[1], page.name(place[1]))],
      part.since && [word('units.since'), since(page, part.since)],
      next && [word('viewer.next_title'), next.crane ? word('viewer.by_crane', { crane: next.crane }) : word('viewer.yes')],
      next && [word('viewer.missing'), (next.missing ?? []).length > 0 ? next.missing.join(', ') : word('viewer.missing_none')],
    ]),
    (part.parts ?? []).length > 0 && [
      h('h3', {}, word('viewer.made_of')),
      h('ul', { class: 'lines' }, part.parts.map((block) => h('li', {}, h('strong', {}, block.id), ' ', stage(block.stage), block.place && h('small', {}, ` · ${placeName(page, block.place)}`)))),
    ],
  ];
}

/** A place by its name here; a place of another plant as it is called there. */
function placeName(page, place) {
  const [plant, id] = place.split('/');
  return plant === page.plant && id ? page.name(id) : place;
}
