// What a station did up to this moment: the plant's record of its states ends when it was last
// told, its state now goes on.

import { DAY_MS, ms, when } from './format.js';
import { stateWord } from './states.js';
import { word } from './words.js';

/** States in which a station is not asked for anything. */
const AWAY = new Set(['off_shift', 'unknown']);

/** The stretches of a station's record (`ribbon/…`), the last of them its state now, until now. */
export function stretchesUntil(now, unit, ribbon) {
  const since = ms(unit.since);
  const before = (ribbon?.stretches ?? []).filter(({ from }) => ms(from) < since)
    .map((stretch) => (ms(stretch.to) > since ? { ...stretch, to: unit.since } : stretch));
  return [...before, { from: unit.since, to: now, state: unit.state }];
}

/** Of a station outside its working hours: until when, and what it did before; null of another. */
export function awayWords(now, unit, ribbon) {
  if (unit.state !== 'off_shift') return null;
  const last = (ribbon?.stretches ?? []).findLast(({ state }) => !AWAY.has(state));
  const opens = unit.opens && when(unit.opens, ms(unit.opens) - now < DAY_MS ? 'time' : 'moment');
  const before = unit.stands
    ? word('away.stands', { state: stateWord(unit.stands), when: when(unit.waits_since) })
    : last && word('away.before', { state: stateWord(last.state) });
  const told = [opens && word('away.until', { when: opens }), before];
  return told.some(Boolean) ? told.filter(Boolean).join('; ') : null;
}

/** Whether some station is putting that part in at this moment. */
export function isGoingIn(view, part) {
  return view.entries('unit').some(([, unit]) => (unit.running ?? []).some((run) => run.part === part));
}
