// The state ribbon: what every station did over the last days, as a band of colours and patterns
// with the shares of time in words.

import { h, renew } from '../lib/dom.js';
import { ms, percent, when } from '../lib/format.js';
import { PATTERNS, UNIT_STATES, stateColour, stateWord } from '../lib/states.js';
import { word } from '../lib/words.js';
import { inFlow } from './tables.js';

/** Height of a band [px]. */
const HEIGHT = 18;

function patterned(context, state) {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 8;
  const pen = tile.getContext('2d');
  pen.fillStyle = stateColour(state) || '#ccc';
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--hatch').trim();
  pen.lineWidth = 1.6;
  const line = (...points) => {
    pen.beginPath();
    points.forEach(([x, y], i) => (i % 2 === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)));
    pen.stroke();
  };
  const rising = [[-1, 9], [9, -1], [-1, 1], [1, -1], [7, 9], [9, 7]];
  const falling = [[-1, -1], [9, 9], [-1, 7], [1, 9], [7, -1], [9, 1]];
  switch (PATTERNS[state]) {
    case 'rising': line(...rising); break;
    case 'falling': line(...falling); break;
    case 'cross': line(...rising, ...falling); break;
    case 'vertical': line([2, 0], [2, 8], [6, 0], [6, 8]); break;
    case 'horizontal': line([0, 2], [8, 2], [0, 6], [8, 6]); break;
    case 'dots': pen.fillRect(1, 1, 2, 2); pen.fillRect(5, 5, 2, 2); break;
    default: break;
  }
  return context.createPattern(tile, 'repeat');
}

/** Shares of the known time by state, largest first. */
function shares(stretches) {
  const lengths = new Map();
  let all = 0;
  for (const { from, to, state } of stretches) {
    const length = ms(to) - ms(from);
    lengths.set(state, (lengths.get(state) ?? 0) + length);
    all += length;
  }
  return [...lengths].sort(([, a], [, b]) => b - a).map(([state, length]) => [state, all > 0 ? length / all : 0]);
}

/** Draws one band, if it changed or the window did. */
function paint(canvas, stretches, from, to) {
  const width = canvas.clientWidth;
  const mark = `${width} ${from} ${to} ${stretches.length} ${matchMedia('(prefers-color-scheme: dark)').matches}`;
  if (width === 0 || canvas.dataset.drawn === mark) return;
  canvas.dataset.drawn = mark;
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(HEIGHT * scale);
  const context = canvas.getContext('2d');
  context.scale(scale, scale);
  const patterns = new Map();
  for (const stretch of stretches) {
    if (!patterns.has(stretch.state)) patterns.set(stretch.state, patterned(context, stretch.state));
    const left = ((ms(stretch.from) - from) / (to - from)) * width;
    const right = ((ms(stretch.to) - from) / (to - from)) * width;
    context.fillStyle = patterns.get(stretch.state);
    context.fillRect(left, 0, Math.max(0.5, right - left), HEIGHT);
  }
}

function row(view, [id, layout], ribbon) {
  const split = shares(ribbon.stretches);
  const text = split.map(([state, share]) => `${stateWord(state)} ${percent(share)}`).join(', ');
  const largest = split.slice(0, 2).map(([state, share]) => `${percent(share)} ${stateWord(state)}`).join(', ');
  const flagged = view.get(`unit/${id}`)?.hold_up;
  return h('tr', { class: flagged ? 'flagged' : null, data: { key: id } },
    h('th', { scope: 'row' }, layout.name),
    h('td', {}, h('canvas', { 'data-own': true, 'data-unit': id, role: 'img', 'aria-label': `${layout.name}: ${text}`, title: largest, height: String(HEIGHT) })));
}

/** Draws the ribbons of a plant; `view` names and orders the stations. */
export function drawRibbons(sectionId, view, history) {
  const body = document.getElementById(sectionId).querySelector('.panel-body');
  const rows = inFlow(view, ['unit']).map(([id, layout]) => [[id, layout], history.get(`ribbon/${id}`)]).filter(([, ribbon]) => ribbon?.stretches.length > 0);
  if (rows.length === 0) return renew(body, h('p', { class: 'muted' }, history.ready ? word('ribbon.empty') : word('charts.waiting')));
  const all = rows.flatMap(([, ribbon]) => ribbon.stretches);
  const from = Math.min(...all.map((stretch) => ms(stretch.from)));
  const to = Math.max(...all.map((stretch) => ms(stretch.to)));
  const seen = new Set(all.map((stretch) => stretch.state));
  renew(body,
    h('table', { class: 'ribbons' },
      h('caption', { class: 'visually-hidden' }, word('ribbon.caption')),
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, word('ribbon.unit')), h('th', { scope: 'col' }, word('ribbon.states', { from: when(from), to: when(to) })))),
      h('tbody', {}, rows.map(([entry, ribbon]) => row(view, entry, ribbon)))),
    h('ul', { class: 'legend', 'aria-label': word('ribbon.legend') }, UNIT_STATES.filter((state) => seen.has(state)).map((state) =>
      h('li', {}, h('span', { class: 'fill', data: { state }, 'aria-hidden': 'true' }), stateWord(state)))));
  for (const canvas of body.querySelectorAll('canvas')) paint(canvas, history.get(`ribbon/${canvas.dataset.unit}`)?.stretches ?? [], from, to);
  return undefined;
}
