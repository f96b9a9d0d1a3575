// What is in force or waits, in the order in which somebody should look at it.

import { h } from '../lib/dom.js';
import { word } from '../lib/words.js';
import { dayAhead, reasonField } from './forms.js';
import { agreeing, counted, story, title } from './sentences.js';

/** The list of decisions; `act(path, body, done)` does something about one. */
export function queueList({ open, may_decide: mayDecide }, nations, asking, { ask, act }) {
  if (open.length === 0) return h('p', { class: 'muted' }, word('sharing.queue_empty'));
  const overdue = open.filter((decision) => decision.overdue).length;
  const waiting = open.filter(({ state }) => state === 'waiting').length;
  const ending = new Set(open.filter(({ kind, state }) => kind === 'lift' && state === 'waiting').map(({ narrowing }) => narrowing));
  const lead = [overdue > 0 && counted('sharing.overdue_count', overdue), waiting > 0 && counted('sharing.waiting_count', waiting)].filter(Boolean);
  return [
    lead.length > 0 && h('p', { class: overdue > 0 ? 'late-text' : 'warn-text' }, lead.join(' ')),
    h('ol', { class: 'decisions' }, open.map((decision) => item(decision, nations, { mayDecide, asking, ending }, { ask, act }))),
  ];
}

function item(decision, nations, { mayDecide, asking, ending }, { ask, act }) {
  const { lines, due } = story(decision);
  const asked = asking?.id === decision.id ? asking : null;
  return h('li', { data: { key: String(decision.id), decision: decision.id, kind: decision.kind, state: decision.state, overdue: decision.overdue ? 'yes' : 'no' } },
    h('h3', {}, title(decision, nations)),
    lines.map((line) => h('p', {}, line)),
    h('p', { class: 'due-by' }, due),
    mayDecide && !asked && h('p', { class: 'decision-acts' }, buttons(decision, ending.has(decision.id), ask, act)),
    asked && (asked.what === 'agree' ? askOnceMore(decision, asked, nations, { ask, act }) : askForm(decision, asked, { ask, act })));
}

function button(text, name, does, plain = false, disabled = false) {
  return h('button', { type: 'button', class: plain ? 'button plain-button' : 'button', disabled, data: { act: name, key: `${name} ${text}` }, on: { click: does } }, text);
}

/** `ends` says that somebody proposed its end already. */
function buttons({ id, kind, state, mine }, ends, ask, act) {
  if (state === 'waiting') {
    return [
      mine ? h('span', { class: 'hint' }, word('sharing.needs_another')) : button(word('sharing.agree'), 'agree', () => ask({ id, what: 'agree' })),
      mine ? button(word('sharing.withdraw'), 'withdraw', () => act('withdraw', { id }, 'withdrawn'), true)
        : button(word('sharing.refuse'), 'withdraw', () => act('withdraw', { id }, 'refused'), true),
    ];
  }
  if (kind === 'release') return button(word('sharing.end_release'), 'withdraw', () => act('withdraw', { id }, 'ended'), true);
  return [
    button(word('sharing.keep'), 'keep', () => ask({ id, what: 'keep' }), true),
    ends ? h('span', { class: 'hint' }, word('sharing.ends_proposed')) : button(word('sharing.propose_end'), 'lift', () => ask({ id, what: 'lift' }), true),
  ];
}

/** What opens to whom, before it does. Where the button to agree was, nothing is agreed to. */
function askOnceMore(decision, { from }, nations, { ask, act }) {
  const { id } = decision;
  return h('div', { class: 'agreeing', data: { key: 'agreeing' } },
    h('p', { tabindex: '-1', role: 'alert', data: { agreeing: id } }, agreeing(decision, nations)),
    h('p', { class: 'decision-acts' },
      button(word('sharing.agree_not'), 'cancel', () => { if (performance.now() >= from) ask(null); }, true),
      button(word('sharing.agree_yes'), 'agree-yes', () => { if (performance.now() >= from) act('agree', { id }, 'agreed'); }, false, performance.now() < from)));
}

/** Why, and for a narrowing that is kept, until when it is looked at again. */
function askForm({ id }, { what }, { ask, act }) {
  const submit = (event) => {
    event.preventDefault();
    const given = new FormData(event.target);
    const reason = given.get('reason').trim();
    if (what === 'keep') act('keep', { narrowing: id, reason, review: given.get('review') }, 'kept');
    else act('widen', { narrowing: id, reason }, 'proposed');
  };
  return h('form', { data: { form: what }, on: { submit } },
    h('p', {}, word(what === 'keep' ? 'sharing.keep_says' : 'sharing.lift_says')),
    reasonField(`reason-${id}`),
    what === 'keep' && h('div', { class: 'asked' }, h('label', { for: `review-${id}` }, word('sharing.review')),
      h('input', { id: `review-${id}`, type: 'date', name: 'review', required: true, min: dayAhead(1), max: dayAhead(89), value: dayAhead(30) })),
    h('p', { class: 'decision-acts' },
      h('button', { type: 'submit', class: 'button' }, word(what === 'keep' ? 'sharing.keep_now' : 'sharing.propose')),
      button(word('sharing.cancel'), 'cancel', () => ask(null), true)));
}
