// Charts of the plant's series, drawn with uPlot; each has its last value in words and a table.

import uPlot from '../vendor/uplot/uPlot.esm.js';
import { h, renew } from '../lib/dom.js';
import { onTimeChoice, quantity, when, zones } from '../lib/format.js';
import { tail, word } from '../lib/words.js';
import { dayOf } from './tables.js';
import { table } from './page.js';

/** Height of a chart [px]. */
const HEIGHT = 200;
/** The order of the charts; series that it does not name come after. */
const ORDER = ['throughput', 'wip', 'lead_time'];
/** Rows of a chart's table: the newest days. */
const DAYS_LISTED = 60;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function options(width, series) {
  const axis = { stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false }, font: '12px system-ui' };
  const lines = [{}, { label: word('charts.measured'), stroke: colour('--accent'), width: 2.5, points: { show: false } }];
  if (series.plan?.length) lines.push({ label: word('charts.planned'), stroke: colour('--muted'), width: 1.5, dash: [6, 4], points: { show: false } });
  return {
    width, height: HEIGHT, cursor: { show: false }, legend: { show: false }, series: lines,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), zones().shown),
    scales: { y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.1 : 1] } },
    axes: [
      { ...axis, values: (_, splits) => splits.map((at) => when(at * 1000, 'day')), space: 72, size: 28 },
      { ...axis, size: 44 },
    ],
  };
}

/** Counts are smoothed when fewer days than this share finish anything. */
const SELDOM_RATIO = 0.9;
/** Days that a smoothed value is the mean of. */
const SMOOTH_DAYS = 28;

/**
 * Daily counts of things that are finished every few days say nothing as a curve: these are shown
 * as the mean of the last weeks, and say so.
 */
function readable(series) {
  const known = series.value.filter((value) => value !== null);
  const isSparse = known.filter((value) => value > 0).length < known.length * SELDOM_RATIO;
  if (tail(series.word) !== 'throughput' || !isSparse || known.length < SMOOTH_DAYS) return series;
  const mean = (end) => {
    const window = series.value.slice(end + 1 - SMOOTH_DAYS, end + 1).filter((value) => value !== null);
    return window.length === 0 ? null : window.reduce((sum, value) => sum + value, 0) / window.length;
  };
  const value = series.value.map((_, end) => (end + 1 < SMOOTH_DAYS ? null : mean(end)));
  return { ...series, value, name: word('series.smooth', { name: series.name, n: SMOOTH_DAYS }) };
}

function rank(series) {
  const at = ORDER.indexOf(tail(series.word));
  return at < 0 ? ORDER.length : at;
}

/** One chart and what it was last drawn from. */
class Chart {
  #area = h('div', { class: 'chart-area', 'data-own': true });
  #figure = h('figure', { class: 'chart' });
  #plot = null;
  #drawn = '';
  #series = null;

  constructor(container) {
    container.append(this.#figure);
    this.#figure.append(h('div'), this.#area, h('div'));
    new ResizeObserver(() => this.#fit()).observe(this.#area);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#plotAnew());
    onTimeChoice(() => this.#plotAnew());
  }

  show(series) {
    const drawn = `${series.at_s.length} ${series.at_s.at(-1)} ${series.value.join()} ${series.plan?.join()}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#series = series;
    const title = word(`series.${tail(series.word)}`);
    renew(this.#figure.firstChild, h('h3', {}, `${title}: ${series.name}`), h('figcaption', {}, this.#latest()));
    renew(this.#figure.lastChild, h('details', {}, h('summary', {}, word('charts.table')), this.#table(title)));
    this.#area.setAttribute('role', 'img');
    this.#area.setAttribute('aria-label', `${title}: ${series.name}. ${this.#latest()}`);
    this.#plotAnew();
  }

  #latest() {
    const { value, plan = [], unit } = this.#series;
    const at = value.findLastIndex((v) => v !== null);
    if (at < 0) return word('charts.empty');
    const now = quantity(value[at], unit);
    const planned = plan[at];
    return planned === null || planned === undefined ? word('charts.now', { value: now }) : word('charts.now_plan', { value: now, plan: quantity(planned, unit) });
  }

  #table(title) {
    const { at_s: at, value, plan = [], unit } = this.#series;
    const shown = (v) => (v === null || v === undefined ? word('plants.none') : quantity(v, unit));
    const rows = at.map((seconds, i) => h('tr', {}, h('th', { scope: 'row' }, dayOf(seconds)), h('td', { class: 'num' }, shown(value[i])), plan.length > 0 && h('td', { class: 'num' }, shown(plan[i]))));
    const columns = [[word('charts.day')], [word('charts.measured'), 'num'], ...(plan.length > 0 ? [[word('charts.planned'), 'num']] : [])];
    return table(word('charts.caption', { name: title }), columns, rows.reverse().slice(0, DAYS_LISTED));
  }

  #plotAnew() {
    this.#plot?.destroy();
    this.#plot = null;
    const width = this.#area.clientWidth;
    if (!this.#series || width === 0) return;
    const { at_s: at, value, plan } = this.#series;
    const data = [at, value, ...(plan?.length ? [plan] : [])];
    this.#plot = new uPlot(options(width, this.#series), data, this.#area);
  }

  #fit() {
    const width = this.#area.clientWidth;
    if (width === 0) return;
    if (this.#plot) this.#plot.setSize({ width, height: HEIGHT });
    else this.#plotAnew();
  }
}

/** All charts of a history view. */
export class Charts {
  #body;
  #charts = new Map();
  #note = h('div');
  #list = h('div', { class: 'charts' });

  constructor(sectionId) {
    this.#body = document.getElementById(sectionId).querySelector('.panel-body');
    this.#body.replaceChildren(this.#note, this.#list);
  }

  draw(view) {
    const found = view.entries('series').filter(([, series]) => series.at_s.length > 1).sort(([, a], [, b]) => rank(a) - rank(b));
    renew(this.#note, !view.ready ? h('p', { class: 'muted' }, word('charts.waiting')) : found.length === 0 && h('p', { class: 'muted' }, word('charts.empty')));
    for (const [name, series] of found) {
      if (!this.#charts.has(name)) this.#charts.set(name, new Chart(this.#list));
      this.#charts.get(name).show(readable(series));
    }
  }
}
