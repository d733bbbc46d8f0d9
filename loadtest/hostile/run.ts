/** Runs the abuses one after the other, and writes the table. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ABUSES } from './abuses/all.ts';
import { HEADER, type Suffered, row, suffer } from './hostile.ts';

export interface HostileOptions {
  /** Of each measurement: without the abuse, and with it. */
  seconds: number;
  /** A part of the names of the abuses; all without it. */
  only: string | undefined;
  /** Folder of `hostile.json`. */
  out: string;
  say: (text: string) => void;
}

/** @returns whether each promise was kept */
export async function runHostile({ seconds, only = '', out, say }: HostileOptions): Promise<boolean> {
  const results: Suffered[] = [];
  say(HEADER);
  say(HEADER.replaceAll(/[^|]+/g, ' --- '));
  for (const abuse of ABUSES.filter(({ name }) => name.includes(only))) {
    const result = await suffer(abuse, seconds);
    results.push(result);
    say(row(result));
  }
  await mkdir(out, { recursive: true });
  const file = join(out, 'hostile.json');
  await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
  say(`\n${file}`);
  return results.every(({ broken }) => broken.length === 0);
}
