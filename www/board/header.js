// The line at the top of every page: what is shown, the plant clock, origin, connection, as whom
// one looks, and whose time is shown.

import { h, renew } from '../lib/dom.js';
import { chooseTime, number, onTimeChoice, timeChoice, when, whenBoth, zoneName, zones } from '../lib/format.js';
import { keepAudience, wishedAudience } from '../lib/mirror.js';
import { nameOf, session, signOut, staySignedIn } from '../lib/session.js';
import { word } from '../lib/words.js';

/** The origin badge; it is never left out. */
export function originBadge(origin) {
  const known = origin || 'unknown';
  return h('span', { class: 'badge', data: { origin: known }, title: word(`origin_says.${known}`) }, word(`origin.${known}`));
}

/** How fast the plant clock runs, in words. */
function rateWords(rate) {
  if (rate === 0) return h('span', { class: 'muted' }, word('clock.stands'));
  if (rate === 1) return h('span', { class: 'muted' }, word('clock.real_time'));
  const values = { n: number(rate, 1) };
  return h('span', { class: 'muted', title: word('clock.faster_says', values) },
    word('clock.faster', values), h('span', { class: 'visually-hidden' }, word('clock.faster_says', values)));
}

/** Asks the hub as whom one may look; the public alone when it does not say. */
async function fetchOffers() {
  const only = { current: 'public', offered: [{ code: 'public', name: '' }] };
  try {
    const response = await fetch(keepAudience('/api/v1/audiences'));
    if (response.ok) return await response.json();
    return { ...only, keyEnded: response.status === 401 };
  } catch {
    return only; // The connection state says that the hub is away.
  }
}

/** Whether a key says who looks: a member is nobody that anybody may choose to look as. */
export function isMember(offers) {
  return Boolean(offers) && !offers.offered.some(({ code }) => code === offers.current);
}

/** Whether this page is signing out by itself: the end of its connection is then no news. */
let leaving = false;

/** Ends this browser's session and shows what the public sees. */
async function leave() {
  leaving = true;
  leaving = await signOut();
  if (leaving) location.assign('/');
}

/** Draws the header and the banner and keeps them current. */
export class Header {
  #top;
  #banner;
  #mirror;
  #clock;
  #view;
  #offers = null;
  #connection = null;
  #waiting = 0;

  /**
   * `name()` gives the page's heading, `back` whether there is a way back, `home` where it leads
   * when not to the programme (`{href, text}`), `links()` more links for the right side; `view`
   * is what the page shows, whose clock stands here unless it is refused.
   */
  constructor({ mirror = null, clock = null, view = null, name, back = false, home = null, links = () => [] }) {
    this.#top = document.getElementById('top');
    this.#banner = document.getElementById('banner');
    this.#mirror = mirror;
    this.#clock = clock;
    this.#view = view;
    this.name = name;
    this.back = back;
    this.home = home;
    this.links = links;
    onTimeChoice(() => this.draw());
    mirror?.onConnection((connection) => {
      const ended = connection.ended && !this.#connection?.ended;
      this.#connection = connection;
      // The hub closed the connection because the sign-in is over: the page says so.
      if (ended && !leaving) this.#ask();
      this.draw();
    });
    if (mirror) setInterval(() => this.draw(), 500);
    /** Settles with the hub's answer as whom one may look. */
    this.offersKnown = this.#ask();
    staySignedIn();
    this.draw();
  }

  /** Asks the hub as whom one may look, and who is signed in. */
  async #ask() {
    const [offers, who] = await Promise.all([fetchOffers(), session().catch(() => null)]);
    this.#offers = { ...offers, who: who?.signed_in ? who : null };
    this.draw();
    if (who?.signed_in && who.roles.includes('releaser') && location.pathname !== '/sharing/') this.#countWaiting();
    return this.#offers;
  }

  /** Counts what waits for this person to decide: overdue reviews, and proposals of others. */
  async #countWaiting() {
    const answer = await fetch('/api/v1/sharing/decisions', { cache: 'no-store' }).catch(() => null);
    if (!answer?.ok) return; // The page of sharing tells why.
    const { open } = await answer.json();
    this.#waiting = open.filter(({ overdue, state, mine }) => overdue || (state === 'waiting' && !mine)).length;
    this.draw();
  }

  /** As whom one may look, as the hub answers; null until it has. */
  get offers() {
    return this.#offers;
  }

  draw() {
    renew(this.#top, this.#naming(), this.#clock && this.#time(), this.#tools());
    if (this.#banner) this.#warn();
    const silent = Boolean(this.#clock?.silent) || this.#connection?.state === 'offline';
    document.getElementById('answers').dataset.stale = silent ? 'yes' : 'no';
  }

  #naming() {
    const { href, text } = this.home ?? { href: keepAudience('/'), text: this.back ? word('nav.back') : word('app.name') };
    const home = h('a', { class: 'top-brand', href }, this.back ? `‹ ${text}` : text);
    return h('div', { class: 'top-name' }, home, h('h1', {}, this.name()));
  }

  #time() {
    // What is refused has no clock and no origin to tell.
    if (this.#view?.refused) return h('div', { class: 'top-clock' }, this.#connectionState());
    const now = this.#clock.now();
    const clock = now === null
      ? h('span', { class: 'muted' }, this.#view?.ready ? word('clock.withheld') : word('clock.waiting'))
      : [
        h('span', { class: 'visually-hidden' }, word('clock.label')),
        h('time', { datetime: new Date(now).toISOString(), title: whenBoth(now) }, `${when(now, 'clock')} ${zoneName(zones().shown, now)}`),
        this.#clock.silent
          ? h('span', { class: 'warn-text' }, word('clock.silent', { when: when(now, 'time') }))
          : rateWords(this.#clock.rate),
      ];
    const origin = now === null ? null : originBadge(this.#clock.origin);
    return h('div', { class: 'top-clock' }, clock, origin, this.#connectionState());
  }

  #connectionState() {
    const { state, since } = this.#connection ?? { state: 'connecting', since: new Date() };
    const time = Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(since);
    return h('span', { class: 'connection', data: { connection: state } }, word(`connection.${state}`, { when: time }));
  }

  #tools() {
    return h('nav', { class: 'top-tools', 'aria-label': word('head.controls') },
      this.links(), this.#mirror && this.#audiences(), this.#mirror && !this.#view?.refused && this.#timeSwitch(),
      this.#account(), this.#sharing(), h('a', { href: keepAudience('/help/') }, word('nav.help')));
  }

  /** The way to who sees what, for whoever is somebody. */
  #sharing() {
    const known = this.#offers && (this.#offers.who || this.#offers.current !== 'public');
    if (!known || location.pathname === '/sharing/') return null;
    const text = this.#waiting > 0 ? word('nav.sharing_waits', { n: number(this.#waiting) }) : word('nav.sharing');
    return h('a', { href: keepAudience('/sharing/'), class: this.#waiting > 0 && 'waits' }, text);
  }

  /** Who is signed in, and the way in or out. */
  #account() {
    const offers = this.#offers;
    if (!offers) return null;
    const out = h('button', { type: 'button', class: 'link', on: { click: leave } }, word('signin.out'));
    if (offers.keyEnded) return h('span', { class: 'account' }, out);
    if (offers.who) return h('span', { class: 'account' }, h('span', {}, word('signin.as', { name: nameOf(offers.who) })), out);
    // Where one may look as anybody, the start page has room for it.
    const offered = offers.offered.length < 2 ? location.pathname !== '/signin/' : location.pathname === '/';
    return offered ? h('a', { href: '/signin/' }, word('signin.heading')) : null;
  }

  #audiences() {
    const offers = this.#offers;
    if (!offers || offers.offered.length < 2) return null;
    const wish = wishedAudience();
    const current = wish ?? offers.current;
    // Whoever is signed in looks as who they are until they choose otherwise.
    const own = offers.who ? [{ code: '', name: nameOf(offers.who) }] : [];
    const options = [...own, ...offers.offered].map(({ code, name }) => {
      // Each says that it is a way of looking: there is no room for the label on every screen.
      const text = word('as.option', { name: code === 'public' ? word('as.public') : name });
      return h('option', { value: code, selected: code === (own.length > 0 && !wish ? '' : current) }, text);
    });
    const change = ({ target }) => {
      const address = new URL(location.href);
      if (target.value === '') address.searchParams.delete('as');
      else address.searchParams.set('as', target.value);
      location.assign(address);
    };
    return h('label', { class: 'field' }, h('span', { class: 'label' }, word('as.label')), h('select', { id: 'view-as', on: { change } }, options));
  }

  #timeSwitch() {
    const button = (which, text) => h('button', {
      type: 'button', 'aria-pressed': String(timeChoice() === which), on: { click: () => chooseTime(which) },
    }, text);
    return h('div', { class: 'choice', role: 'group', 'aria-label': word('time.label') },
      button('site', word('time.site')), button('reader', word('time.reader')));
  }

  /** What must not be overlooked: lost connection, silence, a choice that is not offered. */
  #warn() {
    const wish = wishedAudience();
    const offered = this.#offers?.offered.some(({ code }) => code === wish);
    const messages = [];
    if (wish && this.#offers && !offered) messages.push(['choice', word('as.unknown', { code: wish })]);
    if (this.#offers?.keyEnded) {
      messages.push(['choice', word('signin.ended')]);
    } else if (this.#connection?.state === 'offline') {
      const since = Intl.DateTimeFormat(undefined, { timeStyle: 'medium' }).format(this.#connection.since);
      const how = this.#connection.stopped ? 'stopped' : 'banner';
      messages.push(['offline', this.#connection.audience ? word(`connection.${how}`, { when: since }) : word('connection.unreachable')]);
    } else if (this.#clock?.silent) {
      messages.push(['silent', word('connection.silent', { when: when(this.#clock.now()) })]);
    }
    renew(this.#banner, messages.map(([kind, text]) => h('p', { class: 'banner', data: { kind } }, text)));
  }
}
