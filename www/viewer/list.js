// The table beside the picture: every station, crane, storage and building, by key and for
// readers of the screen; the same values that the picture shows.

import { h } from '../lib/dom.js';
import { number } from '../lib/format.js';
import { awayWords } from '../lib/past.js';
import { listed } from '../lib/say.js';
import { sign, stateMark } from '../lib/states.js';
import { levelWords } from '../lib/stock.js';
import { word } from '../lib/words.js';

const GROUPS = [
  ['units', ['unit']],
  ['movers', ['crane', 'transporter', 'barge']],
  ['storages', ['storage']],
  ['areas', ['area']],
];

export function list(page, search) {
  const { view } = page;
  if (!view.ready) return h('p', { class: 'muted' }, word('app.loading'));
  const wanted = search.trim().toLocaleLowerCase();
  const all = view.entries('layout').sort(([, a], [, b]) => a.order - b.order);
  const groups = GROUPS.map(([group, kinds]) => {
    const rows = all.filter(([, layout]) => kinds.includes(layout.kind)).map(([id, layout]) => row(page, id, layout))
      .filter((found) => wanted === '' || found.textContent.toLocaleLowerCase().includes(wanted));
    return rows.length === 0 ? null : h('section', { class: 'group', data: { key: group } },
      h('h3', {}, word(`viewer.${group}`), h('small', {}, number(rows.length))),
      h('ul', {}, rows));
  }).filter(Boolean);
  return [groups.length > 0 ? groups : h('p', { class: 'muted' }, word('viewer.nothing_found')), keptBack(view)];
}

/** That something of the plant is not shared with whoever looks. */
function keptBack(view) {
  const card = view.get('board/trust');
  if (!card?.withheld) return null;
  const kinds = (card.withheld_kinds ?? []).map((kind) => word(`kept.kind.${kind}`));
  const what = kinds.length > 0 ? word('kept.what', { kinds: listed(kinds) }) : word('kept.something');
  return h('p', { class: 'kept' }, sign('eye_off'), ' ', what);
}

function row(page, id, layout) {
  const { view } = page;
  const unit = view.get(`unit/${id}`);
  const flagged = page.isHeldUp(id);
  const press = () => page.select(id, { fit: page.engine.state === 'ready' });
  return h('li', { data: { key: id } },
    h('button', {
      type: 'button', class: flagged ? 'row flagged' : 'row', data: { row: id },
      'aria-pressed': String(page.selected === id), on: { click: press },
    },
    h('span', { class: 'row-name' }, page.name(id), flagged && h('span', { class: 'flag' }, sign('flag'), word('viewer.flag'))),
    h('span', { class: 'row-value' }, valueOf(view, page.clock.now() ?? Date.now(), id, layout, unit))));
}

/** Until when a station is outside its working hours; what it did before is in its panel. */
function away(now, unit) {
  const words = awayWords(now, unit, null);
  return words && h('small', {}, words);
}

function valueOf(view, now, id, layout, unit) {
  if (unit) return [stateMark(unit.state), away(now, unit), unit.stale && h('small', { class: 'warn-text' }, word('units.stale'))];
  const mover = view.get(`resource/${id}`);
  if (mover) return stateMark(mover.state);
  const storage = view.get(`storage/${id}`);
  if (storage) return levelWords(storage);
  const area = view.get(`area/${id}`);
  if (area?.limit !== undefined) return word('viewer.of_limit', { n: number(area.present), all: number(area.limit) });
  return layout.kind === 'unit' ? stateMark('unknown') : '';
}
