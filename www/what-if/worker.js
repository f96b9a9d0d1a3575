// One design is played here, apart from the page: the simulation engine is loaded once and asked.
// A play that is watched is kept between two steps. A message in is {id, what, args}; out come {id, progress} and at the end {id, answer} or {id, error}.

import load, * as engine from '/engine/what_if.js';

/** The play that is watched, in steps. */
let scene = null;

const doors = {
  ...engine,
  begin: (question) => {
    // Nothing is left of one that cannot be begun, or that broke off.
    const before = scene;
    scene = null;
    before?.free();
    scene = new engine.Scene(question);
  },
  advance: (seconds) => JSON.parse(scene.advance(seconds)),
};

const ready = load({ module_or_path: '/engine/what_if_bg.wasm' });

onmessage = async ({ data: { id, what, args } }) => {
  try {
    await ready;
    const told = (progress) => postMessage({ id, progress });
    const answer = what === 'ask' ? engine.ask(args[0], told) : doors[what](...args);
    postMessage({ id, answer });
  } catch (error) {
    postMessage({ id, error: typeof error === 'string' ? error : String(error?.message ?? error) });
  }
};
