// What colours, patterns and signs mean, in the picture and in the table. What a station does has
// round marks with signs, how far a block is has square ones without: neither is taken for the other.

import { h } from '../lib/dom.js';
import { STAGES, UNIT_STATES, sign, stateWord } from '../lib/states.js';
import { word } from '../lib/words.js';

export function legend() {
  const states = UNIT_STATES.map((state) => h('li', {},
    h('span', { class: 'swatch fill round', data: { state }, 'aria-hidden': 'true' }, sign(state)), stateWord(state)));
  const stages = STAGES.map((stage) => h('li', {},
    h('span', { class: `swatch cell${stage === 'erected' ? '' : ' ghost'}`, data: { stage }, 'aria-hidden': 'true' }), word(`stage.${stage}`)));
  stages.push(h('li', {}, h('span', { class: 'swatch late', 'aria-hidden': 'true' }), word('viewer.late')));
  const marks = ['holdup', 'next', 'hand', 'waits'].map((mark) => h('li', {},
    h('span', { class: `swatch mark-${mark}`, 'aria-hidden': 'true' }, mark === 'holdup' && sign('flag')), word(`viewer.mark.${mark}`)));
  return [
    h('div', {}, h('h3', {}, word('viewer.legend_states')), h('ul', {}, states)),
    h('div', {}, h('h3', {}, word('viewer.legend_stages')), h('ul', {}, stages)),
    h('div', {}, h('h3', {}, word('viewer.legend_marks')), h('ul', {}, marks)),
  ];
}
