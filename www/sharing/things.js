// What of a plant can be chosen: what is chosen most first, the rest by where it stands.

import { h } from '../lib/dom.js';
import { word } from '../lib/words.js';

const option = (code, name) => h('option', { value: code }, name);
const group = (label, options) => options.length > 0 && h('optgroup', { label }, options);

/** In an area, in this order. */
const IN_AREA = ['work_center', 'unit', 'storage'];

/**
 * The groups of a list: whole areas, then area by area its stations and stores, then what moves.
 * Of a group of stations with one name it is said that all are meant, and of one alone nothing: it
 * is that station.
 */
export function thingGroups(things) {
  const areas = things.filter(({ kind }) => kind === 'area');
  const isSeveral = ({ code }) => things.filter(({ kind, part_of: of }) => kind === 'unit' && of.includes(code)).length > 1;
  const listed = things.filter((thing) => thing.kind !== 'work_center' || isSeveral(thing));
  const within = ({ code }) => listed.filter(({ part_of: of }) => of.includes(code)).sort((a, b) => IN_AREA.indexOf(a.kind) - IN_AREA.indexOf(b.kind));
  const named = ({ code, name, kind }) => option(code, kind === 'work_center' ? word('sharing.all_stations', { name }) : name);
  return [
    group(word('sharing.areas'), areas.map(({ code, name }) => option(code, word('sharing.all_of_area', { name })))),
    ...areas.map((area) => group(area.name, within(area).map(named))),
    group(word('sharing.movable'), listed.filter(({ kind }) => kind === 'resource').map(named)),
    group(word('sharing.elsewhere'), listed.filter(({ kind, part_of: of }) => IN_AREA.includes(kind) && !areas.some(({ code }) => of.includes(code))).map(named)),
  ];
}
