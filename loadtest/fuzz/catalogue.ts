/** The problems that there are, as docs/retry-contract.md tells clients of them. */
import { readFileSync } from 'node:fs';

export interface Advice {
  status: number;
  retry: string;
}

const ROW = /^\| *(\d{3}) *\| *`(\w+)` *\| *`(\w+)`/gm;

/** What may be said with each code: some codes have two rows. */
export function readCatalogue(): ReadonlyMap<string, Advice[]> {
  const text = readFileSync(new URL('../../docs/retry-contract.md', import.meta.url), 'utf8');
  const catalogue = new Map<string, Advice[]>();
  for (const [, status, code, retry] of text.matchAll(ROW)) {
    const rows = catalogue.get(code!) ?? [];
    rows.push({ status: Number(status), retry: retry! });
    catalogue.set(code!, rows);
  }
  if (catalogue.size < 20) throw new Error('docs/retry-contract.md has no table of problems any more');
  return catalogue;
}
