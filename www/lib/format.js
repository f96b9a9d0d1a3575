// Dates, durations and numbers as the reader writes them. Times can be had in the site's zone and
// in the reader's; the choice is remembered, and every time tells the other one in its tooltip.

import { form, hasWord, word } from './words.js';

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
/** A day [ms]. */
export const DAY_MS = DAY_S * 1000;
const CHOICE = 'slipway.time';
/** A space at which no line is broken. */
const NO_BREAK = '\u00a0';

const locale = globalThis.navigator?.languages?.length ? [...navigator.languages] : undefined;
const readerZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
let siteZone = 'UTC';
let choice = remembered();
const listeners = new Set();
const made = new Map();

function remembered() {
  try {
    return localStorage.getItem(CHOICE) === 'reader' ? 'reader' : 'site';
  } catch {
    return 'site'; // A browser may forbid storage; the page works without.
  }
}

/** A formatter, made once for each set of options: making one is slow. */
function formatter(kind, options) {
  const key = `${kind.name}${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new kind(locale, options));
  return made.get(key);
}

/** Tells which zone the site is in, by its IANA name. */
export function useSiteZone(zone) {
  if (!zone || zone === siteZone) return;
  siteZone = zone;
  listeners.forEach((tell) => tell());
}

/** `site` or `reader`: whose time is shown. */
export function timeChoice() {
  return choice;
}

/** Shows the site's or the reader's time from now on, on this machine. */
export function chooseTime(wanted) {
  choice = wanted;
  try {
    localStorage.setItem(CHOICE, wanted);
  } catch { /* Not remembered, but in force. */ }
  listeners.forEach((tell) => tell());
}

/** Calls `tell()` whenever times must be written anew. */
export function onTimeChoice(tell) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** The zone whose time is shown, and the other one. */
export function zones() {
  return choice === 'site' ? { shown: siteZone, other: readerZone } : { shown: readerZone, other: siteZone };
}

/** A zone's short name at a moment, such as CET. */
export function zoneName(zone, at = Date.now()) {
  const parts = formatter(Intl.DateTimeFormat, { timeZone: zone, timeZoneName: 'short' }).formatToParts(at);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? zone;
}

const STYLES = {
  date: { day: 'numeric', month: 'short', year: 'numeric' },
  day: { day: 'numeric', month: 'short' },
  time: { hour: '2-digit', minute: '2-digit' },
  moment: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  clock: { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
};

function written(at, style, zone) {
  const text = formatter(Intl.DateTimeFormat, { ...STYLES[style], timeZone: zone }).format(at);
  // A day stays on one line with its month; a moment breaks after a comma alone.
  return style === 'moment' || style === 'clock' ? text.replaceAll(/(?<!,) /g, NO_BREAK) : text.replaceAll(' ', NO_BREAK);
}

/** A moment (RFC 3339 text or ms) in the chosen zone; style: date, day, time, moment, clock. */
export function when(at, style = 'moment') {
  return written(ms(at), style, zones().shown);
}

/** The same moment in both zones, for a tooltip. */
export function whenBoth(at) {
  const moment = ms(at);
  const zoned = (zone) => `${written(moment, 'clock', zone)} ${zoneName(zone, moment)}`;
  const site = word('time.tip_site', { when: zoned(siteZone) });
  return siteZone === readerZone ? site : `${site}\n${word('time.tip_reader', { when: zoned(readerZone) })}`;
}

/** The address that a telephone calls a number by. */
export function telephone(number) {
  return `tel:${number.replaceAll(/[^+\d]/g, '')}`;
}

/** Milliseconds of an RFC 3339 text, or of a number that is some already. */
export function ms(at) {
  return typeof at === 'number' ? at : Date.parse(at);
}

/** The last moment of the day by whose end something is due: due at midnight is due the day before. */
export function lastMoment(due) {
  return ms(due) - 1;
}

/** The day of a moment in the chosen zone, counted in whole days. */
function dayNumber(at) {
  const parts = formatter(Intl.DateTimeFormat, { timeZone: zones().shown, calendar: 'gregory', numberingSystem: 'latn', year: 'numeric', month: 'numeric', day: 'numeric' }).formatToParts(at);
  const [year, month, day] = ['year', 'month', 'day'].map((type) => Number(parts.find((part) => part.type === type).value));
  return Date.UTC(year, month - 1, day) / DAY_MS;
}


/** A number with at most so many digits after the point. */
export function number(value, digits = 0) {
  return formatter(Intl.NumberFormat, { maximumFractionDigits: digits }).format(value);
}

/** A number of which two or three digits matter, whatever its size. */
export function amount(value) {
  if (Math.abs(value) >= 100) return number(value, 0);
  return formatter(Intl.NumberFormat, { maximumSignificantDigits: Math.abs(value) >= 10 ? 3 : 2 }).format(value);
}

/** A share as a percentage. */
export function percent(ratio) {
  return formatter(Intl.NumberFormat, { style: 'percent', maximumFractionDigits: 0, signDisplay: 'negative' }).format(ratio);
}

/** A quantity with its unit. Units that have words of their own are declined. */
export function quantity(value, unit) {
  if (unit === 'ratio') return percent(value);
  const shown = amount(value);
  if (unit?.startsWith('/')) return word('per.unit', { n: shown, unit: unit.slice(1) });
  const known = unit && hasWord(`unit.${unit}.other`);
  return known ? word(`unit.${unit}.${form(value)}`, { n: shown }) : `${shown} ${unit ?? ''}`.trim();
}

/** A length of time given in seconds, in its two largest units: 3 d 4 h. */
export function duration(seconds) {
  const s = Math.max(0, seconds);
  if (s >= 10 * DAY_S) return word('duration.d', { d: number(s / DAY_S) });
  if (s >= DAY_S) return word('duration.dh', { d: Math.floor(s / DAY_S), h: Math.floor((s % DAY_S) / HOUR_S) });
  if (s >= HOUR_S) return word('duration.hm', { h: Math.floor(s / HOUR_S), m: Math.floor((s % HOUR_S) / 60) });
  if (s >= 60) return word('duration.m', { m: Math.floor(s / 60) });
  return word('duration.s', { s: Math.floor(s) });
}

/** Units of time, longest first: seconds in each. */
const TIME_UNITS = [['d', DAY_S], ['h', HOUR_S], ['min', 60], ['s', 1]];

/** A length of time given in seconds as it was written down: 36 hours, 45 minutes. */
export function writtenTime(seconds) {
  const [unit, length] = TIME_UNITS.find(([, length]) => seconds >= 2 * length) ?? ['s', 1];
  return quantity(seconds / length, unit);
}

/** A number of days in words: 12 days. */
export function days(value) {
  const shown = value < 2 ? Math.round(value * 10) / 10 : Math.round(value);
  return word(`unit.d.${form(shown)}`, { n: number(shown, 1) });
}

/** Slips of so many days and more are told in weeks, shorter ones in days. */
const WEEKS_FROM_D = 100;

/** A slip in days as a verdict: its kind (`late`, `early`, `on_time`), its whole days and its words. */
export function slip(slipDays) {
  const whole = Math.round(slipDays);
  if (whole === 0) return { kind: 'on_time', days: 0, text: word('slip.on_time') };
  const kind = whole > 0 ? 'late' : 'early';
  if (Math.abs(whole) >= WEEKS_FROM_D) {
    const weeks = Math.round(Math.abs(whole) / 7);
    return { kind, days: whole, text: word(`slip.weeks_${kind}`, { n: number(weeks) }) };
  }
  return { kind, days: whole, text: word(`slip.${kind}.${form(whole)}`, { n: number(Math.abs(whole)) }) };
}

/** The slip in calendar days of what is due; null when nobody knows when to expect it. */
export function dueSlip(due, expected) {
  if (expected === undefined || expected === null) return null;
  return slip(dayNumber(ms(expected)) - dayNumber(lastMoment(due)));
}
