/** Random numbers that depend on the seed and the place in the run, and on nothing else. */
import { type Random, createRandom } from '../../test/replay/random.ts';

export type { Random };

/** The finalizer of MurmurHash3: neighbouring inputs give unrelated outputs. */
function scrambled(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** @param path the index of a case, and what in the case the numbers are for */
export function chanceAt(seed: number, ...path: number[]): Random {
  let state = scrambled(seed + 0x9e3779b9);
  for (const step of path) state = scrambled(state + scrambled(step + 0x7f4a7c15));
  return createRandom(state);
}

/** One of several, each as often as its weight says. */
export function weighted<T>(random: Random, choices: readonly (readonly [weight: number, choice: T])[]): T {
  let left = random.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, choice] of choices) {
    left -= weight;
    if (left < 0) return choice;
  }
  return choices.at(-1)![1];
}

/** So many bytes of any value. */
export const noise = (random: Random, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => random.between(0, 255)));
