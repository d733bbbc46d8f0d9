/** The problems that there are, as docs/retry-contract.md tells clients of them. */
import { readFileSync } from 'node:fs';

export interface Advice {
  status: number;
  retry: string;
}

const ROW = /^\| *(\d{3}) *\| *`(\w+)` *\| *(`\w+`(?:, `\w+`)*) *\|/gm;

/** What may be said with each code; with some, one of two. */
export function readCatalogue(): ReadonlyMap<string, Advice[]> {
  const text = readFileSync(new URL('../../../docs/retry-contract.md', import.meta.url), 'utf8');
  const catalogue = new Map<string, Advice[]>();
  for (const [, status, code, retries] of text.matchAll(ROW)) {
    const advice = retries!
      .split(', ')
      .map((retry) => ({ status: Number(status), retry: retry.slice(1, -1) }));
    catalogue.set(code!, advice);
  }
  if (catalogue.size < 20) throw new Error('docs/retry-contract.md has no table of problems any more');
  return catalogue;
}
