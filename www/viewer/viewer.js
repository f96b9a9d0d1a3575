// The 3D page of a plant: the mirror's values go into the picture, and beside it stand the same
// things as a table, so that nothing can be learnt from the picture alone.

import { Header } from '../board/header.js';
import { drawPlantRefusal, drawRefusal, drawSection, keepDrawn, start } from '../board/page.js';
import { lanes } from '../board/product.js';
import { h, renew } from '../lib/dom.js';
import { useSiteZone } from '../lib/format.js';
import { Mirror, PlantClock, keepAudience } from '../lib/mirror.js';
import { chainLine } from '../lib/say.js';
import { nameOf, word } from '../lib/words.js';
import { Engine } from './engine.js';
import { gestures } from './gestures.js';
import { Labels } from './labels.js';
import { legend } from './legend.js';
import { list } from './list.js';
import { tellApart } from './names.js';
import { panel } from './panel.js';
import { PlayMirror, playBar } from './play.js';
import { helpDialog, holdUpBanner, noteFor, toolbar } from './stage.js';

const parameters = new URLSearchParams(location.search);
const byId = (id) => document.getElementById(id);

/** Values that the picture is made of; the rest is for the page alone. */
const DRAWN = /^(clock$|layout\/|unit\/|storage\/|resource\/|area\/|product\/|part\/|board\/holdup$)/;

class Page {
  #names = new Map();

  constructor() {
    this.plant = parameters.get('plant') ?? '';
    this.selected = parameters.get('unit') ?? '';
    // A play in this browser stands in the place of the hub.
    this.play = parameters.get('play') === '1' ? new PlayMirror(this.plant) : null;
    this.mirror = this.play ?? new Mirror();
    this.view = this.mirror.watch(`plant/${this.plant}`);
    this.clock = new PlantClock(this.view);
    this.engine = new Engine(byId('viewer'), parameters);
    this.labels = new Labels(byId('labels'), this);
    const dashboard = keepAudience(`/plant/${encodeURIComponent(this.plant)}`);
    this.header = new Header({
      mirror: this.mirror, clock: this.clock, view: this.view, back: true,
      name: () => this.view.get('plant')?.name ?? word('head.plant'),
      links: () => !this.view.refused && h('a', { class: 'button', href: dashboard }, word('viewer.board')),
    });
    this.start();
  }

  start() {
    byId('search').addEventListener('input', () => this.draw());
    renew(byId('tools'), toolbar(this));
    byId('key').open = matchMedia('(min-width: 1000px)').matches;
    renew(byId('legend'), legend());
    gestures(byId('viewer'), this);
    addEventListener('popstate', () => this.select(new URLSearchParams(location.search).get('unit') ?? '', { keep: false }));
    this.view.onChange((keys) => this.feed(keys));
    this.engine.on('frame', (places) => this.labels.place(places));
    this.engine.on('state', (state) => {
      // An address that names a thing shows it from near.
      if (state === 'ready' && this.selected) this.engine.call('fit', this.selected);
      this.draw();
    });
    this.engine.on('ready', () => {
      this.feed(new Set(this.view.values.keys()));
      this.engine.call('select', this.selected);
    });
    this.engine.begin();
    keepDrawn([this.view], () => this.draw());
    this.play?.onPlay(() => this.drawPlay());
    this.drawPlay();
  }

  /** What is played instead of the plant, where that is so. */
  drawPlay() {
    const bar = byId('play');
    bar.hidden = !this.play;
    document.body.classList.toggle('plays', Boolean(this.play));
    if (!this.play) return;
    renew(bar, playBar(this.play, this.plant));
    // A slider that was moved once follows its property only; while it is held it is the reader's.
    const slider = byId('play-day');
    if (slider && !slider.matches(':active') && this.play.going_s === null) slider.value = String(this.play.day);
  }

  /** Hands what changed to the picture, and fetches meshes that it has not seen. */
  feed(keys) {
    if (!this.view.ready) return;
    if ([...keys].some((key) => key.startsWith('layout/'))) this.#names = tellApart(this.view.entries('layout'));
    const set = {};
    const gone = [];
    for (const key of keys) {
      if (!DRAWN.test(key)) continue;
      if (this.view.values.has(key)) set[key] = this.view.values.get(key);
      else gone.push(key);
    }
    this.engine.apply({ set, gone });
    this.engine.wantMeshes(this.view.entries('layout').map(([, layout]) => layout.mesh).filter(Boolean));
  }

  /** What a thing is called here; no two things are called the same. */
  name(id) {
    return this.#names.get(id) ?? nameOf(id);
  }

  /** The past of this plant, asked for when somebody first looks at one of its things. */
  past() {
    this.history ??= this.mirror.watch(`history/${this.plant}`);
    return this.history;
  }

  /** Shows what is known of a thing; the empty text closes the panel. */
  select(id, { fit = false, focus = false, keep = true } = {}) {
    this.selected = id;
    this.engine.call('select', id);
    if (fit && id) this.engine.call('fit', id);
    if (keep) {
      const address = new URL(location.href);
      if (id) address.searchParams.set('unit', id);
      else address.searchParams.delete('unit');
      history.replaceState(null, '', address);
    }
    this.draw();
    if (focus) byId('panel').focus({ preventScroll: true });
  }

  /** Where the main hold-up is: stations and storages that it names, or the thing itself. */
  heldUp() {
    const card = this.view.get('board/holdup');
    if (!card?.known) return [];
    const isHere = (id) => this.view.get(`layout/${id}`) !== undefined;
    const named = card.units.filter(isHere);
    return named.length > 0 ? named : [card.id].filter(isHere);
  }

  /** Whether a thing carries the flag. */
  isHeldUp(id) {
    return Boolean(this.view.get(`unit/${id}`)?.hold_up) || this.heldUp().includes(id);
  }

  showHoldUp() {
    const [first] = this.heldUp();
    if (first) this.select(first, { fit: true, focus: true });
  }

  /** There is no plant to draw: says so in place of table, picture and buttons. */
  refuse() {
    document.body.classList.add('refused');
    for (const skip of document.querySelectorAll('.skip')) skip.setAttribute('href', '#answers');
    const target = byId('refusal');
    target.hidden = false;
    if (this.plant) drawPlantRefusal(this.header.offers, target);
    else drawRefusal({ title: word('refused.no_plant'), text: word('refused.no_plant_text'), offers: this.header.offers, home: keepAudience('/'), target });
  }

  draw() {
    if (this.view.refused) return this.refuse();
    if (document.body.classList.contains('refused')) return location.reload();
    const plant = this.view.get('plant');
    useSiteZone(plant?.time_zone);
    if (plant && this.titled !== plant.name) {
      this.titled = plant.name;
      document.title = this.play ? word('play.title_named', { name: plant.name }) : word('viewer.title_named', { name: plant.name });
      this.header.draw();
    }
    renew(byId('rows'), list(this, byId('search').value));
    // It is drawn a moment after what it tells of: this is how it stood.
    byId('rows').dataset.at = this.view.get('clock')?.now ?? '';
    const content = this.selected && panel(this);
    byId('panel').hidden = !content;
    document.body.classList.toggle('has-panel', Boolean(content));
    if (content) renew(byId('panel'), content);
    renew(byId('holdup'), holdUpBanner(this));
    renew(byId('note'), noteFor(this));
    drawSection('lanes', this.view.ready ? lanes(this.view) : null);
    this.labels.draw();
    this.tellHoldUp();
    return undefined;
  }

  /** Says a new main hold-up to readers of the screen, once. */
  tellHoldUp() {
    const card = this.view.get('board/holdup');
    const told = card?.known ? `${card.id}` : '';
    if (told === this.told) return;
    const first = this.told === undefined;
    this.told = told;
    if (told && !first) byId('news').textContent = `${word('holdup.changed', { name: nameOf(card.name) })} ${chainLine(card)}`;
  }

  help() {
    const dialog = byId('help');
    renew(dialog, helpDialog(() => dialog.close()));
    dialog.showModal();
  }
}

start(() => {
  const page = new Page();
  if (parameters.get('test') === '1') window.__slipway = page.engine.hook();
});
