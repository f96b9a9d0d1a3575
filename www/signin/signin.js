// Lets a person look with a key: the hub keeps it in a cookie that no script can read.

import { Header } from '../board/header.js';
import { start } from '../board/page.js';
import { word } from '../lib/words.js';

async function say(outcome, method, body) {
  outcome.textContent = word('signin.asking');
  try {
    const answer = await fetch('/v1/session', {
      method, headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body),
    });
    if (method === 'DELETE') return word('signin.forgotten');
    if (answer.status === 401) return word('signin.unknown');
    if (!answer.ok) return word('signin.failed', { status: answer.status });
    const { name } = await answer.json();
    location.assign('/');
    return word('signin.welcome', { name });
  } catch (error) {
    return word('signin.unreachable', { why: error.message });
  }
}

start(() => {
  new Header({ name: () => word('signin.heading'), back: true });
  const outcome = document.getElementById('outcome');
  document.getElementById('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    outcome.textContent = await say(outcome, 'POST', { key: document.getElementById('key').value.trim() });
  });
  document.getElementById('forget').addEventListener('click', async () => {
    outcome.textContent = await say(outcome, 'DELETE');
  });
});
