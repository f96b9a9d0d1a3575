// Keeps the files of the supplier's page in the browser, so that it opens without a connection. The
// hub writes `PAGES` above this: which files, and a hash of what is in them. The hub's answers and
// everything else are never kept, and not even looked at.

/* global PAGES */

const PREFIX = 'slipway.supplier.pages.';
const CACHE = PREFIX + PAGES.version;
/** The hub's own file is waited for this long before the kept one is shown [ms]. */
const WAIT_MS = 3_000;
/** Pages that are remembered to have been opened from what is kept. */
const MOST_PAGES = 20;

/** Pages that were opened from what is kept: all of such a page comes from there. */
const opened = new Set();

addEventListener('install', (event) => event.waitUntil(keep()));
addEventListener('activate', (event) => event.waitUntil(takeOver()));
addEventListener('fetch', (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== location.origin || !PAGES.files.includes(pathname)) return;
  event.respondWith(answer(event.request, pathname, event.resultingClientId || event.clientId));
});

/** Fetches every file anew: all of them, or none. */
async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll(PAGES.files.map((file) => new Request(file, { cache: 'reload' })));
  await skipWaiting();
}

/** Drops the files of before. */
async function takeOver() {
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

/** The hub's file; the kept one while the hub does not answer. */
async function answer(request, pathname, page) {
  const kept = await (await caches.open(CACHE)).match(pathname);
  if (!kept) return fetch(request);
  if (opened.has(page)) return kept;
  const fresh = fetch(request).then((response) => (response.ok ? response : null), () => null);
  const late = new Promise((resolve) => { setTimeout(resolve, WAIT_MS, null); });
  const found = await Promise.race([fresh, late]);
  if (found) return found;
  if (opened.size >= MOST_PAGES) opened.clear();
  opened.add(page);
  return kept;
}
