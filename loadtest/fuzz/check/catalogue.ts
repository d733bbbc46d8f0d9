/** The catalogue of problems, read from docs/retry-contract.md. */
import { readFileSync } from 'node:fs';

export interface Advice {
  status: number;
  retry: string;
}

const ROW = /^\| *(\d{3}) *\| *`(\w+)` *\| *(`\w+`(?:, `\w+`)*) *\|/gm;

/** The allowed statuses and `retry` values by code. @throws if the table is missing */
export function readCatalogue(): ReadonlyMap<string, Advice[]> {
  const text = readFileSync(new URL('../../../docs/retry-contract.md', import.meta.url), 'utf8');
  const catalogue = new Map<string, Advice[]>();
  for (const [, status, code, retries] of text.matchAll(ROW)) {
    const advice = retries!
      .split(', ')
      .map((retry) => ({ status: Number(status), retry: retry.slice(1, -1) }));
    catalogue.set(code!, advice);
  }
  if (catalogue.size < 20) throw new Error('docs/retry-contract.md has no table of problems');
  return catalogue;
}
