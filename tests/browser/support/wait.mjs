// Waiting for a state, never for a time: asks again until the answer is there or the limit passed.
import { setTimeout as pause } from 'node:timers/promises';

/** How long to wait between two questions [ms]. */
const PAUSE_MS = 50;

/**
 * Asks until `question` returns something other than undefined, null or false, and returns that.
 * A question that throws counts as "not yet"; its last error is told when the limit has passed.
 */
export async function until(what, question, limitMs = 30_000) {
  const end = performance.now() + limitMs;
  let last;
  for (;;) {
    try {
      const answer = await question();
      if (answer !== undefined && answer !== null && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      throw new Error(`waited ${limitMs} ms for ${what}${last ? `: ${last.message}` : ''}`, { cause: last });
    }
    await pause(PAUSE_MS);
  }
}
