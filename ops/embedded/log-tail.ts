import { readFile } from 'node:fs/promises';

/** The last lines of a service's own log, set in for an error message. */
export async function logTail(file: string): Promise<string> {
  const lines = (await readFile(file, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-5);
  return lines.map((line) => `  ${line}`).join('\n');
}
