/**
 * The release of the fold: a digest of its sources. A snapshot counts only for the release that
 * wrote it, so that no node trusts the fold of another one, and no number must be raised by hand.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Hexadecimal digits: 64 bits. */
const DIGITS_COUNT = 16;

/** @param sources patterns of files below the folder of Holdfast */
export function digestOf(sources: readonly string[]): string {
  const digest = createHash('sha256');
  for (const path of globSync([...sources], { cwd: ROOT }).sort()) {
    const text = readFileSync(`${ROOT}${path}`);
    digest.update(`${path.replaceAll('\\', '/')} ${text.length}\n`).update(text);
  }
  return digest.digest('hex').slice(0, DIGITS_COUNT);
}

export const FOLD_RELEASE = digestOf([
  'domain/**/*.ts',
  'store/log/event-row.ts',
  'store/log/order-states.ts',
]);
