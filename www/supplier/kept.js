// What a telephone keeps so that the page can be opened without a connection: the page's own files,
// by a service worker, and the supplier's own order lines as the hub told them last. What belongs to
// others, such as who reads what, is not kept.

const WORKER = '/supplier/worker.js';
const SCOPE = '/supplier/';
/** What the worker's store is called at the beginning. */
const FILES = 'slipway.supplier.pages.';
/** How everything is called that the page keeps: entries, lines, columns of spreadsheets, the plant. */
const ALL = 'slipway.supplier.';
const LINES = `${ALL}lines`;
const RECOUNTS = `${ALL}recounts`;
/** Lines are kept for as long as the hub lets a browser in [ms]. */
const LASTS_MS = 30 * 86_400_000;

/** Keeps the page's files; settles with whether the page can be opened without a connection. */
export async function keepPage() {
  try {
    await navigator.serviceWorker.register(WORKER, { scope: SCOPE });
    await navigator.serviceWorker.ready;
    return true;
  } catch {
    return false; // A browser without workers, or an address without TLS: the page says so.
  }
}

/** Keeps the hub's answer about the own lines, and when it came by this telephone's clock. */
export function keepLines(answer) {
  try {
    localStorage.setItem(LINES, JSON.stringify({ at: Date.now(), answer }));
  } catch { /* The page then does not open without a connection. */ }
}

/** What was kept last, `{at, answer}`; null when there is nothing, or it is too old. */
export function keptLines() {
  try {
    const kept = JSON.parse(localStorage.getItem(LINES));
    const age = Date.now() - kept.at;
    return kept.answer.feed && age >= 0 && age < LASTS_MS ? kept : null;
  } catch {
    return null;
  }
}

/** Keeps what the hub is counting anew, by name: a page that is opened again says so, too. */
export function keepRecounts(recounts) {
  try {
    localStorage.setItem(RECOUNTS, JSON.stringify([...recounts]));
  } catch { /* Then it is said until the page is closed. */ }
}

/** What was kept so last, as pairs of name and value. */
export function keptRecounts() {
  try {
    return JSON.parse(localStorage.getItem(RECOUNTS)) ?? [];
  } catch {
    return [];
  }
}

/** Keeps the lines no longer: they are for whoever is let in. */
export function dropLines() {
  try {
    localStorage.removeItem(LINES);
    localStorage.removeItem(RECOUNTS);
  } catch { /* Then nothing was kept. */ }
}

/** Keeps nothing any more, not even the page. */
export async function dropPage() {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(ALL)) localStorage.removeItem(key);
    for (const registration of await navigator.serviceWorker.getRegistrations()) {
      if (new URL(registration.scope).pathname === SCOPE) await registration.unregister();
    }
    for (const name of await caches.keys()) if (name.startsWith(FILES)) await caches.delete(name);
  } catch { /* Then nothing was kept. */ }
}
