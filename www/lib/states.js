// How states are drawn everywhere: a colour that colour-blind readers can tell apart, a pattern
// and a sign, never a colour alone. Colours are custom properties of the style sheet
// (`--state-<name>`), so that light and dark have their own.

import { word } from './words.js';

/** The states of a station, in the order in which legends list them. */
export const UNIT_STATES = [
  'working', 'setup', 'starved', 'idle_no_cause', 'idle_no_order', 'blocked', 'waiting_for_crew', 'waiting_for_crane',
  'down', 'held', 'planned_maintenance', 'off_shift', 'unknown',
];
/** The stages of a part of the product, from nothing to in place. */
export const STAGES = ['not_started', 'making', 'outfitting', 'painting', 'parked', 'at_sea', 'ready', 'erected'];

/** The pattern of each state: lines by angle [deg], `cross`, `dots`, `solid` or `hollow`. */
export const PATTERNS = {
  working: 'solid', setup: 'horizontal', starved: 'rising', blocked: 'falling', waiting_for_crew: 'dots',
  waiting_for_crane: 'vertical', down: 'cross', held: 'vertical', planned_maintenance: 'horizontal',
  off_shift: 'solid', unknown: 'hollow', idle: 'solid', idle_no_cause: 'dots', idle_no_order: 'solid', busy: 'solid',
};

/** Signs on a 16 × 16 field. */
const SIGNS = {
  working: 'M4 2.5 13.5 8 4 13.5z',
  busy: 'M4 2.5 13.5 8 4 13.5z',
  idle: 'M3 7h10v2H3z',
  idle_no_cause: 'M3 7h10v2H3z',
  idle_no_order: 'M3 7h10v2H3z',
  setup: 'M2 4h5V3h3v4H7V6H2zm9 0h3v2h-3zM2 10h2V9h3v4H4v-1H2zm6 0h6v2H8z',
  starved: 'M3 1.5h10v2L9.5 8 13 12.5v2H3v-2L6.5 8 3 3.5z',
  blocked: 'M1 6.5h6V3l5 5-5 5V9.5H1zM13 2h2v12h-2z',
  waiting_for_crew: 'M8 1.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM2 14.5c0-4 2.5-5.5 6-5.5s6 1.5 6 5.5z',
  waiting_for_crane: 'M7 1h2v5.2A4 4 0 1 1 4 10h2a2 2 0 1 0 2-2H7z',
  down: 'm3 5 2-2 3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3z',
  held: 'M3.5 2.5h3.5v11H3.5zM9 2.5h3.5v11H9z',
  planned_maintenance: 'M11 1.5a4 4 0 0 0-3.6 5.7l-5.6 5.6 1.5 1.5 5.6-5.6A4 4 0 0 0 14.5 5l-2.2 2.2-2-1.5-.6-1.8z',
  off_shift: 'M10 1.5A6.5 6.5 0 1 0 14.5 11 6 6 0 0 1 10 1.5z',
  unknown: 'M4.5 5.5a3.5 3.5 0 1 1 5 3.2c-.7.4-.7.7-.7 1.8H7c0-2 .3-2.6 1.5-3.3a1.6 1.6 0 1 0-2.3-1.7zM7 12h2v2H7z',
  late: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm-1 3v5l4 2 .8-1.5L8.7 8V4z',
  early: 'M6 13 1.5 8.5 3 7l3 3 7-7 1.5 1.5z',
  on_time: 'M6 13 1.5 8.5 3 7l3 3 7-7 1.5 1.5z',
  flag: 'M3 1h2v1h8.5l-2.5 3.5L13.5 9H5v6H3z',
  phone: 'M3.5 1 6 1.5l1 3.5-1.7 1.3a9 9 0 0 0 4.4 4.4L11 9l3.5 1 .5 2.5c0 1.5-1 2.5-2.5 2.5C6.5 15 1 9.5 1 3.5 1 2 2 1 3.5 1z',
  warning: 'M8 1.5 15.5 14.5H.5zM7.2 6v4h1.6V6zm0 5v1.6h1.6V11z',
  eye_off: 'M1 2 2 1l13 13-1 1-2.6-2.6A8 8 0 0 1 8 13.2C4.5 13.2 1.5 10.5.5 8c.5-1.2 1.4-2.4 2.6-3.3zM8 2.8c3.5 0 6.5 2.7 7.5 5.2a8 8 0 0 1-2 2.8L10.8 8A2.8 2.8 0 0 0 8 5.2l-2-2c.6-.2 1.3-.4 2-.4z',
  truck: 'M1 3h8v7h1V5h3l2 3v4h-1.3a2 2 0 0 1-3.8 0H6.6a2 2 0 0 1-3.7 0H1z',
};

/** The sign as an inline picture that readers of the screen pass over: a word stands beside it. */
export function sign(name, className = 'sign') {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', className);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', SIGNS[name] ?? SIGNS.unknown);
  path.setAttribute('fill', 'currentColor');
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return svg;
}

/** A state's word: `starved` reads "waiting for parts". */
export function stateWord(state) {
  return word(`state.${state}`);
}

/** The colour of a state as the style sheet has it now. */
export function stateColour(state) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--state-${state}`).trim();
}

/** A state as people read it: chip of colour and pattern, sign, word. */
export function stateMark(state) {
  const mark = document.createElement('span');
  mark.className = 'state';
  mark.dataset.state = state;
  const chip = document.createElement('span');
  chip.className = 'state-chip';
  chip.append(sign(state));
  mark.append(chip, stateWord(state));
  return mark;
}
