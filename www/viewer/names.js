// What things are called here: by their name, and where two share one, by what each is besides.

import { nameOf, word } from '../lib/words.js';

/**
 * The names of `[id, layout]` pairs by id, no two the same. What stands in a building that is
 * called the same keeps the plain name; the building is then called one, and open ground an area.
 */
export function tellApart(layouts) {
  const plain = layouts.map(([id, layout]) => ({ id, layout, name: nameOf(layout.name), what: '' }));
  const among = (entries, key) => {
    const counts = new Map();
    for (const entry of entries) counts.set(key(entry), (counts.get(key(entry)) ?? 0) + 1);
    return counts;
  };
  const isArea = ({ layout }) => layout.kind === 'area';
  const inside = among(plain.filter((entry) => !isArea(entry)), ({ name }) => name);
  const named = (entry) => (entry.what ? word('viewer.told_apart', entry) : entry.name);
  for (const entry of plain) {
    if (isArea(entry) && inside.has(entry.name)) entry.name = word(entry.layout.mesh ? 'viewer.building' : 'viewer.ground', entry);
    else if (inside.get(entry.name) > 1) entry.what = entry.layout.noun || word(`viewer.kind.${entry.layout.kind}`);
  }
  const again = among(plain, named);
  for (const entry of plain) if (again.get(named(entry)) > 1) entry.what = entry.id;
  return new Map(plain.map((entry) => [entry.id, named(entry)]));
}
