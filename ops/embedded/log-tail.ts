/** Reads the log of an embedded service. */
import { readFile } from 'node:fs/promises';

const TAIL_LINES = 5;

/** The last lines of a log, indented for an error message. */
export async function logTail(file: string): Promise<string> {
  const lines = (await readFile(file, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-TAIL_LINES);
  return lines.map((line) => `  ${line}`).join('\n');
}
