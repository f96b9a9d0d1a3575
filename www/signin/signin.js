// Lets a person look with a key: the hub keeps it in a cookie that no script can read.

import { Header, isMember } from '../board/header.js';
import { start } from '../board/page.js';
import { word } from '../lib/words.js';

/** Hands the key over, or has it forgotten; what came of it, in words. */
async function say(method, body) {
  try {
    const answer = await fetch('/v1/session', {
      method, headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body),
    });
    if (answer.status === 401) return word('signin.unknown');
    if (!answer.ok) return word('signin.failed', { status: answer.status });
    if (method === 'DELETE') return word('signin.forgotten');
    const { name } = await answer.json();
    location.assign('/');
    return word('signin.welcome', { name });
  } catch (error) {
    return word('signin.unreachable', { why: error.message });
  }
}

start(() => {
  const header = new Header({ name: () => word('signin.heading'), back: true });
  const byId = (id) => document.getElementById(id);
  header.offersKnown.then((offers) => {
    if (!isMember(offers) && !offers.keyEnded) return;
    byId('current').textContent = word(offers.keyEnded ? 'signin.ended' : 'signin.welcome', { name: offers.name });
    byId('forget').hidden = false;
  });
  byId('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    byId('outcome').textContent = word('signin.asking');
    byId('outcome').textContent = await say('POST', { key: byId('key').value.trim() });
  });
  byId('forget').addEventListener('click', async () => {
    byId('outcome').textContent = await say('DELETE');
    byId('forget').hidden = true;
    byId('current').textContent = '';
  });
});
