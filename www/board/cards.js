// The five cards: five questions, five answers. Each has a state for everything that can be:
// nothing there yet, nothing to tell, too early, not shared, and the answer.

import { h, renew, whole } from '../lib/dom.js';
import { DAY_MS, amount, days, dueSlip, duration, lastMoment, ms, number, percent, quantity, telephone, when, whenBoth } from '../lib/format.js';
import { keepAudience } from '../lib/mirror.js';
import { capitalised, causeSentence, chainSentences, confidenceWords, listed, whyNot } from '../lib/say.js';
import { sign, stateWord } from '../lib/states.js';
import { form, hasWord, nameOf, tail, word } from '../lib/words.js';
import { originBadge } from './header.js';

/** Materials on the third card. */
const PARTS_SHOWN = 4;
/** Below so many pieces a day, a loss is told by the month. */
const SMALL_LOSS = 1;
const MONTH_D = 30;
/** A share of fewer days turns with every one of them: it is not told. */
const SHARE_FROM_D = 7;

/** Whether a unit's or product's name has words to be counted with. */
const isCountable = (name) => hasWord(`unit.${name.toLowerCase()}.other`);

/** A moment with the other zone in its tooltip. */
export function moment(at, style = 'moment') {
  return h('time', { datetime: new Date(ms(at)).toISOString(), title: whenBoth(at) }, when(at, style));
}

/** A verdict that is not one: a heading and a sentence. */
export function empty(title, text) {
  return h('div', { class: 'empty' }, h('p', { class: 'answer' }, title), text && h('p', { class: 'answer-note' }, text));
}

/** Lines that stand for what is being fetched. */
export function skeleton(lines = 3) {
  return h('div', { class: 'skeleton' }, Array.from({ length: lines }, () => h('i')), h('span', { class: 'visually-hidden' }, word('app.loading')));
}

/** A verdict on a slip as sign and words; null is one that nobody knows. */
export function slipMark(verdict) {
  if (!verdict) return h('span', { class: 'slip', data: { slip: 'none' } }, word('slip.none'));
  const { kind, text } = verdict;
  return h('span', { class: 'slip', data: { slip: kind } }, sign(kind), text);
}

/** A bar with its words beside it: how much of how much. */
export function bar(ratio, { full = false, className = 'bar' } = {}) {
  const width = `${Math.round(Math.min(1, Math.max(0, ratio)) * 1000) / 10}%`;
  return h('span', { class: className, data: { full: full ? 'yes' : 'no' }, 'aria-hidden': 'true' }, h('i', { style: { width } }));
}

function pairs(list) {
  const shown = list.filter(Boolean);
  return h('dl', { class: 'pairs' }, shown.map(([term, value]) => h('div', {}, h('dt', {}, term), h('dd', {}, value))));
}

/** How far an item is; the unit is left out when the name says it. */
function progressWords({ name, unit, done, needed }) {
  const values = { unit, done: amount(done), needed: amount(needed) };
  if (!unit || name.startsWith(unit)) return word('deliver.progress_alone', values);
  return isCountable(unit) ? word('deliver.progress_of', { ...values, needed: quantity(needed, unit.toLowerCase()) }) : word('deliver.progress', values);
}

/** How far the next lot is of a product that is done by whole lots. */
function lotsWords({ lots }) {
  if (!lots) return null;
  const values = { size: number(lots.size), gathered: number(lots.gathered), n: number(lots.under_way) };
  if (lots.rest > 0) {
    const last = { ...values, rest: number(lots.rest) };
    return lots.under_way === 0 ? word('deliver.lots_rest', last) : word('deliver.lots_last', last);
  }
  if (lots.under_way === 0) return word('deliver.lots', values);
  return lots.gathered === 0 ? word('deliver.lots_full', values) : word('deliver.lots_both', values);
}

/** What else an expected date counts besides the pace: what comes first, and what after it. */
function besidesWords({ days_per_piece: pace, ahead = 0, more_d: more = 0 }) {
  if (!(pace > 0)) return null;
  const first = ahead >= 0.5 ? word('deliver.pace_ahead', { n: number(Math.round(ahead)) }) : null;
  const then = more >= 0.5 ? word('deliver.pace_then', { days: days(more) }) : null;
  return [first, then].filter(Boolean).join(' · ');
}

/** A pace, with one decimal everywhere: so many a day, or one in so many days. */
function everyWords(pace) {
  const shown = Math.round(pace * 10) / 10;
  return shown <= 1 ? word('deliver.pace_a_day', { n: number(1 / pace, 1) }) : word('deliver.pace_every', { days: word(`unit.d.${form(shown)}`, { n: number(shown, 1) }) });
}

/** That a promised day has passed. */
export function overdueMark(overdueDays) {
  return overdueDays >= 1 ? h('small', { class: 'late-text' }, word('overdue.days', { days: days(Math.floor(overdueDays)) })) : null;
}

/** What an expected date waits for, or between which days it lies, when they are some. */
function dateWords({ expected, range, waits_for: missing, waits_also: also, waits_until: until }) {
  if (!expected) return null;
  if (missing && also) return word('deliver.waits_both', { name: missing, other: also });
  if (missing) return until ? word('deliver.waits_until', { name: missing, when: when(until, 'day') }) : word('deliver.waits_for', { name: missing });
  const told = range && ms(range[1]) - ms(range[0]) >= 2 * DAY_MS;
  return told ? word('deliver.range', { from: when(range[0], 'day'), to: when(range[1], 'day') }) : null;
}

/** What an item's date and numbers leave out, on a line of its own. */
function besides(item) {
  const text = [dateWords(item), lotsWords(item), item.needed > 1 && besidesWords(item)].filter(Boolean).join('; ');
  return text && h('p', { class: 'besides' }, capitalised(text));
}

/** Whether an item's name ends with its id: an order's does. */
function isNumbered({ id, name }) {
  return name.endsWith(` (${id})`);
}

/** An item's name without its id, which stands beside it. */
function plainName(item) {
  return isNumbered(item) ? item.name.slice(0, -item.id.length - 3) : item.name;
}

/** How late an item will be [days]; of one that nobody can tell, less than of any other. */
function lateness({ promised, expected }) {
  return dueSlip(promised, expected)?.days ?? -Infinity;
}

/** Which of some items is the latest; of several equally late ones the first. */
function latest(items) {
  return items.reduce((worst, item) => (lateness(item) > lateness(worst) ? item : worst), items[0]);
}

/** A text that leads somewhere, where there is a place for it. */
function linked(href, ...text) {
  return href ? h('a', { href }, text) : text;
}

/** Where a promise is told in full: an order in its plant's table, a milestone with its product. */
function placeOf(item, linkTo) {
  return linkTo(item.plant, isNumbered(item) ? '#orders' : '#hulls');
}

/** Several things after a word for what they are, in a sentence. */
function sentence(what, things) {
  return things.length === 0 ? null : h('span', {}, `${what}: `, things.flatMap((thing, at) => (at > 0 ? ['; ', thing] : [thing])), '. ');
}

/** What is late besides: a few by name, the others by number. */
function alsoLate({ also_late: late = [], more_late: more = 0 }, { worst, withPlant, linkTo }) {
  const later = latest([worst, ...late]);
  const names = late.map((item) => {
    const slips = dueSlip(item.promised, item.expected).text;
    // An order's id and its slip stay together, on one line.
    const text = isNumbered(item)
      ? [`${plainName(item)} · `, h('span', { class: 'nowrap' }, word('deliver.late_item', { name: item.id, days: slips }))]
      : word('deliver.late_item', { name: item.name, days: slips });
    return h(item === later ? 'strong' : 'span', { title: withPlant ? item.plant : null }, linked(placeOf(item, linkTo), text));
  });
  if (more > 0) names.push(h('a', { class: 'nowrap', href: withPlant ? '#plants' : '#orders', title: withPlant ? word('deliver.late_more_tip') : null }, word('deliver.late_more', { n: number(more) })));
  return sentence(word('deliver.also_late'), names);
}

/** Orders that were closed with something missing. */
function closedShort(orders, linkTo) {
  const names = orders.map(([id, { done, quantity: ordered, unit, due }]) => linked(linkTo('', '#orders'), whole(word('deliver.closed_item', {
    order: id, done: amount(done), all: quantity(ordered, unit), when: when(lastMoment(due), 'day'),
  }))));
  return sentence(word('deliver.closed_short'), names);
}

/** 1. Will we deliver? */
export function deliverCard(card, { withPlant, linkTo, closed = [] }) {
  if (!card.planned) return empty(word('deliver.no_plan'), word('deliver.no_plan_text'));
  if (card.items.length === 0) return empty(word('deliver.all_done'), word('deliver.all_done_text'));
  // The verdict in large type is that of the latest, wherever it stands in the order of dates.
  const worst = latest(card.items);
  const others = [alsoLate(card, { worst, withPlant, linkTo }), closedShort(closed, linkTo)].filter(Boolean);
  const items = card.items.map((item) => h('li', { class: 'due', data: { key: item.id, ...(item === worst && { worst: 'yes' }) } },
    h('p', { class: 'due-name' }, linked(placeOf(item, linkTo), plainName(item)), ' ', h('small', {}, [isNumbered(item) && item.id, withPlant && item.plant].filter(Boolean).join(' · '))),
    slipMark(dueSlip(item.promised, item.expected)),
    pairs([
      [word('deliver.promised'), [moment(lastMoment(item.promised), 'date'), overdueMark(item.overdue_d)]],
      [word('deliver.expected'), item.expected ? moment(item.expected, 'date') : word('deliver.no_expected')],
    ]),
    // Of one thing there is nothing to count until it is done.
    item.needed > 1 && h('div', { class: 'progress' },
      bar(item.done / item.needed),
      h('span', {}, [progressWords(item), item.days_per_piece > 0 && everyWords(item.days_per_piece)].filter(Boolean).join(' · '))),
    besides(item)));
  return [
    h('ol', { class: 'dues', 'aria-label': word('deliver.list') }, items),
    others.length > 0 && h('p', { class: 'also-late' }, others),
    card.method && h('p', { class: 'card-foot' }, word(`method.${tail(card.method)}`)),
  ];
}

/** How much more there would be without the hold-up, in words a plant uses. */
function lossWords(card) {
  const { loss_per_day: loss, loss_unit: name = '' } = card;
  if (loss === undefined || loss === null || loss <= 0) return null;
  // A product whose name cannot be counted with stands below the number.
  const counts = isCountable(name);
  const lost = (value) => ({ amount: counts ? quantity(value, name.toLowerCase()) : amount(value) });
  const month = loss * MONTH_D;
  // Of a slow step its own pace is the cost, which planned work is: only what it lost besides is counted.
  if (month < 1 && tail(card.chain.at(-1)?.word ?? '') === 'working') return card.slip_d > 0 ? null : [word('holdup.loss_planned'), h('small', {}, word('holdup.loss_planned_why'))];
  const text = loss >= SMALL_LOSS ? word('holdup.loss_a_day', lost(loss))
    : month < 1 ? word('holdup.loss_small', lost(1)) : word('holdup.loss_a_month', lost(month));
  return counts ? [text] : [text, h('small', {}, name)];
}

function chain(card) {
  const sentences = chainSentences(card);
  const steps = card.chain.map((step, at) => h('li', { style: { '--step': String(Math.max(0, at - 1)) } },
    at > 0 && [h('span', { class: 'muted' }, word('holdup.because')), ' '],
    h('span', { class: 'chain-text', title: step.withheld ? word('withheld.tip') : null }, step.withheld && [sign('eye_off'), ' '], sentences[at]),
    ' ', step.plant && step.plant !== (card.chain[at - 1]?.plant ?? card.plant) && h('span', { class: 'chain-plant' }, word('next.of_plant', { plant: step.plant }))));
  return h('ol', { class: 'chain', 'aria-label': word('holdup.why') }, steps);
}

/** Over which days the loss was counted: those since it works again, or all that were looked at. */
function lossWindow(card) {
  const window = card.earlier ? card.window_d : card.chain.at(-1)?.window_d;
  return window > 0 ? h('small', {}, word('holdup.loss_over', { window: days(window) })) : null;
}

/** The days that were lost to the hold-up lately, which may lie before it led. */
function lostWords({ slip_d: lost, since }, now) {
  if (!(lost > 0)) return null;
  const before = since && lost > (now - ms(since)) / DAY_MS;
  return before ? word('holdup.lost_days_before', { days: days(lost) }) : word('holdup.lost_days', { days: days(lost) });
}

/** What the hold-up does at this moment, which need not be what made it the lead. */
function nowWords({ name: called, state, since, is_closed: isClosed, waits_for: cause, is_served: isServed, cover_d: cover, is_waited_for: isWaitedFor, runs_out: out, comes }) {
  const name = nameOf(called);
  // A length of time would count the nights in which nobody works.
  const from = since && when(since);
  if (isServed && cause) {
    const values = { name, by: nameOf(cause) };
    return from ? word('holdup.now_served_since', { ...values, when: from }) : word('holdup.now_served', values);
  }
  if (state) {
    const what = cause ? word('holdup.now_for', { state: stateWord(state), name: nameOf(cause) }) : stateWord(state);
    if (isClosed && from) return word('holdup.now_closed', { name, state: what, when: from });
    return from ? word('holdup.now_since', { name, state: what, when: from }) : word('holdup.now_state', { name, state: what });
  }
  if (isWaitedFor) return word('holdup.now_missing', { name });
  if (out) return comes ? word('holdup.now_runs_out', { name, from: when(out, 'day'), to: when(comes, 'day') }) : word('holdup.now_runs_out_open', { name, from: when(out, 'day') });
  return cover > 0 ? word('holdup.now_stock', { name, days: days(cover) }) : word('holdup.now_not_missing', { name });
}

/** The former leads, newest first, and the ways to the picture and to what if. */
function holdUpFoot(card, viewer, whatIf) {
  const lead = (former) => word('holdup.before_item', { what: causeSentence(former, former.kind || undefined), when: when(former.since, 'day') });
  const before = card.before.slice(0, -1).reverse().slice(0, 2).map(lead);
  return h('p', { class: 'card-foot' },
    before.length > 0 && h('span', {}, `${word('holdup.before')}: ${before.join('; ')}.`),
    viewer && h('a', { href: viewer }, word('holdup.show')),
    whatIf && card.id && h('a', { href: whatIf(card.id) }, word('nav.what_if')));
}

/** That another hold-up led until a moment ago, as long as it is news. */
function changedWords(changed) {
  return changed && h('p', { class: 'changed' }, moment(changed.at), `: ${word('holdup.changed_from', { former: changed.former })}`);
}

/** What the hold-up does at this moment, and whether it holds anything up any more. */
function nowLine(card) {
  const over = card.is_over && (card.instead ? word('holdup.now_instead', { name: nameOf(card.instead) }) : word('holdup.now_over'));
  if (!card.now) return over && h('p', { class: 'answer-note' }, over);
  return h('p', { class: 'answer-note' }, h('strong', {}, `${word('holdup.now')}: `), `${nowWords(card.now)}.`, over && ` ${over}`);
}

/** Which promise it delays, and where it is to be seen. */
function effectLine(card) {
  const effects = [
    card.item && word('holdup.of_item', { item: card.item, plant: card.item_plant }),
    card.place && word('holdup.bites_at', { place: nameOf(card.place) }),
  ].filter(Boolean);
  return effects.length > 0 && h('p', { class: 'answer-note' }, whole(effects.join(' ')));
}

/** 2. What holds us back now? */
export function holdUpCard(card, { now, withPlant, linkTo, viewer = null, whatIf = null, changed = null }) {
  if (!card.known) {
    const { title, text } = whyNot(card);
    return empty(title, text);
  }
  const loss = lossWords(card);
  const lost = lostWords(card, now);
  const fact = (term, value) => h('div', {}, h('dt', {}, term), h('dd', {}, value));
  return [
    h('p', { class: 'answer' }, sign('flag'), ' ', nameOf(card.name)),
    h('p', { class: 'answer-note' },
      card.plant && [linked(withPlant ? linkTo(card.plant) : null, card.plant), ' · '],
      card.since ? word('holdup.since', { when: when(card.since), duration: duration((now - ms(card.since)) / 1000) }) : word('holdup.since_unknown')),
    changedWords(changed),
    nowLine(card),
    effectLine(card),
    card.chain.length > 0 && chain(card),
    card.earlier && h('p', { class: 'answer-note' }, `${word('holdup.earlier')}: `, causeSentence(card.earlier, card.kind), '.'),
    h('dl', { class: 'facts' },
      (loss || lost) && fact(word('holdup.cost'), loss ? [loss, lossWindow(card), lost && h('small', {}, lost)] : lost),
      card.share_ratio > 0 && card.window_d >= SHARE_FROM_D && fact(word('holdup.share'), [percent(card.share_ratio), h('small', {}, word('holdup.share_of', { days: days(card.window_d) }))]),
      fact(word('holdup.sure_label'), [confidenceWords(card), card.based_on[1] > 0 && h('small', {}, word('holdup.based_on', { m: number(card.based_on[0]), n: number(card.based_on[1]) }))])),
    holdUpFoot(card, viewer, whatIf),
  ];
}

/** For how long the stock lasts; an empty shelf that is filled before it is missed is used as it comes. */
function coverWords({ stock, unit, cover_d: cover, dry, late_d: late }, now) {
  if (stock <= 0) return (dry && ms(dry) <= now) || late > 0 ? word('next.nothing') : word('next.as_it_comes');
  return cover === undefined ? quantity(stock, unit) : [days(cover), h('small', { class: 'nowrap' }, quantity(stock, unit))];
}

/** From when on there is too little: of what is out, since when, and for how long. */
function shortFrom(part, now) {
  if (!part.dry) return h('span', { class: 'muted' }, word('next.not_in_sight'));
  const until = (ms(part.dry) - now) / DAY_MS;
  if (until > 0) return [moment(part.dry, 'day'), h('small', { class: until < 3 ? 'late-text' : null }, word('next.in_days', { days: days(until) }))];
  const since = part.out_since ?? part.dry;
  const lasted = (now - ms(since)) / DAY_MS;
  const text = lasted >= 1 ? word('next.out_for', { days: days(Math.floor(lasted)) }) : word('next.now');
  // An empty shelf holds nothing up before somebody wants something of it.
  return [moment(since, 'day'), h('small', { class: part.waited_for ? 'late-text' : null }, text), !part.waited_for && h('small', { class: 'muted' }, word('next.nobody_waits'))];
}

function dryRow(part, now, withPlant) {
  const tip = word('next.stock_tip', { use: amount(part.use_per_day) });
  const supplier = part.supplier ? word('next.from', { supplier: nameOf(part.supplier) }) : null;
  return h('tr', { data: { key: `${part.plant}/${part.material}` } },
    h('th', { scope: 'row' }, part.name, h('small', { title: supplier }, withPlant ? part.plant : supplier)),
    h('td', { class: 'num cover', title: tip }, coverWords(part, now),
      part.unused_since && part.stock > 0 && h('small', { class: 'muted' }, word('next.unused', { when: when(part.unused_since, 'day') }))),
    h('td', {}, shortFrom(part, now)),
    h('td', { title: part.delivery ? word('next.delivery_tip', { id: part.delivery }) : null }, part.next_delivery
      ? [moment(part.next_delivery, 'day'), overdueMark(part.overdue_d) ?? (part.late_d >= 0.5 && h('small', { class: 'late-text' }, word('next.delivery_late', { days: days(part.late_d) }))),
        part.again && h('small', { class: 'late-text' }, word('next.again', { from: when(part.again[0], 'day'), to: when(part.again[1], 'day') }))]
      : h('span', { class: 'muted' }, word('next.none_promised')),
      part.order_short > 0 && h('small', { class: 'late-text' }, word('next.order_short', { amount: quantity(part.order_short, part.unit) }))));
}

/** The first part to run out, as the card's large answer. */
function dryAnswer(part, now) {
  if (!part.dry) return part.stock <= 0 && part.next_delivery ? word('next.answer_as_it_comes', { name: part.name }) : word('next.answer_none');
  const until = (ms(part.dry) - now) / DAY_MS;
  return until <= 0 ? word('next.answer_now', { name: part.name }) : word('next.answer', { name: part.name, days: days(until) });
}

/** 3. What stops us next? */
export function nextCard(card, { now, withPlant }) {
  if (card.parts.length === 0) return empty(word('next.empty'), word('next.empty_text'));
  const head = [word('next.part'), word('next.cover'), word('next.stops'), word('next.delivery')];
  return [
    h('p', { class: 'answer' }, dryAnswer(card.parts[0], now)),
    h('table', { class: 'plain' },
      h('caption', { class: 'visually-hidden' }, word('next.caption')),
      h('thead', {}, h('tr', {}, head.map((text, at) => h('th', { scope: 'col', class: at === 1 ? 'num' : null }, text)))),
      h('tbody', {}, card.parts.slice(0, PARTS_SHOWN).map((part) => dryRow(part, now, withPlant)))),
  ];
}

/** That what an answer was about is over, and whether by the day that it gave. */
function overWords({ over_since: over, until }) {
  const values = { when: when(over, 'day') };
  if (!until) return word('act.over', values);
  const kept = ms(over) <= ms(until) || when(over, 'day') === when(until, 'day');
  return kept ? word('act.over_kept', values) : word('act.over_late', { ...values, until: when(until, 'day') });
}

/** What has become of an answer: of which delivery it is, when that comes or came, or which day it gives. */
function answerState(card) {
  const { delivery } = card;
  if (delivery) {
    const values = { amount: quantity(delivery.quantity, delivery.unit), name: delivery.name, when: when(delivery.expected, 'day') };
    return h('p', { class: 'label', title: word('next.delivery_tip', { id: delivery.id }) }, delivery.arrived ? word('act.delivery_here', values) : word('act.delivery_due', values), ' ', overdueMark(card.overdue_d),
      delivery.next && [' ', word('act.delivery_later', { when: when(delivery.next, 'day') })]);
  }
  if (card.over_since) return h('p', { class: 'label' }, overWords(card));
  if (!card.until) return null;
  const until = word('act.until', { when: when(card.until, 'day') });
  return h('p', { class: 'label' }, until, ' ', overdueMark(card.overdue_d));
}

/** A text whose numbers stay on one line with their units. */
function unbroken(text) {
  return text.replaceAll(/(\d) (?=(d|h|min|days?|hours?)\b)/g, '$1\u00a0');
}

/** 4. Who acts? */
export function actCard(card, { now, holdUp }) {
  if (holdUp && !holdUp.known) {
    return tail(holdUp.why_not ?? '') === 'nothing_waits' ? empty(word('act.nothing'), word('act.nothing_text')) : empty(word('act.unknown'), word('act.unknown_text'));
  }
  const about = card.about && h('p', { class: 'answer-note' }, word('act.about', { name: nameOf(card.about) }));
  const answer = card.answer
    ? h('div', {}, h('p', { class: 'label' }, card.is_before ? word('act.answer_before') : word('act.answer')), h('blockquote', { class: 'quote' }, whole(unbroken(card.answer))),
      card.answered && h('p', { class: 'label' }, word('act.ago', { when: when(card.answered), duration: duration((now - ms(card.answered)) / 1000) })),
      answerState(card))
    : h('p', { class: 'muted' }, word('act.no_answer'));
  const call = (className) => card.phone && h('a', { class: className, href: telephone(card.phone) }, sign('phone'), ' ', word('act.call', { phone: card.phone }));
  // What was asked last is no answer to what holds up now: who owns that comes first.
  if (card.answer && card.is_before && card.owner) {
    return h('div', { class: 'stack' },
      h('div', {}, h('p', { class: 'answer' }, card.owner), about, h('p', {}, word('act.not_asked'))),
      h('p', { class: 'label' }, call('ask')),
      answer);
  }
  // What was asked last is settled: that comes first, and nobody need be called for it.
  if (card.answer && card.over_since) {
    return h('div', { class: 'stack' },
      h('div', {}, h('p', { class: 'answer' }, word('act.settled', { when: when(card.over_since, 'day') })), about),
      answer,
      card.owner && h('p', { class: 'label' }, word('act.if_ask', { owner: card.owner }), ' ', call('ask')));
  }
  if (!card.owner) return h('div', { class: 'stack' }, h('div', {}, empty(word('act.nobody'), word('act.nobody_text')), about), card.answer && answer);
  return h('div', { class: 'stack' }, h('div', {}, h('p', { class: 'answer' }, card.owner), about), card.phone && h('p', {}, call('button')), answer);
}

/** That the picture is partial: what kind of thing is missing, what is seen, whom to ask. */
function keptBack(card, seen) {
  const kinds = (card.withheld_kinds ?? []).map((kind) => word(`kept.kind.${kind}`));
  const what = kinds.length > 0 ? word('kept.what', { kinds: listed(kinds) }) : word('kept.something');
  return h('div', { class: 'kept-back' },
    h('p', { class: 'kept-title' }, sign('eye_off'), ' ', word('kept.title')),
    h('p', {}, `${what} ${seen}`),
    h('p', {}, word('kept.ask')));
}

/** 5. Can I trust this? */
export function trustCard(card, { now, withPlant, seen, openAssumed }) {
  const row = (term, value, className) => h('div', {}, h('dt', {}, term), h('dd', { class: className }, value));
  const feeds = card.feeds === 0
    ? [word('trust.no_feeds'), ' ', h('a', { href: keepAudience('/help/#feed') }, word('trust.connect'))]
    : word('trust.feeds_of', { m: number(card.feeds_reporting), n: number(card.feeds) });
  const age = (at) => duration((now - ms(at)) / 1000);
  const oldest = card.oldest
    ? withPlant ? word('trust.oldest_of', { duration: age(card.oldest), name: nameOf(card.oldest_name) }) : word('trust.oldest_here', { duration: age(card.oldest) })
    : word('trust.no_oldest');
  const origin = card.origin || 'unknown';
  const assumed = word('trust.assumed_of', { m: number(card.assumed), n: number(card.inputs) });
  return [
    h('div', { class: 'trust-origin' }, originBadge(card.origin), h('span', { class: 'muted' }, word(`origin_says.${origin}`))),
    h('dl', { class: 'rows' },
      row(word('trust.feeds'), feeds, card.feeds_reporting < card.feeds ? 'late-text' : null),
      row(word('trust.oldest'), oldest),
      row(word('trust.assumed'), card.assumed > 0 && openAssumed
        ? h('button', { type: 'button', class: 'link', 'aria-haspopup': 'dialog', title: word('inputs.open'), on: { click: openAssumed } }, assumed)
        : assumed, card.assumed > 0 ? 'warn-text' : null),
      row(word('trust.refused'), number(card.refused), card.refused > 0 ? 'late-text' : null),
      !card.withheld && row(word('trust.withheld'), withPlant ? word('trust.withheld_none') : word('trust.withheld_none_plant'))),
    card.withheld && keptBack(card, seen),
  ];
}

const CARDS = { deliver: deliverCard, holdup: holdUpCard, next: nextCard, act: actCard, trust: trustCard };

/** Makes the five empty cards, with their questions. */
export function frameCards() {
  document.getElementById('cards').append(...Object.keys(CARDS).map((name, at) => {
    const id = `card-${name}`;
    return h('section', { class: 'card', id, 'aria-labelledby': `${id}-title` },
      h('h2', { id: `${id}-title` }, h('span', { class: 'ordinal', 'aria-hidden': 'true' }, number(at + 1)), word(`card.${name}`)),
      h('div', { class: 'card-body' }));
  }));
}

/**
 * Draws the five cards of a view into the page's sections. `seen` says what of it is shared when
 * not everything is; `openAssumed()` shows what nobody measured; `changed` is the last change of
 * the main hold-up while it is news. `linkTo(plant, section)` gives the way to a plant by its name,
 * or null; `closed` are the orders that were lately closed with something missing.
 */
export function drawCards(view, { now, withPlant, linkTo, closed = [], viewer = null, whatIf = null, seen = '', openAssumed = null, changed = null }) {
  const holdUp = view.get('board/holdup');
  const context = { now: now ?? Date.now(), withPlant, linkTo, closed, viewer, whatIf, holdUp, seen, openAssumed, changed };
  for (const [name, draw] of Object.entries(CARDS)) {
    const section = document.getElementById(`card-${name}`);
    const value = view.get(`board/${name}`);
    section.setAttribute('aria-busy', String(!view.ready));
    if (name === 'holdup') section.dataset.known = value?.known ? 'yes' : 'no';
    const content = !view.ready ? skeleton(4) : value === undefined ? empty(word(`not_shared.${name}`), word('not_shared.text')) : draw(value, context);
    renew(section.querySelector('.card-body'), content);
  }
}
