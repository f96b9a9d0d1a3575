// Mouse, touch and keys on the picture. One finger or the left button turns, two fingers or the
// right button move, the wheel and pinching come nearer; a short press selects.

/** A press that moves less than this is a click [px]; a finger is never quite still. */
const CLICK_PX = { mouse: 5, pen: 8, touch: 14 };
/** How far an arrow key turns or moves [px of a drag]. */
const STEP_PX = 40;

export function gestures(canvas, page) {
  const { engine } = page;
  const held = new Map();
  let moved = 0;

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  canvas.addEventListener('contextmenu', (event) => event.preventDefault());
  canvas.addEventListener('pointerdown', (event) => {
    if (held.size === 0) moved = 0;
    held.set(event.pointerId, at(event));
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
  });
  canvas.addEventListener('pointermove', (event) => {
    const now = at(event);
    const before = held.get(event.pointerId);
    if (!before) {
      if (event.pointerType === 'mouse') canvas.classList.toggle('over', engine.call('hover', ...now) > '');
      return;
    }
    held.set(event.pointerId, now);
    const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
    moved += Math.abs(dx) + Math.abs(dy);
    if (held.size === 1) drag(event, dx, dy);
    else if (held.size === 2) pinch(event.pointerId, before, now);
  });
  const up = (event) => {
    const known = held.delete(event.pointerId);
    if (known && event.type === 'pointerup' && held.size === 0 && moved < (CLICK_PX[event.pointerType] ?? CLICK_PX.mouse) && event.button === 0) {
      page.select(engine.call('pick', ...at(event)) ?? '');
    }
    // What is left of two fingers is no click.
    if (held.size > 0) moved = Infinity;
  };
  canvas.addEventListener('pointerup', up);
  canvas.addEventListener('pointercancel', up);
  canvas.addEventListener('pointerleave', () => engine.call('hover', -1, -1));
  canvas.addEventListener('wheel', (event) => {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    engine.call('zoom', ...at(event), Math.exp(Math.max(-240, Math.min(240, event.deltaY * lines)) * 0.0016));
  }, { passive: false });
  canvas.addEventListener('dblclick', (event) => {
    const id = engine.call('pick', ...at(event));
    if (id) engine.call('fit', id);
  });

  function drag(event, dx, dy) {
    const pans = (event.buttons & 6) !== 0 || event.shiftKey;
    engine.call(pans ? 'pan' : 'turn', dx, dy);
  }

  function pinch(id, before, now) {
    const [other] = [...held].filter(([key]) => key !== id).map(([, place]) => place);
    const spread = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
    const middle = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
    const factor = spread(before, other) / Math.max(1, spread(now, other));
    engine.call('zoom', ...middle, factor);
    engine.call('pan', (now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
  }

  const middle = () => [canvas.clientWidth / 2, canvas.clientHeight / 2];
  const arrows = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const keys = {
    '+': () => engine.call('zoom', ...middle(), 0.8),
    '=': () => engine.call('zoom', ...middle(), 0.8),
    '-': () => engine.call('zoom', ...middle(), 1.25),
    f: () => engine.call('fit', page.selected),
    t: () => engine.call('top'),
    h: () => page.showHoldUp(),
    '?': () => page.help(),
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') return leave(event);
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || document.querySelector('dialog[open]')) return;
    const arrow = arrows[event.key];
    if (arrow) {
      if (event.target !== canvas) return;
      event.preventDefault();
      engine.call(event.shiftKey ? 'pan' : 'turn', arrow[0] * STEP_PX, arrow[1] * STEP_PX);
    } else if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  /** Escape closes the panel, then leaves the picture for the table. */
  function leave() {
    if (document.querySelector('dialog[open]')) return;
    if (page.selected) {
      const last = page.selected;
      page.select('');
      document.querySelector(`[data-row="${CSS.escape(last)}"]`)?.focus();
    } else if (document.activeElement === canvas) {
      document.getElementById('search').focus();
    }
  }
}
