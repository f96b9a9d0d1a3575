// Sentences that several pages say: causes, confidence, what is waited for, what happened.

import { days, ms, when } from './format.js';
import { stateWord } from './states.js';
import { LANGUAGE, hasWord, nameOf, tail, word } from './words.js';

/** Kinds of thing whose causing reads differently from a station's. */
const BY_KIND = new Set(['supplier', 'crew', 'resource', 'orders']);

/** What a stop has cost is told from so many days on. */
const TOLD_FROM_D = 0.5;

/**
 * A step of a cause chain as a sentence: "Dock 1 waits for parts". What is over says since when,
 * and of a wait that nobody is in at the moment, that it was.
 * `kind` is the kind of the thing, when it is known.
 */
export function causeSentence(step, kind = step.name === 'withheld.supplier' ? 'supplier' : '') {
  const why = tail(step.word);
  const own = BY_KIND.has(kind) && !(kind === 'resource' && why !== 'crane' && why !== 'working');
  const name = nameOf(step.name);
  // Stops alone go on or are over; what is waited for is told as it is.
  const isStop = !own && hasWord(`why_past.${why}`);
  if (isStop && step.lost_d >= TOLD_FROM_D && (step.goes_on || step.over_since)) {
    const cost = { name, lost: days(step.lost_d), window: days(step.window_d) };
    return step.goes_on ? word(`why_now.${why}`, cost) : word(`why_past.${why}`, { ...cost, when: when(step.over_since, 'day') });
  }
  if (own) return word(`why_by.${kind}`, { name });
  return step.has_passed ? word(`why_was.${why}`, { name }) : word(`why.${why}`, { name });
}

/** A sentence that stands alone or first begins with a capital letter. */
export function capitalised(sentence) {
  return sentence.charAt(0).toLocaleUpperCase() + sentence.slice(1);
}

/** The steps of a hold-up's chain as sentences, most direct first. */
export function chainSentences(card) {
  return card.chain.map((step, at) => {
    const isLead = at === card.chain.length - 1 && step.id === card.id && step.name === card.name;
    // On the way to the lead a place that works is where it is seen, not what is to be blamed.
    const onTheWay = at < card.chain.length - 1 && tail(step.word) === 'working';
    const sentence = onTheWay
      ? word(`why_seen.${at === 0 ? 'first' : 'between'}`, { name: nameOf(step.name) })
      : causeSentence(step, isLead ? card.kind : undefined);
    return at === 0 ? capitalised(sentence) : sentence;
  });
}

/** The whole chain in one line, for labels and for readers of the screen. */
export function chainLine(card) {
  return chainSentences(card).join(`, ${word('holdup.because')} `);
}

/** How sure a verdict is: sure, probably, cannot tell A from B. */
export function confidenceWords(card) {
  if (card.confidence !== 'cannot_tell') return word(`confidence.${card.confidence}`);
  if (!card.second) return word('confidence.cannot_tell_alone');
  return word('confidence.cannot_tell', { a: nameOf(card.name), b: nameOf(card.second) });
}

/** Why there is no verdict, as a heading and as a sentence. */
export function whyNot(card) {
  const key = card?.why_not ? tail(card.why_not) : 'unknown';
  return { title: word(`holdup.${key}`), text: word(`holdup_says.${key}`) };
}

/** What a station waits for: "parts from Plate stock". */
export function waitsFor(cause) {
  return word(`waits.${cause.kind}`, { name: nameOf(cause.name || cause.id) });
}

/** An event of the hub as a sentence; `naming` turns an id into a name. */
export function eventSentence(event, naming = (id) => id) {
  const known = event.with ?? {};
  const values = { ...known, about: nameOf(known.name ?? naming(event.about)) };
  if (known.state) values.state = stateWord(known.state);
  if (known.left) values.left = stateWord(known.left);
  if (known.status) values.status = word(`delivery.${known.status}`);
  if (known.end) values.end = word(`end.${known.end}`);
  if (known.name) values.name = nameOf(known.name);
  if (known.since) values.since = when(known.since);
  for (const id of ['reason', 'code']) if (known[id]) values[id] = plainWords(known[id]);
  const kind = tail(event.word);
  if (kind === 'state' && reasonWords(known.state, known.reason)) return word('event.state_reason', values);
  if (kind === 'delivery' && known.late === 'true') return word('event.delivery_late', values);
  return hasWord(event.word) ? word(`event.${kind}`, values) : word('event.other', values);
}

/** What a delivery does; another date than the one promised first may be an earlier one. */
export function deliveryWords({ state, promised, expected }) {
  return state === 'delayed' && ms(expected) < ms(promised) ? word('delivery.earlier') : word(`delivery.${state}`);
}

/** Several things in one phrase: "stations, storage places and suppliers". */
export function listed(things) {
  return new Intl.ListFormat(LANGUAGE).format(things);
}

/** The reason of a state in plain words; nothing where it only repeats the state: broken down by a breakdown. */
export function reasonWords(state, reason) {
  if (!reason) return '';
  const told = plainWords(reason);
  const same = [plainWords(state), stateWord(state), ...(hasWord(`state_again.${state}`) ? word(`state_again.${state}`).split(', ') : [])];
  return same.includes(told.toLowerCase()) ? '' : told;
}

/** An id out of a plant's own list, such as a reason, as plain words: `weld-head` reads "weld head". */
export function plainWords(id) {
  return id.replaceAll(/[-_/]+/g, ' ');
}
