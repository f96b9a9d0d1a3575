// The programme's page: five answers, the plants, the ships, the way between plants.

import { h, whole } from '../lib/dom.js';
import { dueSlip, number, quantity, useSiteZone, when } from '../lib/format.js';
import { Mirror, PlantClock, keepAudience } from '../lib/mirror.js';
import { capitalised, causeSentence } from '../lib/say.js';
import { UNIT_STATES, sign, stateWord } from '../lib/states.js';
import { nameOf, word } from '../lib/words.js';
import { Assumed } from './assumed.js';
import { drawCards, frameCards, skeleton, slipMark } from './cards.js';
import { Changes } from './changes.js';
import { Header } from './header.js';
import { drawRefusal, drawSection, eventList, keepDrawn, start } from './page.js';
import { hulls, lanes } from './product.js';
import { alarmLink } from './tables.js';

function stateBar(units) {
  const present = UNIT_STATES.filter((state) => units[state] > 0);
  const counts = present.map((state) => word('hulls.stage_count', { stage: stateWord(state), n: number(units[state]) }));
  return h('div', {},
    h('div', { class: 'state-bar', role: 'img', 'aria-label': `${word('plants.states_label')}: ${counts.join(', ')}` },
      present.map((state) => h('i', { class: 'fill', data: { state }, style: { 'flex-grow': String(units[state]) } }))),
    h('ul', { class: 'state-counts' }, present.map((state) => h('li', { class: 'state', data: { state } },
      h('span', { class: 'state-chip' }, sign(state)), `${number(units[state])} ${stateWord(state)}`))));
}

/** What runs out first and when, or since when it is out. */
function dryWords(part) {
  if (!part?.dry) return word('plants.no_dry');
  return part.out_since ? word('plants.dry_out', { name: part.name, when: when(part.out_since, 'day') }) : `${part.name}, ${when(part.dry, 'day')}`;
}

/** The way to the open alarms of all plants; null without any. */
function alarms(view) {
  const open = view.entries('digest').reduce((sum, [, plant]) => sum + (plant.alarms ?? 0), 0);
  return alarmLink({ open, all: open }, '#plants');
}

function plantCard(id, plant) {
  const page = keepAudience(`/plant/${encodeURIComponent(id)}`);
  const row = (term, ...value) => h('div', {}, h('dt', {}, term), h('dd', {}, value));
  const [reporting, all] = plant.feeds;
  return h('article', { class: 'panel plant-card', data: { key: id, plant: id } },
    h('div', {},
      h('h3', {}, h('a', { href: page }, plant.name)),
      h('p', { class: 'label' }, plant.nation_name),
      h('p', { class: 'muted' }, plant.description)),
    stateBar(plant.units),
    h('dl', { class: 'rows' },
      row(word('plants.next_due'), plant.due ? [whole(plant.due.name), ' ', slipMark(dueSlip(plant.due.promised, plant.due.expected))] : plant.planned ? word('deliver.all_done') : word('plants.no_due')),
      row(word('plants.late'), plant.late > 0 ? h('a', { href: page }, word('plants.late_n', { n: number(plant.late) })) : word('plants.no_late')),
      row(word('plants.alarms'), plant.alarms > 0 ? h('a', { class: 'warn-text', href: `${page}#alarms` }, word('plants.alarms_n', { n: number(plant.alarms) })) : word('plants.no_alarms')),
      row(word('plants.hold_up'), plant.hold_up
        ? plant.cause?.name === plant.hold_up ? capitalised(causeSentence(plant.cause, plant.hold_up_kind)) : nameOf(plant.hold_up)
        : word('plants.no_hold_up')),
      row(word('plants.dry'), dryWords(plant.dry)),
      row(word('plants.feeds'), word('trust.feeds_of', { m: number(reporting), n: number(all) }))));
}

function plants(view) {
  if (!view.ready) return [skeleton(4), skeleton(4), skeleton(4)].map((bones) => h('div', { class: 'panel' }, bones));
  const found = view.entries('digest');
  if (found.length === 0) return h('p', { class: 'muted' }, word('plants.empty'));
  return found.map(([id, plant]) => plantCard(id, plant));
}

/** The name of anything in this view, as far as the programme knows it. */
function naming(view) {
  return (id) => view.get(`digest/${id}`)?.name ?? view.get(`lane/${id}`)?.name ?? id;
}

function viewerOfHoldUp(view) {
  const card = view.get('board/holdup');
  const plant = card?.known && view.entries('digest').find(([, digest]) => digest.name === card.plant);
  return plant ? keepAudience(`/viewer/?plant=${encodeURIComponent(plant[0])}`) : null;
}

/** The way to a plant's page, by the plant's name; null of one that is not shown. */
function linkTo(view) {
  const ids = new Map(view.entries('digest').map(([id, { name }]) => [name, id]));
  return (name, section = '') => (ids.has(name) ? keepAudience(`/plant/${encodeURIComponent(ids.get(name))}${section}`) : null);
}

/** Nothing of the programme is shared with whoever looks. */
function refuse(offers) {
  const nation = offers?.offered.find(({ code }) => code === offers.current && code !== 'public');
  const title = nation ? word('refused.nation_title', { name: nation.name }) : word('refused.public_title');
  drawRefusal({ title, text: word('refused.public_text'), offers });
}

/** What of the programme is shared, when not everything is. */
function seenOf(view) {
  return word('kept.seen_programme', { plants: quantity(view.entries('digest').length, 'plant') });
}

start(() => {
  frameCards();
  const mirror = new Mirror();
  const view = mirror.watch('programme');
  const clock = new PlantClock(view);
  const header = new Header({ mirror, clock, view, name: () => view.get('programme')?.name ?? word('head.programme'), links: () => !view.refused && [alarms(view)] });
  const assumed = new Assumed(() => view.entries('digest').map(([id, { name }]) => ({ id, name, history: mirror.watch(`history/${id}`) })));
  const changes = new Changes(view);
  let heading;
  let wasRefused = false;
  keepDrawn([view], () => {
    if (view.refused) {
      wasRefused = true;
      refuse(header.offers);
      return;
    }
    if (wasRefused) location.reload();
    useSiteZone(view.get('programme')?.time_zone ?? view.get('clock')?.time_zone);
    if (heading !== header.name()) {
      heading = header.name();
      header.draw();
    }
    const now = clock.now() ?? Date.now();
    changes.learn(now);
    drawCards(view, { now, withPlant: true, linkTo: linkTo(view), viewer: viewerOfHoldUp(view), seen: seenOf(view), openAssumed: () => assumed.open(), changed: changes.holdUp(now) });
    drawSection('plants', plants(view));
    drawSection('hulls', view.ready ? hulls(view) : null);
    drawSection('lanes', view.ready ? lanes(view) : null);
    drawSection('events', eventList(view, { naming: naming(view), changes, withPlant: true }));
  });
});
