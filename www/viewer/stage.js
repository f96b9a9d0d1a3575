// What lies over the picture: the main hold-up in words, buttons, notes, help.

import { h } from '../lib/dom.js';
import { duration, ms, number, when } from '../lib/format.js';
import { chainSentences, confidenceWords } from '../lib/say.js';
import { sign } from '../lib/states.js';
import { nameOf, word } from '../lib/words.js';

/** The main hold-up with its cause, over the picture; a press shows where it is. */
export function holdUpBanner(page) {
  const card = page.view.get('board/holdup');
  if (!card?.known) return null;
  const [first, ...more] = chainSentences(card);
  const now = page.clock.now() ?? Date.now();
  const why = first && [first, more.length > 0 && [`, ${word('holdup.because')} `, more.join(`, ${word('holdup.because')} `)]];
  const here = page.heldUp().length > 0;
  const facts = [
    card.since && h('span', {}, word('viewer.for', { duration: duration((now - ms(card.since)) / 1000) })),
    card.is_over && h('strong', {}, word('holdup.now_over')),
    h('span', {}, `${word('holdup.sure_label')}: ${confidenceWords(card)}`),
  ];
  return h('button', { type: 'button', class: 'holdup-sign', disabled: !here, on: { click: () => page.showHoldUp() } },
    sign('flag'),
    h('span', { class: 'holdup-text' },
      h('strong', {}, word('viewer.holdup', { name: nameOf(card.name) })),
      why && h('span', { class: 'holdup-why' }, why),
      h('span', { class: 'holdup-facts' }, facts)));
}

const PATHS = {
  fit: 'M2 2h5v2H4v3H2zm7 0h5v5h-2V4H9zM2 9h2v3h3v2H2zm10 0h2v5H9v-2h3z',
  top: 'M8 1.5 14.5 8 8 14.5 1.5 8zM8 5 5 8l3 3 3-3z',
  nearer: 'M7 3h2v4h4v2H9v4H7V9H3V7h4z',
  farther: 'M3 7h10v2H3z',
};

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'sign');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', PATHS[name]);
  path.setAttribute('fill', 'currentColor');
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return svg;
}

export function toolbar(page) {
  const { engine } = page;
  const middle = () => [document.getElementById('viewer').clientWidth / 2, document.getElementById('viewer').clientHeight / 2];
  const button = (name, key, press, picture) => h('button', {
    type: 'button', class: 'tool', 'aria-label': word(`viewer.${name}`), title: `${word(`viewer.${name}`)} (${key})`, on: { click: press },
  }, picture);
  return [
    button('nearer', '+', () => engine.call('zoom', ...middle(), 0.7), icon('nearer')),
    button('farther', '−', () => engine.call('zoom', ...middle(), 1.4), icon('farther')),
    button('fit', 'F', () => engine.call('fit', ''), icon('fit')),
    button('top', 'T', () => engine.call('top'), icon('top')),
    button('show_holdup', 'H', () => page.showHoldUp(), sign('flag')),
    button('help', '?', () => page.help(), h('span', { 'aria-hidden': 'true' }, '?')),
  ];
}

/** What stands in place of the picture, or beside it, when something is missing. */
export function noteFor(page) {
  const { engine } = page;
  const reload = h('button', { type: 'button', class: 'button', on: { click: () => location.reload() } }, word('viewer.reload'));
  const note = (title, text, more) => h('div', { class: 'note-card' }, h('p', { class: 'note-title' }, title), text && h('p', {}, text), more);
  switch (engine.state) {
    case 'waiting':
    case 'loading':
      return note(word('viewer.loading'), word('viewer.table_meanwhile'));
    case 'not_built': {
      const left = engine.left === null ? '' : word('viewer.not_built_left', { duration: duration(engine.left) });
      return note(word('viewer.not_built'), `${word('viewer.not_built_text')} ${left}`);
    }
    case 'no_webgl': return note(word('viewer.no_webgl'), word('viewer.no_webgl_text'));
    case 'lost': return note(word('viewer.lost'), word('viewer.lost_text'), reload);
    case 'failed': return note(word('viewer.failed'), engine.reason, reload);
    default:
  }
  return [silence(page), badMeshes(engine)].filter(Boolean);
}

/** That the picture stands still, because nothing is heard: nothing in it may look live then. */
function silence({ clock }) {
  if (!clock.silent) return null;
  return h('p', { class: 'note-line silent' }, sign('warning'), word('viewer.as_of', { when: when(clock.now()) }));
}

function badMeshes(engine) {
  if (engine.badMeshes.size === 0) return null;
  const names = [...engine.badMeshes].map(([name, why]) => `${name} (${why})`).join(', ');
  return h('p', { class: 'note-line', title: names }, word('viewer.bad_meshes', { n: number(engine.badMeshes.size), names: [...engine.badMeshes.keys()].join(', ') }));
}

const KEYS = ['orbit', 'pan', 'zoom', 'fit', 'top', 'holdup', 'tab', 'escape'];
const POINTER = ['drag', 'drag_right', 'wheel', 'click', 'double'];

export function helpDialog(close) {
  const pairs = (names) => h('dl', { class: 'keys' }, names.map((name) => h('div', {},
    h('dt', {}, word(`viewer.key.${name}`)), h('dd', {}, word(`viewer.does.${name}`)))));
  return [
    h('h2', { id: 'help-title' }, word('viewer.help_title')),
    h('h3', {}, word('viewer.help_keys')), pairs(KEYS),
    h('h3', {}, word('viewer.help_pointer')), pairs(POINTER),
    h('button', { type: 'button', class: 'button', on: { click: close } }, word('viewer.close')),
  ];
}

