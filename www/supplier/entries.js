// What a supplier's buttons stand for, as reports of the closed list that every feed uses.

import { quantity, when } from '../lib/format.js';
import { word } from '../lib/words.js';
import { dayOf } from './check.js';
import { receipt } from './outbox.js';

/** What can be said about an order line, and about what is delivered regularly. */
export const ACTS = { line: ['made', 'shipped', 'late', 'scrapped', 'stock'], standing: ['made', 'shipped', 'scrapped', 'stock'] };

/** The middle of a day, so that it is that day in every zone of the programme. */
const noon = (day) => `${day}T12:00:00Z`;

let made = 0;

/** The id of a delivery that nobody has announced yet: by the millisecond, and by how many came before. */
function freshId(name, at) {
  made += 1;
  return `${name.slice(0, 38)}-${at.replace(/[^0-9]/g, '').slice(2, 17)}-${made}`;
}

/** What begins the id of what is left of a delivery. The hub knows it by that, too: what was finished and did not go with a load counts for the next. */
const restId = (delivery) => `${delivery.slice(0, 33)}.rest`;

/** A delivery's name for people: ids that this page made are told by what they stand for. */
export function lineName(delivery) {
  const rest = /^(.+?)\.rest-/.exec(delivery);
  if (rest) return word('supplier.rest_of', { line: rest[1] });
  const load = /-(\d\d)(\d\d)(\d\d)\d{9}-\d+$/.exec(delivery);
  return load ? word('supplier.load_of', { when: when(noon(`20${load[1]}-${load[2]}-${load[3]}`), 'date') }) : delivery;
}

/**
 * An entry: its words and its reports, or null when it says nothing. `who` knows plant, supplier
 * and clock; `line` is a line or a standing order; `day` is `y-m-d`.
 */
export function entryOf(who, line, { act, quantity: n, day, reason }) {
  const at = who.plantNow();
  const say = (kind, more) => ({ kind, at, ...more });
  const terms = (delivery, more) => ({ delivery, supplier: who.supplier, material: line.material, quantity: line.quantity, date: line.expected, ...more });
  const lot = line.delivery ? { lot: line.delivery } : {};
  const here = { material: line.material, quantity: n, storage: who.supplier };
  const words = (values = {}) => word(`supplier.said.${act}`, { n: n === undefined ? '' : quantity(n, line.unit), what: line.material_name, line: lineName(line.delivery ?? ''), day: day ? when(noon(day), 'date') : '', reason: reason ?? '', ...values });
  if (act === 'made') return { words: words(), reports: [say('lot_produced', { ...here, ...lot })] };
  if (act === 'scrapped') return { words: words(), reports: [say('lot_consumed', { ...here, ...lot })] };
  if (act === 'stock') return { words: words(), reports: [say('stock', here)] };
  if (act === 'late') return { words: words(), reports: [say('delivery_delayed', terms(line.delivery, { date: noon(day), reason }))] };
  // A load that arrives when it was to arrive moves no date, not even by hours.
  const date = day && !(line.expected && day === dayOf(line.expected)) ? noon(day) : line.expected;
  if (!line.delivery) {
    const delivery = freshId(line.material, at);
    const sent = terms(delivery, { quantity: n, date });
    return { words: words({ line: lineName(delivery) }), reports: [say('delivery_promised', sent), say('delivery_shipped', sent)] };
  }
  const rest = line.quantity - n;
  const reports = [say('delivery_shipped', terms(line.delivery, { quantity: n, date }))];
  if (rest <= 1e-9) return { words: words(), reports };
  // What did not go with this load stays promised, as a line of its own.
  const left = freshId(restId(line.delivery), at);
  reports.push(say('delivery_promised', terms(left, { quantity: rest, date: line.expected })));
  return { words: word('supplier.said.part', { n: quantity(n, line.unit), what: line.material_name, line: lineName(line.delivery), rest: quantity(rest, line.unit) }), reports };
}

/** What an entry says in short, to find it again: line, act, number and day. */
export function saidOf(line, { act, quantity: n, day }) {
  return { line: line.delivery ?? `every ${line.material}`, act, n, day };
}

/** The entry of today that says the same and counts; a row of a spreadsheet names no day that it does not mean. */
export function sameToday(entries, line, what) {
  const { line: of, act, n, day } = saidOf(line, what);
  const today = new Date().toDateString();
  return entries.find((entry) => entry.state !== 'refused' && entry.said && new Date(entry.at).toDateString() === today
    && entry.said.line === of && entry.said.act === act && entry.said.n === n && (day === undefined || entry.said.day === day)
    && !entries.some(({ undoes, state }) => undoes === receipt(entry) && state !== 'refused'));
}

/** What takes an entry back: for each of its reports, a correction to a remark that says so. */
export function takenBack(who, entry) {
  const at = who.plantNow();
  const text = word('supplier.taken_back_remark', { number: receipt(entry), words: entry.words }).slice(0, 400);
  const reports = entry.reports.map((report, index) => ({
    kind: 'correction', at, feed: who.feed, epoch: entry.epoch, seq: entry.seq, index,
    report: { kind: 'comment', at: report.at, about: who.supplier, text },
  }));
  return { words: word('supplier.said.undo', { number: receipt(entry), words: entry.words.charAt(0).toLowerCase() + entry.words.slice(1) }), reports, undoes: receipt(entry) };
}
