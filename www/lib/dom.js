// Building and renewing parts of a page. A part is built anew from its values and then merged into
// what is there, so that focus, selection and open details survive four updates a second.

/** Who is asked whether they are sure can answer after this, or the second tap of two would [ms]. */
export const SURE_AFTER_MS = 1_000;

/**
 * An element. Properties: `class`, `data` (object), `style` (object), `on` (object of listeners),
 * any attribute; null, undefined and false leave an attribute out.
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) give(element, name, value);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function give(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === 'data') Object.assign(element.dataset, value);
  else if (name === 'style') for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
  else if (name === 'on') for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  else element.setAttribute(name, value === true ? '' : value);
}

/** Numbers such as A-2031-06 and H2-L13; longer ones must break in a narrow column. */
const NUMBERED = /(?<![\w-])((?=[\w-]*\d)\w{1,8}(?:-\w{1,8}){1,3})(?![\w-])/;

/** A text in whose numbers no line is broken at a hyphen. */
export function whole(text) {
  return text.split(NUMBERED).map((piece, at) => (at % 2 === 1 ? h('span', { class: 'nowrap' }, piece) : piece));
}

/** Makes the children of `target` read like `children`, touching as little as it can. */
export function renew(target, ...children) {
  const wanted = document.createElement(target.tagName);
  wanted.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  mergeChildren(target, wanted);
}

/** Elements that keep their inside: pictures drawn by code. */
const isOwn = (node) => node.nodeType === 1 && node.hasAttribute('data-own');

function mergeChildren(target, wanted) {
  const old = [...target.childNodes];
  const keyed = new Map(old.filter((node) => node.dataset?.key).map((node) => [node.dataset.key, node]));
  let place = target.firstChild;
  for (const want of [...wanted.childNodes]) {
    const key = want.dataset?.key;
    const match = key ? keyed.get(key) : place;
    if (match && match.parentNode === target && isAlike(match, want) && (key || !match.dataset?.key)) {
      if (match !== place) target.insertBefore(match, place);
      else place = place.nextSibling;
      merge(match, want);
    } else {
      target.insertBefore(want, place);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

function isAlike(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName;
}

function merge(node, want) {
  if (node.nodeType !== 1) {
    if (node.data !== want.data) node.data = want.data;
    return;
  }
  for (const { name } of [...node.attributes]) {
    if (!want.hasAttribute(name) && !isReaders(node, name)) node.removeAttribute(name);
  }
  for (const { name, value } of [...want.attributes]) {
    if (name === 'style') continue;
    if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
  // An inline style may only be written through its object: the pages' policy forbids the attribute.
  if (node.style && node.style.cssText !== want.style.cssText) node.style.cssText = want.style.cssText;
  if (!isOwn(node)) mergeChildren(node, want);
}

/** Attributes that the reader changes, not the values: whether details are open. */
function isReaders(node, name) {
  return (name === 'open' && node.tagName === 'DETAILS') || name === 'style';
}

/** Calls `work` at most once in a frame, and not more often than every `pauseMs`. */
export function soon(work, pauseMs = 0) {
  let waiting = false;
  let last = -Infinity;
  return () => {
    if (waiting) return;
    waiting = true;
    const wait = Math.max(0, last + pauseMs - performance.now());
    setTimeout(() => requestAnimationFrame(() => {
      waiting = false;
      last = performance.now();
      work();
    }), wait);
  };
}
