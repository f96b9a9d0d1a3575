// The help page: its words come from the words file, its signs from the drawing code itself.

import { Header } from '../board/header.js';
import { start } from '../board/page.js';
import { h } from '../lib/dom.js';
import { STAGES, UNIT_STATES, sign, stateMark } from '../lib/states.js';
import { word } from '../lib/words.js';

/** The keys of the 3D picture; the pointer's ways are on its own page. */
const KEYS = ['orbit', 'pan', 'zoom', 'fit', 'top', 'holdup', 'tab', 'escape'];

function stateRow(state) {
  return h('tr', {},
    h('th', { scope: 'row' }, stateMark(state)),
    h('td', {}, h('span', { class: 'fill swatch', data: { state }, 'aria-hidden': 'true' })),
    h('td', {}, word(`state_means.${state}`)));
}

start(() => {
  new Header({ name: () => word('help.heading'), back: true });
  document.getElementById('contents').append(...[...document.querySelectorAll('.help-text > section')].map((section) =>
    h('li', {}, h('a', { href: `#${section.id}` }, section.querySelector('h2').textContent))));
  document.getElementById('states-body').append(...UNIT_STATES.map(stateRow));
  document.getElementById('keys-list').append(...KEYS.map((key) =>
    h('div', {}, h('dt', {}, h('kbd', {}, word(`viewer.key.${key}`))), h('dd', {}, word(`viewer.does.${key}`)))));
  document.getElementById('stages').append(
    ...STAGES.map((stage) => h('li', {}, h('span', { class: 'cell', data: { stage }, 'aria-hidden': 'true' }), word(`stage.${stage}`))),
    h('li', {}, h('span', { class: 'cell', data: { late: 'yes' }, 'aria-hidden': 'true' }, sign('late')), word('hulls.late')));
});
