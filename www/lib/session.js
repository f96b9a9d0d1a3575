// The browser's sign-in: who it is, how a change shows that it is this page's own wish, and how a
// page that somebody uses stays signed in.

import { word } from './words.js';

/** The header that goes with every change by a browser that is signed in. */
export const TOKEN_HEADER = 'x-slipway-token';
/** The header that goes with what a page asks by itself: it keeps nobody signed in. */
export const BY_ITSELF_HEADER = 'x-slipway-by-itself';
/** A page in use says so at most this often [ms]; the hub ends a session after 15 idle minutes. */
const SAY_EVERY_MS = 60_000;

/** Who is signed in, as the hub answers: `{signed_in, who, name, roles, token}`; null when nobody is known. */
export async function session() {
  const answer = await fetch('/v1/session', { cache: 'no-store' });
  return answer.ok ? answer.json() : null;
}

/** Sends a change with what shows that it is this page's own; the hub's answer as `fetch` gives it. */
export async function change(address, { method = 'POST', body } = {}) {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const token = (await session())?.token;
  if (token) headers[TOKEN_HEADER] = token;
  return fetch(address, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
}

/** Signs in; what came of it: `{ok, text}`. */
export async function signIn(typed) {
  try {
    const answer = await fetch('/v1/session', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(typed),
    });
    if (answer.ok) return { ok: true, text: word('signin.welcome', { name: nameOf(await answer.json()) }) };
    if (answer.status === 401) return { ok: false, text: typed.key === undefined ? word('signin.wrong') : word('signin.unknown') };
    if (answer.status === 429) return { ok: false, text: word('signin.wait', { n: answer.headers.get('retry-after') ?? '60' }) };
    return { ok: false, text: word('signin.failed', { status: answer.status }) };
  } catch (error) {
    return { ok: false, text: word('signin.unreachable', { why: error.message }) };
  }
}

/** Who is signed in, in a few words: the person, or the organisation that a key stands for. */
export function nameOf({ who = '', name = '' }) {
  const person = who.startsWith('account:') ? who.slice('account:'.length) : '';
  return [person, name].filter(Boolean).join(', ');
}

/** Signs out; whether the hub did. */
export async function signOut() {
  try {
    return (await change('/v1/session', { method: 'DELETE' })).ok;
  } catch {
    return false; // The connection state says that the hub is away.
  }
}

let said = -Infinity;

/** Tells the hub that somebody uses this page: an open page alone keeps no person signed in. */
export function staySignedIn() {
  const tell = () => {
    if (performance.now() - said < SAY_EVERY_MS) return;
    said = performance.now();
    session().catch(() => {}); // The connection state says that the hub is away.
  };
  for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, tell, { passive: true });
}
