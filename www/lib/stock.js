// What lies in a storage, in words: which material first, and how much there is in all.

import { amount, number } from './format.js';
import { word } from './words.js';

const WITHHELD_SUPPLIER = 'withheld.supplier';

/** Whether a storage holds what is counted in several units: such a sum says nothing. */
export function isMixed({ stock = [] }) {
  return new Set(stock.map(({ unit }) => unit)).size > 1;
}

/** How much is there in all, and of how much. */
export function levelWords(storage) {
  if (isMixed(storage)) return word('stores.kinds', { n: number(storage.stock.length) });
  return storage.capacity ? word('stores.level_of', { n: amount(storage.level), all: number(storage.capacity) }) : amount(storage.level);
}

/** The materials that the main hold-up is about, when it is one of supply. */
function heldUpMaterials(view, history) {
  const card = view.get('board/holdup');
  if (!card?.known || card.kind !== 'supplier' || card.name === WITHHELD_SUPPLIER) return new Set();
  const dry = view.get('board/next')?.parts ?? [];
  const deliveries = history.entries('delivery').map(([, delivery]) => delivery);
  return new Set([...dry, ...deliveries].filter(({ supplier }) => supplier === card.name).map(({ material }) => material));
}

/** A storage's materials: that of the main hold-up first, then what there is least of. */
export function stocksInOrder(storage, view, history) {
  const first = heldUpMaterials(view, history);
  return [...storage.stock ?? []].sort((a, b) => first.has(b.material) - first.has(a.material) || a.quantity - b.quantity)
    .map((stock) => ({ ...stock, heldUp: first.has(stock.material) }));
}
