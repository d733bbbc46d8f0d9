/** Random numbers that depend only on the seed and the position in the run. */
import { type Random, createRandom } from '../../test/replay/random.ts';

export type { Random };

/** The finalizer of MurmurHash3: neighbouring inputs give unrelated outputs. */
function scrambled(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** @param path index of the case, then the purpose of the numbers in the case */
export function chanceAt(seed: number, ...path: number[]): Random {
  let state = scrambled(seed + 0x9e3779b9);
  for (const step of path) state = scrambled(state + scrambled(step + 0x7f4a7c15));
  return createRandom(state);
}

/** A random choice by weight. */
export function weighted<T>(random: Random, choices: readonly (readonly [weight: number, choice: T])[]): T {
  let left = random.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, choice] of choices) {
    left -= weight;
    if (left < 0) return choice;
  }
  return choices.at(-1)![1];
}

/** Random bytes. */
export const noise = (random: Random, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => random.between(0, 255)));
