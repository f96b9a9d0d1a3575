// A plant's page: the five answers, then how it runs, what stands where, plan and supply.

import { h, renew } from '../lib/dom.js';
import { DAY_MS, ms, quantity, useSiteZone } from '../lib/format.js';
import { Mirror, PlantClock, keepAudience, whatIf } from '../lib/mirror.js';
import { nameOf, word } from '../lib/words.js';
import { Assumed } from './assumed.js';
import { drawCards, frameCards } from './cards.js';
import { Changes } from './changes.js';
import { Charts } from './charts.js';
import { Header } from './header.js';
import { drawPlantRefusal, drawSection, eventList, keepDrawn, start } from './page.js';
import { hulls, lanes } from './product.js';
import { drawRibbons } from './ribbon.js';
import { alarmCounts, alarmLink, alarmTable, deliveryTable, feedTable, hoursTable, measures, orderTable, resourceTable, storageTables, unitTable } from './tables.js';

/** How often the history is drawn at least [ms]: the floor's names may come after it. */
const HISTORY_TICK_MS = 3_000;
/** For how long after its day an order that was closed short is told on the first card [ms of the plant clock]. */
const CLOSED_TOLD_MS = 14 * DAY_MS;
/** Such orders told. */
const CLOSED_TOLD = 2;

/** The plant that the address names: /plant/<id>. */
function plantId() {
  return decodeURIComponent(location.pathname.split('/').filter(Boolean)[1] ?? '');
}

/** The name of anything in this view. */
function namingOf(view) {
  return (id) => nameOf(view.get(`layout/${id}`)?.name ?? id);
}

function drawFloor(view, history, now, redraw) {
  const naming = namingOf(view);
  drawSection('measures', view.ready ? measures(view) : undefined);
  drawSection('hulls', view.ready ? hulls(view) : null);
  drawSection('lanes', view.ready ? lanes(view) : null);
  drawSection('units', view.ready ? unitTable(view, history, now, redraw) : undefined);
  drawSection('stores', view.ready ? storageTables(view, history, now) : undefined);
  drawSection('resources', view.ready ? resourceTable(view, naming) : null);
  drawSection('feeds', view.ready ? feedTable(view) : undefined);
}

/** What was: renewed every few seconds, for that is how often the hub tells it. */
function drawHistory(view, history, charts) {
  if (view.refused || !document.getElementById('hours')) return;
  drawSection('hours', hoursTable(history, view.get('board/holdup')));
  drawSection('orders', orderTable(history));
  drawSection('deliveries', deliveryTable(history));
  drawSection('alarms', alarmTable(history));
  drawRibbons('ribbons', view, history);
  charts.draw(history);
  drawJump();
}

/** Orders that were due lately and are closed with something missing, the newest first. */
function closedShort(history, now) {
  return history.entries('order').filter(([, { state, short, due }]) => state === 'closed' && short > 0 && now - ms(due) < CLOSED_TOLD_MS)
    .sort(([, a], [, b]) => ms(b.due) - ms(a.due)).slice(0, CLOSED_TOLD);
}

/** On a telephone the page is long: links to what is below the answers. */
function drawJump() {
  const sections = [...document.querySelectorAll('.board section.panel:not([hidden])')];
  renew(document.getElementById('jump'), sections.map(({ id }) => h('a', { href: `#${id}`, data: { key: id } }, document.getElementById(`${id}-title`).textContent)));
}

/** Goes to the section that the address names, once what stands above it is there. */
function goToSection() {
  if (location.hash.length > 1) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

/** What of the plant is shared, when not everything is. */
function seenOf(view) {
  return word('kept.seen_plant', { stations: quantity(view.entries('unit').length, 'station') });
}

start(() => {
  frameCards();
  const id = plantId();
  const viewer = keepAudience(`/viewer/?plant=${encodeURIComponent(id)}`);
  const mirror = new Mirror();
  const view = mirror.watch(`plant/${id}`);
  const history = mirror.watch(`history/${id}`);
  const clock = new PlantClock(view);
  const name = () => view.get('plant')?.name ?? word('head.plant');
  const header = new Header({
    mirror, clock, view, name, back: true,
    links: () => !view.refused && [alarmLink(alarmCounts(history), '#alarms'), h('a', { href: whatIf(id), data: { key: 'what-if' } }, word('nav.what_if')), h('a', { class: 'button', href: viewer, data: { key: 'viewer' } }, word('nav.viewer'))],
  });
  const assumed = new Assumed(() => [{ id, name: name(), history }]);
  const charts = new Charts('charts');
  const changes = new Changes(view);
  let heading;
  let wasRefused = false;
  const draw = () => {
    if (view.refused) {
      wasRefused = true;
      drawPlantRefusal(header.offers);
      return;
    }
    if (wasRefused) location.reload();
    const plant = view.get('plant');
    useSiteZone(plant?.time_zone);
    if (plant && heading !== plant.name) {
      heading = plant.name;
      document.title = word('title.plant_named', { name: plant.name });
      header.draw();
    }
    const now = clock.now() ?? Date.now();
    changes.learn(now);
    drawCards(view, { now, withPlant: false, linkTo: (plant, section) => section, closed: closedShort(history, now), viewer, whatIf: (about) => whatIf(id, about), seen: seenOf(view), openAssumed: () => assumed.open(), changed: changes.holdUp(now) });
    drawFloor(view, history, now, draw);
    drawSection('events', eventList(view, { naming: namingOf(view), changes }));
  };
  keepDrawn([view], draw);
  let arrived = false;
  keepDrawn([history], () => {
    drawHistory(view, history, charts);
    if (arrived || !view.ready || !history.ready) return;
    arrived = true;
    goToSection();
  }, HISTORY_TICK_MS);
});
