// What a what-if is about, in an address: a reload or a link keeps it, and the picture plays it.

import { keepAudience } from '../lib/mirror.js';

/** How long a play may be [d of the plant], and how often it may be played. */
export const DAYS = [30, 60, 120, 240];
export const REPLICATIONS = [4, 8, 16, 32];
/** The same chances for every design, and for whoever plays them again. */
export const SEED = 1;

/** Changes that an address may hold, and how long one may be [characters]. */
const MOST_CHANGES = 100;
const LONGEST_CHANGE = 200;

/** What is changed, the last of each path, and how much of it nobody can read. */
function changesOf(texts) {
  const read = texts.map((text) => /^([^=]+)=([^=]+)$/.exec(text)).filter((found) => found?.[0].length <= LONGEST_CHANGE);
  const last = [...new Map(read.map(([, path, value]) => [path, value]))].slice(0, MOST_CHANGES);
  return { changes: last.map(([path, value]) => ({ path, value })), left_out: texts.length - last.length };
}

/** What the address says: what is changed, for how long and how often it is played, about what. */
export function readAddress(hash = location.hash) {
  const wish = new URLSearchParams(hash.slice(1));
  const known = (name, choices, usual) => (choices.includes(Number(wish.get(name))) ? Number(wish.get(name)) : usual);
  return { ...changesOf(wish.getAll('c')), days: known('days', DAYS, 60), replications: known('plays', REPLICATIONS, 4), about: wish.get('about') ?? '', played: wish.get('played') === '1' };
}

/** The same as an address has it. */
export function writeAddress({ changes, days, replications, about, played }) {
  const wish = new URLSearchParams({ days, plays: replications });
  if (about) wish.set('about', about);
  if (played) wish.set('played', '1');
  for (const { path, value } of changes) wish.append('c', `${path}=${value}`);
  return `#${wish}`;
}

/** Where a play of it is watched. */
export function watchAddress(plant, wish) {
  return keepAudience(`/viewer/?${new URLSearchParams({ plant, play: '1' })}`) + writeAddress(wish);
}

/** Where its numbers are changed. */
export function numbersAddress(plant, wish) {
  return keepAudience(`/plant/${encodeURIComponent(plant)}/what-if`) + writeAddress(wish);
}

/** A question for the engine. */
export function questionOf({ files }, plant, { changes, days, replications }) {
  return JSON.stringify({ files, plant, changes, until: `${days}d`, replications, seed: SEED, engine: 'whole' });
}

/** Why a plant's numbers cannot be had. */
export class NoModel extends Error {}

/** Fetches what a plant is simulated from; `says(key)` finds the words for what is wrong. */
export async function fetchModel(plant, says) {
  const response = await fetch(keepAudience(`/api/v1/plants/${encodeURIComponent(plant)}/model`), { cache: 'no-store' }).catch(() => null);
  if (!response) throw new NoModel(says('away'));
  if (response.status === 404) throw new NoModel(says('not_shared'));
  if (!response.ok) throw new NoModel((await response.json().catch(() => ({}))).reason ?? says('away'));
  return (await response.json()).items.all;
}
