// Lets a person in by name and password, or a browser by a key: the hub keeps the session, and the
// browser a cookie that no script can read.

import { Header } from '../board/header.js';
import { start } from '../board/page.js';
import { nameOf, session, signIn, signOut } from '../lib/session.js';
import { word } from '../lib/words.js';

/** Where somebody begins: who reports for a supplier and looks at nothing, with that one's order lines. */
const homeOf = (who) => (who?.supplies && who.roles.every((role) => role === 'contributor') ? '/supplier/' : '/');

start(() => {
  const header = new Header({ name: () => word('signin.heading'), back: true });
  const byId = (id) => document.getElementById(id);
  header.offersKnown.then(({ who, keyEnded }) => {
    if (!who && !keyEnded) return;
    byId('current').textContent = keyEnded ? word('signin.ended') : word('signin.welcome', { name: nameOf(who) });
    byId('forget').hidden = false;
    byId('supplies').hidden = !who?.supplies;
  });
  const entering = (typed) => async (event) => {
    event.preventDefault();
    byId('outcome').textContent = word('signin.asking');
    byId('outcome').classList.remove('late-text');
    const { ok, text } = await signIn(typed());
    byId('outcome').textContent = text;
    byId('outcome').classList.toggle('late-text', !ok);
    if (ok) location.assign(homeOf(await session()));
  };
  byId('person').addEventListener('submit', entering(() => ({ name: byId('name').value.trim(), password: byId('password').value })));
  byId('form').addEventListener('submit', entering(() => ({ key: byId('key').value.trim() })));
  byId('forget').addEventListener('click', async () => {
    const out = await signOut();
    byId('outcome').textContent = out ? word('signin.forgotten') : word('signin.not_out');
    if (!out) return;
    byId('forget').hidden = true;
    byId('supplies').hidden = true;
    byId('current').textContent = '';
  });
});
