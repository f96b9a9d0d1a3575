// What both dashboards do: start, draw a section, list what happened.

import { h, renew, soon, whole } from '../lib/dom.js';
import { ms, number, onTimeChoice, when } from '../lib/format.js';
import { keepAudience } from '../lib/mirror.js';
import { eventSentence } from '../lib/say.js';
import { sign } from '../lib/states.js';
import { fillWords, loadWords, word } from '../lib/words.js';
import { moment, skeleton } from './cards.js';
import { isMember } from './header.js';

/** Between two drawings of the page [ms]: values come four times a second, people read slower. */
const DRAW_EVERY_MS = 500;
/** Times such as "for 3 h" are written anew this often [ms], news or not. */
const TICK_MS = 1_000;
/** Events shown. */
const EVENTS_SHOWN = 12;
/** Changes of the answers shown. */
const CHANGES_SHOWN = 8;

/** Loads the words and starts the page; says so when that fails. */
export async function start(run) {
  try {
    await loadWords();
  } catch (error) {
    document.getElementById('answers').textContent = `Slipway: ${error.message}`;
    return;
  }
  fillWords();
  run();
}

/** Draws now, at each change of the views, of the choice of time, and as time goes by. */
export function keepDrawn(views, draw, tickMs = TICK_MS) {
  const later = soon(draw, DRAW_EVERY_MS);
  for (const view of views) view.onChange(later);
  onTimeChoice(later);
  setInterval(later, tickMs);
  draw();
}

/** Fills a section's body; `content` null hides the section, undefined shows that it is awaited. */
export function drawSection(id, content) {
  const section = document.getElementById(id);
  const hidden = content === null;
  if (section.hidden !== hidden) section.hidden = hidden;
  if (!hidden) renew(section.querySelector('.panel-body'), content === undefined ? skeleton(3) : content);
}

/** Whether an event is worth reading: the end of a shift is none, and a part that is done only when it is one of a product. */
function isNews(view, { word: key, about, with: values }) {
  if (key === 'event.state' && values?.state === 'off_shift') return false;
  if (key !== 'event.part_ended' || values?.end === 'scrapped') return true;
  return values?.end === 'part_of' && view.get(`part/${about}`) !== undefined;
}

/** What was reported lately: what was said several times in the same words is one line, with when it was said last. */
function reported(view, naming, most) {
  const lines = new Map();
  for (const event of view.events.filter((each) => isNews(view, each)).reverse()) {
    const plant = event.with?.plant ?? '';
    const text = eventSentence(event, naming);
    const line = lines.get(`${plant} ${text}`);
    if (line) line.times += 1;
    else if (lines.size < most) lines.set(`${plant} ${text}`, { key: String(event.seq), at: ms(event.at), text, plant, times: 1 });
  }
  return [...lines.values()];
}

/**
 * What happened since the page was opened, newest first; `naming` turns an id into a name. What
 * changed in the answers is never crowded out by what stations report.
 */
export function eventList(view, { naming, changes, withPlant = false }) {
  if (changes.opened === null) return undefined;
  const opened = when(changes.opened);
  const answers = changes.list.slice(-CHANGES_SHOWN).map((change) => ({ ...change, isAnswer: true }));
  const lines = [...answers, ...reported(view, naming, EVENTS_SHOWN)].sort((a, b) => b.at - a.at);
  if (lines.length === 0) return h('p', { class: 'muted' }, word('events.empty', { when: opened }));
  return [
    h('p', { class: 'muted' }, word('events.since', { when: opened })),
    h('ol', { class: 'events' }, lines.map(({ key, at, text, plant, times, isAnswer }) => h('li', { data: { key } },
      h('span', {}, moment(at), times > 1 && h('small', { class: 'muted' }, ` ${word('events.times', { n: number(times) })}`)),
      h('span', {}, h(isAnswer ? 'strong' : 'span', {}, whole(text)), withPlant && plant && h('span', { class: 'muted' }, ` ${word('next.of_plant', { plant })}`))))),
  ];
}

/** Gives a row's cells their roles and the headings of their columns. */
function labelCells(row, columns) {
  row.setAttribute('role', 'row');
  [...row.children].forEach((cell, at) => {
    cell.setAttribute('role', cell.tagName === 'TH' ? 'rowheader' : 'cell');
    cell.dataset.label = columns[at][0];
    if (cell.textContent === word('plants.none')) cell.dataset.none = 'yes';
  });
  return row;
}

/**
 * A table with a caption and headed columns: `[text, class, tooltip]` each. On a small screen each row is
 * a block of its own, every cell below the heading of its column; the roles say what it was then.
 */
export function table(caption, columns, rows, className = 'plain stacks') {
  const heads = columns.map(([text, kind, title]) => h('th', { scope: 'col', class: kind, role: 'columnheader', title }, text));
  return h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    h('table', { class: className, role: 'table' },
      h('caption', { class: 'visually-hidden' }, caption),
      h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, heads)),
      h('tbody', { role: 'rowgroup' }, rows.map((row) => labelCells(row, columns)))));
}

/** This page's address as somebody else would look at it. */
function addressAs(code) {
  const address = new URL(location.href);
  address.searchParams.set('as', code);
  return address.pathname + address.search;
}

/** What whoever is refused can do: look as somebody else where that is offered, sign in, ask. */
function waysOut(offers) {
  const others = (offers?.offered ?? []).filter(({ code }) => code !== 'public' && code !== offers.current);
  // The first nation is the one that the hub opens as; of the others some see nothing either.
  const first = offers?.offered.find(({ code }) => code !== 'public');
  const sighted = first && first.code !== offers.current ? [first] : [];
  const link = ({ code, name }) => h('li', {}, h('a', { class: 'button', href: addressAs(code) }, word('refused.look_as', { name })));
  const member = isMember(offers);
  return [
    h('h3', {}, word('refused.what_to_do')),
    others.length > 0
      ? [h('p', {}, word('refused.see_as')), sighted.length > 0 && h('ul', { class: 'refusal-offers' }, sighted.map(link))]
      : !member && [h('p', {}, word('refused.sign_in')), h('p', {}, h('a', { class: 'button', href: '/signin/' }, word('signin.heading')))],
    h('p', {}, member ? word('refused.ask_member') : word('refused.ask')),
  ];
}

/**
 * The view cannot be shown: says so in place of everything, of what kind the things are that are
 * kept back, and what to do. `offers` is as the hub answers, or null.
 */
export function drawRefusal({ title, text, offers = null, home = null, target = document.getElementById('answers') }) {
  renew(target, h('section', { class: 'panel refusal', 'aria-labelledby': 'refusal-title' },
    h('h2', { class: 'answer', id: 'refusal-title' }, sign('eye_off'), ' ', title),
    h('p', {}, text),
    waysOut(offers),
    home && h('p', {}, h('a', { href: home }, word('refused.back')))));
}

/** Nothing of this plant is shared, or there is none: it reads the same. */
export function drawPlantRefusal(offers, target) {
  drawRefusal({ title: word('refused.title'), text: word('refused.text'), offers, home: keepAudience('/'), target });
}
