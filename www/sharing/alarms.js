// What the hub has to say about itself: what, since when, and what to do about it.

import { h } from '../lib/dom.js';
import { when } from '../lib/format.js';
import { hasWord, word } from '../lib/words.js';

/** The list of alarms, newest first. */
export function alarmList({ alarms }) {
  if (alarms.length === 0) return h('p', { class: 'muted' }, word('sharing.alarms_none'));
  return h('ol', { class: 'decisions' }, alarms.map(item));
}

function item({ code, since, about, text }, place) {
  const known = hasWord(`sharing.alarm.${code}`) ? code : 'other';
  return h('li', { data: { key: `${place} ${code} ${since}`, alarm: code, overdue: 'yes' } },
    h('h3', {}, word(`sharing.alarm.${known}`, { code })),
    h('p', {}, word('sharing.alarm_since', { when: when(since) })),
    about && h('p', {}, h('code', { translate: 'no' }, about)),
    text && !about && h('p', {}, h('code', { translate: 'no' }, text)),
    h('p', { class: 'due-by' }, word(`sharing.alarm_do.${known}`)));
}
