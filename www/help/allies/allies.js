// What allies see, for whoever decides about it: read from top to bottom in five minutes.

import { Header } from '../../board/header.js';
import { start } from '../../board/page.js';
import { h } from '../../lib/dom.js';
import { keepAudience } from '../../lib/mirror.js';
import { word } from '../../lib/words.js';

/** The kinds of fact, as agreements name them. */
const KINDS = ['layout', 'line_state', 'flow', 'schedule', 'supply', 'capacity', 'quality', 'feeds', 'comments'];
/** What a table answers. */
const ANSWERS = ['yes', 'look', 'some', 'narrowed', 'no'];

start(() => {
  new Header({ name: () => word('allies.heading'), back: true, home: { href: keepAudience('/help/'), text: word('nav.help') } });
  document.getElementById('to-sharing').href = keepAudience('/sharing/');
  document.getElementById('contents').append(...[...document.querySelectorAll('.help-text > section')].map((section) =>
    h('li', {}, h('a', { href: `#${section.id}` }, section.querySelector('h2').textContent))));
  document.getElementById('kinds-list').append(...KINDS.map((kind) =>
    h('div', {}, h('dt', {}, word(`sharing.kind.${kind}`)), h('dd', {}, word(`sharing.kind_says.${kind}`)))));
  document.getElementById('answers-list').append(...ANSWERS.map((see) =>
    h('div', {}, h('dt', {}, word(`sharing.see.${see}`)), h('dd', {}, word(`allies.see.${see}`)))));
});
