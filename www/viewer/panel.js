// What is known of the thing that is selected.

import { bar, moment } from '../board/cards.js';
import { h } from '../lib/dom.js';
import { duration, ms, number, percent, quantity } from '../lib/format.js';
import { whatIf } from '../lib/mirror.js';
import { awayWords, isGoingIn, stretchesUntil } from '../lib/past.js';
import { eventSentence, plainWords, reasonWords, waitsFor } from '../lib/say.js';
import { sign, stateMark, stateWord } from '../lib/states.js';
import { isMixed, levelWords, stocksInOrder } from '../lib/stock.js';
import { nameOf, tail, word } from '../lib/words.js';

/** Reports, parts and stocks listed. */
const LISTED = 8;
/** Stretches of states listed. */
const STRETCHES = 6;

export function panel(page) {
  const { view, selected } = page;
  if (selected.startsWith('part/')) return frame(page, selected.slice(5), word('viewer.part'), partFacts(page, selected.slice(5)));
  const layout = view.get(`layout/${selected}`);
  if (!layout) return null;
  const where = layout.area && view.get(`layout/${layout.area}`) ? page.name(layout.area) : '';
  const what = [...new Set([layout.work_center_name, where])].filter((text) => text && text !== layout.name).join(' · ');
  const held = page.isHeldUp(selected);
  return frame(page, page.name(selected), what, [
    held && h('p', { class: 'flagged-note' }, sign('flag'), heldWords(page)),
    factsOf(page, selected, layout) ?? h('p', { class: 'muted' }, word('viewer.nothing_known')),
    h('p', {}, h('a', { href: whatIf(page.plant, layout.work_center ?? selected) }, word('nav.what_if'))),
  ]);
}

function factsOf(page, id, layout) {
  const { view } = page;
  const unit = view.get(`unit/${id}`);
  if (unit) return unitFacts(page, id, layout, unit);
  const storage = view.get(`storage/${id}`);
  if (storage) return storageFacts(page, id, layout, storage);
  const mover = view.get(`resource/${id}`);
  if (mover) return moverFacts(page, id, layout, mover);
  const area = view.get(`area/${id}`);
  return area && areaFacts(page, id, area);
}

/** That this is the main hold-up, or where one bites that is nowhere in the picture. */
function heldWords(page) {
  const card = page.view.get('board/holdup');
  return card?.known && card.place ? word('viewer.is_holdup_of', { name: nameOf(card.name) }) : word('viewer.is_holdup');
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
  // The key keeps a link from being taken for another one when the panel is drawn anew.
  return h('button', { type: 'button', class: 'link', data: { key: `go-${id}` }, on: { click: () => page.select(id, { fit: true, focus: true }) } }, text);
}

const plantNow = (page) => page.clock.now() ?? Date.now();
const since = (page, at, key = 'viewer.for') => [moment(at), h('small', { class: 'beside' }, ` ${word(key, { duration: duration((plantNow(page) - ms(at)) / 1000) })}`)];

const isStale = (value) => value.stale && h('span', { class: 'warn-text' }, sign('warning'), word('units.stale'));
const lastReport = (page, value, key = 'viewer.last_report') => [word(key), value.last_report ? since(page, value.last_report, 'viewer.ago') : word('viewer.never')];

function unitFacts(page, id, layout, unit) {
  const cause = unit.waits_for;
  const reason = reasonWords(unit.state, unit.reason);
  const running = unit.running ?? [];
  const waiting = (unit.parts ?? []).filter((part) => !running.some((run) => run.part === part));
  const kpi = page.past().get(`kpi/${id}`);
  const away = awayWords(plantNow(page), unit, page.past().get(`ribbon/${id}`));
  return [
    h('p', { class: 'state-line' }, stateMark(unit.state), away && h('small', {}, away), isStale(unit)),
    pairs([
      [word('units.since'), unit.waits_since && !unit.stands ? since(page, unit.waits_since, 'units.held_over') : since(page, unit.since)],
      reason && [word('viewer.reason'), reason],
      cause && [word('units.waits'), link(page, cause.id, waitsFor(cause))],
      ...running.slice(0, LISTED).flatMap((run) => [
        [word('units.part'), [part(page, run.part), ` ${run.operation}`]],
        run.order && [word('viewer.order'), run.order],
        [word('viewer.progress'), progress(page, id, run)],
      ]),
      waiting.length > 0 && [word('viewer.parts_here'), listed(waiting)],
      [word('units.rate'), number(unit.finished_7d)],
      [word('units.busy'), percent(unit.working_7d_ratio)],
      kpi?.availability_ratio !== undefined && [word('units.available'), percent(kpi.availability_ratio)],
      lastReport(page, unit),
    ]),
    layout.mesh === 'dock' && ships(page),
    holding(page, id),
    lately(page, id, unit),
    reports(page, id),
    assumed(layout),
  ];
}

/** A part's id; a link where it is one of a product that is drawn. */
function part(page, id) {
  const name = h('strong', {}, id);
  if (!page.view.get(`part/${id}`)) return name;
  return h('button', { type: 'button', class: 'link', data: { key: `go-part/${id}` }, on: { click: () => page.select(`part/${id}`, { focus: true }) } }, name);
}

/** The first of many ids, and how many more. */
function listed(ids) {
  const first = ids.slice(0, LISTED).join(', ');
  return ids.length > LISTED ? `${first} ${word('hulls.more', { n: number(ids.length - LISTED) })}` : first;
}

/** Whether a part comes next into the dock, or is on its way in. */
function nextTitle(page, part) {
  return isGoingIn(page.view, part) ? word('viewer.going_in_title') : word('viewer.next_title');
}

/** The ships that are put together here, and what comes next. */
function ships(page) {
  const begun = page.view.entries('product').filter(([, ship]) => ship.next || (ship.erected > 0 && !ship.at));
  return begun.map(([, ship]) => [
    h('h3', {}, nameOf(ship.name)),
    pairs([
      [word('viewer.in_place'), word('viewer.level_of', { n: number(ship.erected), all: number(ship.parts.length) })],
      ship.next && [nextTitle(page, ship.next.part), [part(page, ship.next.part), ship.next.crane && ` ${word('viewer.by_crane', { crane: ship.next.crane })}`]],
      ship.next && !isGoingIn(page.view, ship.next.part) && [word('viewer.missing'), (ship.next.missing ?? []).length > 0 ? listed(ship.next.missing) : word('viewer.missing_none')],
    ]),
  ]);
}

/** What it did last, newest first: the plant's record of its states. */
function lately(page, id, unit) {
  const ribbon = page.past().get(`ribbon/${id}`);
  if (!ribbon) return null;
  const stretches = stretchesUntil(plantNow(page), unit, ribbon).slice(-STRETCHES).reverse();
  return [
    h('h3', {}, word('viewer.lately')),
    h('ol', { class: 'lines' }, stretches.map((stretch) => h('li', { class: 'stretch' },
      h('span', { class: 'swatch fill', data: { state: stretch.state }, 'aria-hidden': 'true' }), moment(stretch.from), ' ', stateWord(stretch.state), ' ',
      h('small', {}, word('viewer.for', { duration: duration((ms(stretch.to) - ms(stretch.from)) / 1000) }))))),
  ];
}

/** How long a run takes so far: the time in which the station's shift was over does not count. */
function progress(page, id, run) {
  const [from, now] = [ms(run.since), plantNow(page)];
  const closed = stretchesUntil(now, page.view.get(`unit/${id}`), page.past().get(`ribbon/${id}`)).filter(({ state }) => state === 'off_shift');
  const away = closed.reduce((sum, stretch) => sum + Math.max(0, Math.min(now, ms(stretch.to)) - Math.max(from, ms(stretch.from))), 0);
  const done = Math.max(0, now - from - away) / 1000;
  if (!(run.planned_s > 0)) return duration(done);
  const share = done / run.planned_s;
  return [
    bar(share),
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
  const names = (layout.assumed ?? []).map((name) => (name.startsWith('assumed.') ? word(`assumed.${tail(name)}`) : name));
  return [
    h('h3', {}, word('viewer.assumed')),
    names.length === 0
      ? h('p', { class: 'muted' }, word('viewer.assumed_none'))
      : h('ul', { class: 'lines' }, names.map((name) => h('li', {}, name))),
  ];
}

function storageFacts(page, id, layout, storage) {
  const parts = storage.parts ?? [];
  const stock = stocksInOrder(storage, page.view, page.past());
  const ratio = storage.capacity ? storage.level / storage.capacity : null;
  const fill = storage.level <= 0 ? 'empty' : ratio !== null && ratio >= 1 ? 'full' : 'has_room';
  return [
    h('p', { class: 'state-line' }, h('span', { class: fill === 'full' ? 'warn-text' : null }, word(`viewer.fill.${fill}`)), isStale(storage)),
    pairs([
      [word('stores.level'), [ratio !== null && !isMixed(storage) && bar(ratio, { full: ratio >= 1 }), levelWords(storage)]],
      ...stock.map((item) => [item.name, [quantity(item.quantity, item.unit), ' ', item.heldUp && h('span', { class: 'flag' }, sign('flag'), word('viewer.flag'))]]),
      lastReport(page, storage, 'viewer.last_change'),
    ]),
    parts.length > 0 && [
      h('h3', {}, word('viewer.longest_first')),
      h('ul', { class: 'lines' }, parts.slice(0, LISTED).map((chip) => h('li', {}, part(page, chip.id), ' ', h('small', {}, word('viewer.for', { duration: duration((plantNow(page) - ms(chip.since)) / 1000) }), chip.held ? ` · ${plainWords(chip.held)}` : '')))),
    ],
    holding(page, id),
    reports(page, id),
    assumed(layout),
  ];
}

function moverFacts(page, id, layout, mover) {
  const carries = mover.carries ?? [];
  const reason = reasonWords(mover.state, mover.reason);
  const lane = page.view.get(`lane/${id}`);
  return [
    h('p', { class: 'state-line' }, stateMark(mover.state), isStale(mover)),
    pairs([
      [word('units.since'), since(page, mover.since)],
      reason && [word('viewer.reason'), reason],
      mover.serves && [word('resources.serves'), link(page, mover.serves, page.name(mover.serves))],
      [word('resources.carries'), carries.length > 0 ? [h('strong', {}, number(carries.length)), `: ${listed(carries)}`] : word('lanes.empty')],
      lane && [word('viewer.journey'), `${word(`lane.${lane.state}`)}, ${lane.from} – ${lane.to}`],
      lane?.arrives && [word('viewer.arrives'), [moment(lane.arrives), h('small', { class: 'beside' }, ` ${lane.to}`)]],
      lane?.leaves && [word('viewer.leaves'), [moment(lane.leaves), h('small', { class: 'beside' }, ` ${lane.from}`)]],
      mover.working_7d_ratio !== undefined && [word('units.busy'), percent(mover.working_7d_ratio)],
      lastReport(page, mover),
    ]),
    holding(page, id),
    reports(page, id),
    assumed(layout),
  ];
}

function areaFacts(page, id, area) {
  const ratio = area.limit === undefined ? null : area.present / Math.max(1, area.limit);
  const inside = page.view.entries('layout').filter(([, layout]) => layout.area === id).sort(([, a], [, b]) => a.order - b.order);
  const now = (thing) => {
    const unit = page.view.get(`unit/${thing}`);
    const storage = page.view.get(`storage/${thing}`);
    if (unit) return stateWord(unit.state);
    return storage ? levelWords(storage) : '';
  };
  return [
    pairs([
      [word('stores.present'), [ratio !== null && bar(ratio, { full: ratio >= 1 }), number(area.present)]],
      area.limit !== undefined && [word('stores.limit'), number(area.limit)],
    ]),
    inside.length > 0 && [
      h('h3', {}, word('viewer.inside')),
      h('ul', { class: 'lines' }, inside.map(([thing]) => h('li', {}, link(page, thing, page.name(thing)), ' ', h('small', {}, now(thing))))),
    ],
    reports(page, id),
  ];
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
      next && [nextTitle(page, id), next.crane ? word('viewer.by_crane', { crane: next.crane }) : word('viewer.yes')],
      next && !isGoingIn(view, id) && [word('viewer.missing'), (next.missing ?? []).length > 0 ? next.missing.join(', ') : word('viewer.missing_none')],
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
