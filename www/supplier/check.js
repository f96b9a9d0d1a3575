// What cannot be meant, and what is asked about before it is sent: the same for a form and for a
// row of a spreadsheet.

import { DAY_MS, quantity, when, zones } from '../lib/format.js';
import { hasWord, word } from '../lib/words.js';

/** Dates may lie this far ahead of the plant's today. */
const FARTHEST_MS = 3 * 365.25 * DAY_MS;
/** So many times the order line is no quantity of it. */
const IMPOSSIBLY_MUCH = 100;
/** So many times the order line is much to have in stock. */
const MUCH_IN_STOCK = 10;

/** Units that are written with words and measured all the same. */
const MEASURED = ['d', 'h', 'min', 's'];

/** Whether there are only whole ones of a unit. */
const isCounted = (unit) => hasWord(`unit.${unit}.other`) && !MEASURED.includes(unit);

/** A unit without a number: sets, kg. */
export const unitsOf = (unit) => (isCounted(unit) ? word(`unit.${unit}.other`, { n: '' }).trim() : unit);

/** The day of a moment in the zone that dates are shown in, as `y-m-d`. */
export function dayOf(at) {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zones().shown, calendar: 'gregory', numberingSystem: 'latn', year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(new Date(at));
  const part = (type) => parts.find((known) => known.type === type).value;
  return `${part('year')}-${part('month')}-${part('day')}`;
}

/** A day as all dates on the page are written. */
export const dayInWords = (day) => when(`${day}T12:00:00Z`, 'date');

/** The first and the last day that can be given, and the plant's today. */
export function daysOf(who) {
  const now = Date.parse(who.plantNow());
  return { first: dayOf(now), last: dayOf(now + FARTHEST_MS), today: dayOf(now) };
}

/**
 * `{wrong, values}` for what is not taken, `{ask, values}` for what is taken when asked about, or
 * nothing; the texts are `supplier.wrong.…` and `supplier.really.…`.
 */
export function check(who, line, { act, quantity: n, day, reason }) {
  const wrong = wrongQuantity(line, act, n) ?? wrongDay(who, line, act, day, reason);
  return wrong ?? doubt(line, act, n) ?? {};
}

function wrongQuantity(line, act, n) {
  if (n === undefined) return null;
  if (n === 0 && act !== 'stock') return { wrong: 'zero', values: {} };
  if (isCounted(line.unit) && !Number.isInteger(n)) return { wrong: 'fraction', values: { units: unitsOf(line.unit) } };
  const whole = line.quantity ?? line.lot;
  if (act !== 'stock' && n > whole * IMPOSSIBLY_MUCH) return { wrong: 'too_much_of', values: { n: quantity(n, line.unit), of: quantity(whole, line.unit) } };
  return null;
}

function wrongDay(who, line, act, day, reason) {
  if (day === undefined) return null;
  if (day === '') return { wrong: 'no_day', values: {} };
  const { first, last, today } = daysOf(who);
  if (day < first) return { wrong: 'past_date', values: { day: dayInWords(day), today: dayInWords(today) } };
  if (day > last) return { wrong: 'far_date', values: { day: dayInWords(day), last: dayInWords(last) } };
  if (act !== 'late') return null;
  if (line.expected && day === dayOf(line.expected)) return { wrong: 'same_date', values: {} };
  return reason === '' ? { wrong: 'no_reason', values: {} } : null;
}

function doubt(line, act, n) {
  if (n === undefined) return null;
  const told = (value) => quantity(value, line.unit);
  if (act === 'stock') return n > (line.quantity ?? line.lot) * MUCH_IN_STOCK ? { ask: 'much', values: { n: told(n) } } : null;
  if (!line.delivery) return null;
  const before = act === 'made' ? line.made : act === 'scrapped' ? line.scrapped : 0;
  const values = { n: told(n), of: told(line.quantity), before: told(before), sum: told(before + n) };
  if (act === 'shipped' && line.state === 'shipped') return { ask: 'again', values };
  if (before + n <= line.quantity) return null;
  return { ask: before > 0 ? 'sum' : 'more', values };
}
