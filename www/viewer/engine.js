// The picture's program: fetched, started, fed; and what is said when it cannot be had.

import { keepAudience } from '../lib/mirror.js';
import { PATTERNS, STAGES, UNIT_STATES } from '../lib/states.js';

const SCRIPT = '/viewer/pkg/viewer.js';
const PROGRAM = '/viewer/pkg/viewer_bg.wasm';
/** Between two looks whether the program is built by now [ms]. */
const LOOK_AGAIN_MS = 5_000;
/** Meshes fetched for a page; a plant has a few dozen. */
const MOST_MESHES = 200;

/** Meshes of what stations have in hand and carriers carry. */
const IN_HAND = ['block', 'lift', 'panel', 'case'];

/** The pattern of each stage of a part, none of them a state's; the style sheet draws the same. */
export const STAGE_PATTERNS = {
  not_started: 'solid', making: 'checks', outfitting: 'plus', painting: 'rings', parked: 'bricks',
  at_sea: 'waves', ready: 'diamonds', erected: 'solid',
};
/** Colours of the picture that are no state. */
const SURFACES = ['sky', 'ground', 'water', 'floor', 'field', 'wall', 'frame', 'store', 'store_full', 'store_edge', 'cargo', 'accent', 'alert', 'next'];

/** All colours and patterns as the style sheet has them now. */
function paletteOfPage() {
  const style = getComputedStyle(document.documentElement);
  const palette = {};
  const take = (name, property, pattern) => {
    palette[name] = [style.getPropertyValue(property).trim(), pattern];
  };
  for (const state of [...UNIT_STATES, 'idle', 'busy']) take(`state.${state}`, `--state-${state}`, PATTERNS[state] ?? 'solid');
  for (const stage of STAGES) take(`stage.${stage}`, `--stage-${stage}`, STAGE_PATTERNS[stage]);
  for (const name of SURFACES) take(name, `--scene-${name}`, 'solid');
  return palette;
}

/** What the browser can draw with: null without WebGL 2. */
function drawsWith() {
  const context = document.createElement('canvas').getContext('webgl2');
  if (!context) return null;
  const info = context.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(context.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : context.RENDERER));
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return { renderer, software: /swiftshader|llvmpipe|software|basic render/i.test(renderer) };
}

export class Engine {
  /** `waiting`, `loading`, `ready`, `not_built`, `no_webgl`, `failed`, `lost`. */
  state = 'waiting';
  /** What went wrong, in the program's words. */
  reason = '';
  /** Seconds until the program is built, when the builder says so. */
  left = null;
  /** Meshes that are missing or broken, with why. */
  badMeshes = new Map();
  #program = null;
  #canvas;
  #parameters;
  #listeners = new Map();
  #meshes = new Set();
  #pending = null;
  #ready;
  #isReady;

  constructor(canvas, parameters) {
    this.#canvas = canvas;
    this.#parameters = parameters;
    this.#ready = new Promise((done) => { this.#isReady = done; });
  }

  on(kind, tell) {
    this.#listeners.set(kind, [...(this.#listeners.get(kind) ?? []), tell]);
  }

  #emit(kind, payload) {
    for (const tell of this.#listeners.get(kind) ?? []) tell(payload);
  }

  #become(state, reason = '') {
    this.state = state;
    this.reason = reason;
    document.body.dataset.engine = state;
    this.#emit('state', state);
  }

  /** Fetches and starts the program, looking again until it is there. */
  async begin() {
    const drawing = drawsWith();
    if (!drawing) return this.#become('no_webgl');
    this.#become('loading');
    // Asked for first, because an import that fails does not say whether the script is there.
    const answer = await fetch(SCRIPT, { cache: 'no-cache' }).catch(() => null);
    await answer?.text();
    if (!answer?.ok) return this.#lookAgain();
    try {
      const program = await import(SCRIPT);
      await program.default({ module_or_path: PROGRAM });
      this.#start(program, drawing);
    } catch (error) {
      this.#become('failed', String(error?.message ?? error));
    }
    return undefined;
  }

  async #lookAgain() {
    const building = await fetch('/viewer/pkg/building.json', { cache: 'no-cache' }).catch(() => null);
    this.left = building?.ok ? (await building.json().catch(() => ({}))).seconds_left ?? null : null;
    this.#become('not_built');
    setTimeout(() => this.begin(), LOOK_AGAIN_MS);
  }

  #start(program, drawing) {
    this.#program = program;
    this.#canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault();
      this.#become('lost');
    });
    const asked = this.#parameters.get('msaa');
    const smooth = asked === null ? !drawing.software : asked !== '0';
    this.call('palette', JSON.stringify(paletteOfPage()));
    const still = matchMedia('(prefers-reduced-motion: reduce)');
    const move = () => this.call('motion', !still.matches);
    still.addEventListener('change', move);
    move();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.call('palette', JSON.stringify(paletteOfPage())));
    this.#emit('ready');
    // The window system takes the focus for the canvas as it starts; the reader has it elsewhere.
    this.#canvas.focus = () => {};
    try {
      const drawing = { continuous: this.#parameters.get('continuous') === '1', smooth };
      program.start('#viewer', JSON.stringify(drawing), (kind, payload) => this.#hear(kind, payload));
    } catch (error) {
      // The event loop leaves by an exception that is none.
      if (!/control flow|not actually an error/i.test(String(error))) this.#become('failed', String(error));
    }
  }

  #hear(kind, payload) {
    if (kind === 'frame') return this.#emit('frame', payload);
    if (kind === 'ready') {
      delete this.#canvas.focus;
      this.#become('ready');
      return this.#isReady(payload);
    }
    if (kind === 'error') return this.#become('failed', payload);
    return undefined;
  }

  /** Calls a function of the program; nothing happens while there is none. */
  call(name, ...values) {
    if (!this.#program || this.state === 'failed' || this.state === 'lost') return undefined;
    try {
      return this.#program[name](...values);
    } catch (error) {
      this.#become('failed', String(error?.message ?? error));
      return undefined;
    }
  }

  apply(change) {
    if (!this.#program) return;
    const unread = this.call('apply', JSON.stringify(change));
    if (unread?.length > 0) console.warn('values that the picture cannot read:', unread.join(', '));
  }

  /** Fetches meshes that were not asked for yet; one that fails is drawn as a box and named. */
  wantMeshes(names) {
    if (!this.#program) return;
    for (const name of new Set([...names, ...IN_HAND])) {
      if (this.#meshes.has(name) || this.#meshes.size >= MOST_MESHES) continue;
      this.#meshes.add(name);
      this.#pending = this.#fetchMesh(name);
    }
  }

  async #fetchMesh(name) {
    try {
      const answer = await fetch(keepAudience(`/meshes/${encodeURIComponent(name)}.glb`));
      if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
      this.#program.mesh(name, new Uint8Array(await answer.arrayBuffer()));
    } catch (error) {
      this.badMeshes.set(name, String(error?.message ?? error));
      this.#emit('state', this.state);
    }
  }

  /** What browser tests hold on to. */
  hook() {
    const engine = this;
    return {
      ready: () => engine.#ready,
      get frame() { return engine.call('stats')?.[0] ?? 0; },
      stats() {
        const [frames, items, meshes, triangles] = engine.call('stats') ?? [0, 0, 0, 0];
        return { frames, items, meshes, triangles, badMeshes: [...engine.badMeshes.keys()], state: engine.state };
      },
      project: (id) => [...(engine.call('project', id) ?? [])],
      pickAt: (x, y) => engine.call('pick', x, y) ?? '',
      stateOf: (id) => engine.call('state_of', id) ?? '',
      inHand: (id) => engine.call('in_hand', id) ?? 0,
      colourOf: (state) => engine.call('colour_of', state) ?? '',
      camera: () => JSON.parse(engine.call('camera') ?? 'null'),
      place: (pose) => engine.call('place', JSON.stringify(pose)),
      get contextLost() { return engine.state === 'lost'; },
    };
  }
}
