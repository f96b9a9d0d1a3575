// Every visible text of the pages. The keys are in words/<language>.toml; the hub serves them as
// one flat object. A key that nobody wrote shows as ⟦key⟧ and marks the document, so that a test
// can see it.

let texts = {};
let plurals = new Intl.PluralRules('en');

/** The language the words are in, for the plural rules and the document. */
export const LANGUAGE = 'en';

/** Fetches the words once; call it before anything is drawn. */
export async function loadWords(fetcher = fetch) {
  const response = await fetcher(`/words/${LANGUAGE}.json`);
  if (!response.ok) throw new Error(`/words/${LANGUAGE}.json: ${response.status}`);
  useWords(await response.json());
}

/** Takes the words as given: for pages that hold them already. */
export function useWords(given) {
  texts = given;
  plurals = new Intl.PluralRules(LANGUAGE);
}

/** Whether somebody wrote this key. */
export function hasWord(key) {
  return Object.hasOwn(texts, key);
}

/** The text of a key with its `{placeholders}` filled in. */
export function word(key, values = {}) {
  if (!hasWord(key)) {
    if (typeof document !== 'undefined') document.documentElement.dataset.missingWord = key;
    return `⟦${key}⟧`;
  }
  return texts[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** The plural form of a number: the last part of a key such as `slip.late.one`. */
export function form(number) {
  return plurals.select(Math.abs(number)) === 'one' ? 'one' : 'other';
}

/** What follows the first dot of a key that the hub sent: `why.down` gives `down`. */
export function tail(key) {
  return key.slice(key.indexOf('.') + 1);
}

/** A name from the hub; the names that are stood in for are keys themselves. */
export function nameOf(name) {
  if (name?.startsWith('withheld.')) return word(`withheld.${tail(name)}`);
  return name ?? '';
}

/** The attributes that carry a key, and what each fills. */
const ATTRIBUTES = [
  ['data-word-label', 'aria-label'],
  ['data-word-title', 'title'],
  ['data-word-placeholder', 'placeholder'],
];

/** Fills the texts of all marked elements below `root`, and the title that the document names. */
export function fillWords(root = document) {
  const title = document.documentElement.dataset.wordDocument;
  if (title) document.title = word(title);
  for (const element of root.querySelectorAll('[data-word]')) element.textContent = word(element.dataset.word);
  for (const [from, to] of ATTRIBUTES) {
    for (const element of root.querySelectorAll(`[${from}]`)) element.setAttribute(to, word(element.getAttribute(from)));
  }
}
