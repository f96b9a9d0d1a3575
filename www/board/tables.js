// The plant's tables: stations, storage, buildings, cranes, feeds, orders, deliveries, alarms, hours.

import { h, whole } from '../lib/dom.js';
import { DAY_MS, amount, dueSlip, duration, lastMoment, ms, number, percent, quantity, slip, when } from '../lib/format.js';
import { awayWords } from '../lib/past.js';
import { capitalised, deliveryWords, plainWords, reasonWords, waitsFor } from '../lib/say.js';
import { UNIT_STATES, sign, stateMark, stateWord } from '../lib/states.js';
import { isMixed, levelWords, stocksInOrder } from '../lib/stock.js';
import { nameOf, word } from '../lib/words.js';
import { bar, moment, overdueMark, skeleton, slipMark } from './cards.js';
import { table } from './page.js';

/** Parts on a crane or barge that are named. */
const CARRIED_NAMED = 4;
/** Deliveries and orders listed. */
const ROWS_LISTED = 40;

const none = () => h('span', { class: 'muted' }, word('plants.none'));
const nothing = (text) => h('p', { class: 'muted' }, text);

/** The layout values of a kind along the flow of material. */
export function inFlow(view, kinds) {
  return view.entries('layout').filter(([, layout]) => kinds.includes(layout.kind)).sort(([, a], [, b]) => a.order - b.order);
}

/** The state filter that the reader chose; empty shows all. */
let wantedState = '';

function stateFilter(units, redraw) {
  const present = UNIT_STATES.filter((state) => units.some(([, , unit]) => unit.state === state));
  const change = ({ target }) => {
    wantedState = target.value;
    redraw();
  };
  return h('label', { class: 'field' }, word('units.filter'), h('select', { id: 'state-filter', on: { change } },
    h('option', { value: '' }, word('units.filter_all')),
    present.map((state) => h('option', { value: state, selected: state === wantedState }, stateWord(state)))));
}

/** Whether a telephone's reader wants what each station did this week, which makes a long page. */
let figuresWanted = false;

function figuresChoice(redraw) {
  const change = () => {
    figuresWanted = !figuresWanted;
    redraw();
  };
  return h('button', { type: 'button', class: 'link small-screen', 'aria-pressed': String(figuresWanted), on: { click: change } },
    figuresWanted ? word('units.no_figures') : word('units.figures'));
}

function running(unit) {
  const [first, ...more] = unit.running ?? [];
  if (!first) {
    const [part, ...others] = unit.parts ?? [];
    return part ? [whole(part), others.length > 0 && ` ${word('units.more_parts', { n: number(others.length) })}`] : none();
  }
  return [whole(first.part), more.length > 0 && ` ${word('units.more_parts', { n: number(more.length) })}`, ' ', h('small', { class: 'beside' }, first.operation)];
}

/** The flag: the main hold-up itself, or the place where one that stands elsewhere bites. */
function flagMark(holdUp) {
  const text = holdUp?.known && holdUp.place ? word('viewer.flag_of', { name: nameOf(holdUp.name) }) : word('units.flag');
  return h('span', { class: 'flag' }, sign('flag'), text);
}

/** What a station waits for; a crane that it waits for may be at work for it. */
function waitWords(view, id, cause) {
  const served = view.get(`resource/${cause.id}`)?.serves === id;
  return served ? word('units.waits_served', { name: waitsFor(cause) }) : waitsFor(cause);
}

/** Since when a unit is as it is; a wait that went on over nights off shift began before them. */
function sinceWhen({ since, waits_since: waits, stands }, now) {
  // What it stands for at night stands beside its state.
  if (stands) return sinceWhen({ since }, now);
  const held = { duration: duration((now - ms(waits ?? since)) / 1000) };
  return [moment(waits ?? since), ' ', h('small', { class: 'beside' }, waits ? word('units.held_over', held) : word('units.held_since', held))];
}

function unitRow([id, layout, unit], view, history, now) {
  const kpi = history.get(`kpi/${id}`);
  const away = awayWords(now, unit, history.get(`ribbon/${id}`));
  const reason = reasonWords(unit.state, unit.reason);
  const names = (layout.assumed ?? []).join(', ');
  const assumed = names && [' ', h('small', { class: 'beside', title: names }, word('units.assumed', { n: number(layout.assumed.length) }), h('span', { class: 'visually-hidden' }, `: ${names}`))];
  return h('tr', { class: unit.hold_up ? 'flagged' : null, data: { key: id, unit: id, state: unit.state } },
    h('th', { scope: 'row' }, layout.name, unit.hold_up && [' ', flagMark(view.get('board/holdup'))], assumed),
    h('td', { class: 'nowrap' }, stateMark(unit.state), away && h('small', {}, away), reason && [' ', h('small', { class: 'beside' }, reason)], unit.stale && [' ', h('small', { class: 'beside warn-text' }, word('units.stale'))]),
    h('td', { class: 'nowrap' }, sinceWhen(unit, now)),
    h('td', {}, running(unit)),
    h('td', { class: 'num' }, number(unit.finished_7d)),
    h('td', { class: 'num' }, percent(unit.working_7d_ratio)),
    h('td', { class: 'num' }, kpi?.availability_ratio === undefined ? none() : percent(kpi.availability_ratio), kpi && kpi.coverage_ratio < 0.995 && h('small', {}, word('units.known', { share: percent(kpi.coverage_ratio) }))),
    h('td', {}, unit.waits_for ? waitWords(view, id, unit.waits_for) : none()));
}

/** Stations now. */
export function unitTable(view, history, now, redraw) {
  const units = inFlow(view, ['unit']).map(([id, layout]) => [id, layout, view.get(`unit/${id}`)]).filter(([, , unit]) => unit);
  if (units.length === 0) return nothing(word('units.empty'));
  const shown = units.filter(([, , unit]) => wantedState === '' || unit.state === wantedState);
  const columns = [
    [word('units.name')], [word('units.state')], [word('units.since')], [word('units.part')],
    [word('units.rate'), 'num'], [word('units.busy'), 'num', word('units.busy_tip')], [word('units.available'), 'num', word('units.available_tip')], [word('units.waits')],
  ];
  const rows = shown.map((row) => unitRow(row, view, history, now));
  return [
    h('div', { class: 'choices' }, stateFilter(units, redraw), figuresChoice(redraw)),
    table(word('units.caption'), columns, rows, `plain stacks unit-table${figuresWanted ? '' : ' without-figures'}`),
    h('p', { class: 'card-foot' }, word('units.shares', {
      busy: word('units.busy'), busy_tip: word('units.busy_tip'), available: word('units.available'), available_tip: word('units.available_tip'),
    })),
  ];
}

/** A storage; where the main hold-up bites, it is flagged with who that is. */
function storageRow([id, layout, storage], now, view, history) {
  const holdUp = view.get('board/holdup');
  const flagged = holdUp?.known && holdUp.units.includes(id);
  const flag = flagged && [' ', flagMark(holdUp)];
  const stocks = stocksInOrder(storage, view, history).map((stock) => h(stock.heldUp ? 'strong' : 'span', {}, `${stock.name}: ${quantity(stock.quantity, stock.unit)}`));
  const longest = storage.parts?.[0];
  if (longest) stocks.push(word('stores.longest', { part: longest.id, duration: duration((now - ms(longest.since)) / 1000) }));
  const ratio = storage.capacity && !isMixed(storage) ? storage.level / storage.capacity : null;
  const unlimited = storage.capacity ? none() : h('span', { class: 'muted' }, word('stores.unbounded'));
  return h('tr', { class: flagged ? 'flagged' : null, data: { key: id, ...(flagged && { unit: id }) } },
    h('th', { scope: 'row' }, layout.name, flag, storage.stale && h('small', { class: 'warn-text' }, word('units.stale'))),
    h('td', { class: 'num nowrap' }, levelWords(storage)),
    h('td', {}, ratio === null ? unlimited : [bar(ratio, { full: ratio >= 1 }), h('small', {}, percent(ratio))]),
    h('td', {}, stocks.length > 0 ? stocks.flatMap((stock, at) => (at > 0 ? ['; ', stock] : [stock])) : none()));
}

function areaTable(view) {
  const limited = view.entries('area').filter(([, area]) => area.limit !== undefined);
  if (limited.length === 0) return null;
  const rows = limited.map(([id, area]) => h('tr', { data: { key: id } },
    h('th', { scope: 'row' }, view.get(`layout/${id}`)?.name ?? id),
    h('td', { class: 'num' }, number(area.present)),
    h('td', {}, bar(area.present / area.limit, { full: area.present >= area.limit }), h('small', {}, word('stores.level_of', { n: number(area.present), all: number(area.limit) })))));
  return table(word('stores.areas_caption'), [[word('stores.area')], [word('stores.present'), 'num'], [word('stores.limit')]], rows);
}

/** Storage, and buildings with a limit. */
export function storageTables(view, history, now) {
  const storages = inFlow(view, ['storage']).map(([id, layout]) => [id, layout, view.get(`storage/${id}`)]).filter(([, , storage]) => storage);
  const columns = [[word('stores.name')], [word('stores.level'), 'num'], [word('stores.fill')], [word('stores.contents')]];
  const list = storages.length === 0
    ? nothing(word('stores.empty'))
    : table(word('stores.caption'), columns, storages.map((row) => storageRow(row, now, view, history)));
  return [areaTable(view), list];
}

/** How many are carried, and the first of them. */
function carried(parts) {
  const first = parts.slice(0, CARRIED_NAMED).join(', ');
  const more = parts.length - CARRIED_NAMED;
  return [h('strong', {}, number(parts.length)), `: ${first}`, more > 0 ? ` ${word('hulls.more', { n: number(more) })}` : ''];
}

/** Cranes, transporters and barges; null when there is none. */
export function resourceTable(view, naming) {
  const found = inFlow(view, ['crane', 'transporter', 'barge']).map(([id, layout]) => [id, layout, view.get(`resource/${id}`)]).filter(([, , resource]) => resource);
  if (found.length === 0) return null;
  const rows = found.map(([id, layout, resource]) => h('tr', { data: { key: id } },
    h('th', { scope: 'row' }, layout.name),
    h('td', {}, stateMark(resource.state), resource.stale && h('small', { class: 'warn-text' }, word('units.stale'))),
    h('td', {}, resource.serves ? naming(resource.serves) : none()),
    h('td', {}, resource.carries?.length > 0 ? carried(resource.carries) : none())));
  return table(word('resources.caption'), [[word('resources.name')], [word('units.state')], [word('resources.serves')], [word('resources.carries')]], rows);
}

/** Feeds of the plant. */
export function feedTable(view) {
  const feeds = view.entries('feed');
  if (feeds.length === 0) return nothing(word('feeds.empty'));
  const rows = feeds.map(([id, feed]) => {
    const state = !feed.connected ? word('feeds.gone') : feed.stale ? word('feeds.silent') : word('feeds.connected');
    return h('tr', { data: { key: id } },
      h('th', { scope: 'row' }, id),
      h('td', { class: feed.stale ? 'warn-text' : null }, feed.stale && [sign('warning'), ' '], state),
      h('td', {}, feed.last_report ? moment(feed.last_report) : none()),
      h('td', { class: 'num' }, number(feed.taken)),
      h('td', { class: 'num' }, number(feed.refused), feed.last_refusal && h('small', {}, plainWords(feed.last_refusal))));
  });
  return table(word('feeds.caption'), [[word('feeds.name')], [word('feeds.state')], [word('feeds.last')], [word('feeds.taken'), 'num'], [word('feeds.refused'), 'num']], rows);
}

/** A closed order, and how much was missing. */
function closedWords({ short, unit }) {
  return short > 0 ? h('span', { class: 'late-text' }, word('orders.closed_short', { amount: quantity(short, unit) })) : word('orders.closed');
}

/** Orders, open ones first. */
export function orderTable(view) {
  if (!view.ready) return undefined;
  const orders = view.entries('order').sort(([, a], [, b]) => (a.state === b.state ? ms(a.due) - ms(b.due) : a.state === 'open' ? -1 : 1));
  if (orders.length === 0) return nothing(word('orders.empty'));
  const rows = orders.slice(0, ROWS_LISTED).map(([id, order]) => {
    const verdict = dueSlip(order.due, order.expected);
    return h('tr', { data: { key: id } },
      h('th', { scope: 'row' }, whole(id), h('small', {}, nameOf(order.customer))),
      h('td', {}, order.material_name),
      h('td', { class: 'num nowrap' }, word('orders.done_of', { n: amount(order.done), all: quantity(order.quantity, order.unit) })),
      h('td', {}, moment(lastMoment(order.due), 'date'), overdueMark(order.overdue_d)),
      h('td', {}, order.state === 'closed' ? closedWords(order) : [order.expected ? moment(order.expected, 'date') : none(), h('small', {}, slipMark(verdict))]));
  });
  return table(word('orders.caption'), [[word('orders.order')], [word('orders.what')], [word('orders.done'), 'num'], [word('orders.due')], [word('orders.expected')]], rows);
}

/** How far a delivery is at its supplier, as far as that one says. */
function atSupplier({ made, scrapped, held, unit }) {
  const said = Object.entries({ made, scrapped, held }).filter(([, n]) => n !== undefined);
  return said.map(([what, n]) => h('small', {}, word(`deliveries.${what}`, { n: quantity(n, unit) })));
}

/** Deliveries: what is not here yet first. */
export function deliveryTable(view) {
  if (!view.ready) return undefined;
  const arrived = (delivery) => delivery.state === 'arrived';
  const deliveries = view.entries('delivery').sort(([, a], [, b]) => (arrived(a) === arrived(b) ? (ms(a.expected) - ms(b.expected)) * (arrived(a) ? -1 : 1) : arrived(a) ? 1 : -1));
  if (deliveries.length === 0) return nothing(word('deliveries.empty'));
  const rows = deliveries.slice(0, ROWS_LISTED).map(([id, delivery]) => {
    const late = (ms(delivery.expected) - ms(delivery.promised)) / DAY_MS;
    return h('tr', { data: { key: id } },
      h('th', { scope: 'row' }, delivery.material_name, h('small', {}, quantity(delivery.quantity, delivery.unit))),
      h('td', {}, nameOf(delivery.supplier)),
      h('td', {}, moment(delivery.promised, 'day')),
      h('td', {}, moment(delivery.expected, 'day'), overdueMark(delivery.overdue_d) ?? (Math.abs(late) >= 0.5 && h('small', {}, slipMark(slip(late))))),
      h('td', {}, deliveryWords(delivery), delivery.reason && h('small', {}, plainWords(delivery.reason)), atSupplier(delivery)));
  });
  return table(word('deliveries.caption'), [[word('deliveries.what')], [word('deliveries.supplier')], [word('deliveries.promised')], [word('deliveries.expected')], [word('deliveries.state')]], rows);
}

/** The way to the alarms from the top of a page, with how many of them nobody has acknowledged; null without alarms. */
export function alarmLink({ open, all }, href) {
  if (all === 0) return null;
  const [text, n] = open > 0 ? [word('alarms.open'), open] : [word('alarms.all_seen'), all];
  return h('a', { class: 'alarm-link', data: { open: open > 0 ? 'yes' : 'no' }, href, title: open > 0 ? word('alarms.open_tip') : text },
    sign('warning'), h('span', { class: 'text' }, text), number(n));
}

/** How many alarms a plant has, and how many of them are open. */
export function alarmCounts(view) {
  const alarms = view.entries('alarm');
  return { open: alarms.filter(([, { acknowledged }]) => !acknowledged).length, all: alarms.length };
}

/** Whether somebody has said that an alarm is seen to, and what is done about it. */
function acknowledgement({ acknowledged }) {
  if (!acknowledged) return h('span', { class: 'warn-text' }, word('alarms.not_seen'));
  const by = word('alarms.seen_by', { organisation: acknowledged.organisation, role: plainWords(acknowledged.role) });
  return [sign('on_time'), ' ', by, h('small', {}, moment(acknowledged.at), acknowledged.comment && `: “${acknowledged.comment}”`)];
}

/** Alarms: those that nobody has acknowledged first. */
export function alarmTable(view) {
  if (!view.ready) return undefined;
  const alarms = view.entries('alarm').sort(([, a], [, b]) => Boolean(a.acknowledged) - Boolean(b.acknowledged) || ms(a.since) - ms(b.since));
  if (alarms.length === 0) return nothing(word('alarms.empty'));
  const rows = alarms.map(([id, alarm]) => h('tr', { data: { key: id, alarm: id } },
    h('th', { scope: 'row' }, sign('warning'), ' ', whole(alarm.about)),
    h('td', {}, moment(alarm.since)),
    h('td', {}, whole(capitalised(alarm.text))),
    h('td', {}, acknowledgement(alarm))));
  return table(word('alarms.caption'), [[word('alarms.about')], [word('alarms.since')], [word('alarms.what')], [word('alarms.seen')]], rows);
}

/** Hours by work center, with what they do not say; null when the plant's record tells more. */
export function hoursTable(history, holdUp) {
  if (holdUp?.why_not !== 'holdup.no_causes') return null;
  if (!history.ready) return skeleton(4);
  const rows = history.entries('hours').sort(([, a], [, b]) => b.waiting_hours - a.waiting_hours).map(([id, hours]) => h('tr', { data: { key: id } },
    h('th', { scope: 'row' }, hours.name),
    h('td', { class: 'num' }, number(hours.operations)),
    h('td', { class: 'num' }, number(hours.zero_length)),
    h('td', { class: 'num' }, number(hours.operation_hours, 1)),
    h('td', { class: 'num' }, number(hours.waiting_hours, 1))));
  const record = history.get('record/all');
  const people = record?.workers > 0 && ` ${word('hours.workers', { n: number(record.workers) })}`;
  return [
    h('p', { class: 'muted' }, word('hours.no_claim')),
    record && h('p', {}, word('hours.record', { operations: number(record.operations), parts: number(record.parts), refused: number(record.refused) }), people),
    table(word('hours.caption'), [[word('hours.name')], [word('hours.operations'), 'num'], [word('hours.zero'), 'num'], [word('hours.worked'), 'num'], [word('hours.waited'), 'num']], rows),
  ];
}

/** The plant's headline measures; null when it has none. */
export function measures(view) {
  const found = view.entries('measure');
  if (found.length === 0) return null;
  return h('div', { class: 'measures' }, found.map(([id, measure]) => h('div', { class: 'measure', data: { key: id } },
    h('h3', { class: 'label' }, measure.name),
    h('p', { class: 'answer' }, measure.value === undefined || measure.value === null ? word('measures.none') : quantity(measure.value, measure.unit)),
    h('p', { class: 'label' }, [
      measure.target !== undefined && measure.target !== null && word('measures.target', { value: quantity(measure.target, measure.unit) }),
      measure.window_d && word('measures.window', { days: quantity(measure.window_d, 'd') }),
      measure.lot && word('measures.lots', { n: number(measure.lot) }),
    ].filter(Boolean).join(', ')),
    expectedLine(measure, view.get(`expected/${id}`)))));
}

/** What was to be expected of a measure by now, and whether it lies outside of that; null where nobody says. */
function expectedLine(measure, expected) {
  if (!expected) return null;
  if (expected.mean === undefined) return h('p', { class: 'label expected' }, word('measures.expected_later'));
  const { mean, least, most, plays } = expected;
  const told = (value) => (measure.unit === 'ratio' ? percent(value) : amount(value));
  // What a reader sees as the same number is not set against itself.
  const range = told(least) === told(most)
    ? word('measures.expected_same', { n: number(plays) })
    : word('measures.expected_range', { least: told(least), most: told(most), n: number(plays) });
  const isKnown = measure.value !== undefined && measure.value !== null;
  const outside = isKnown && ((measure.value < least && 'measures.below') || (measure.value > most && 'measures.above'));
  return h('p', { class: 'label expected' },
    h('span', {}, `${word('measures.expected', { value: quantity(mean, measure.unit) })} (${range})`),
    outside && h('strong', {}, sign('warning'), ` ${outside === 'measures.below' ? word('measures.below') : word('measures.above')}`));
}

/** A day for a table. */
export function dayOf(seconds) {
  return when(seconds * 1000, 'date');
}
