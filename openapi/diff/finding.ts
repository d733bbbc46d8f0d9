/** A finding: one change between two contracts, with its verdict. */

/**
 * - `breaking`: a client that conforms to the base can fail with the head.
 * - `review`: some clients can fail, but published checkers rate the kind as information. Fails a
 *   run only with `--strict`.
 * - `compatible`: no client that conforms to the base can fail.
 */
export type Verdict = 'breaking' | 'review' | 'compatible';

/** The direction of the described data, from the client's view. */
export type Direction = 'request' | 'response';

export interface Finding {
  rule: string;
  verdict: Verdict;
  /** Location of the change: `POST /orders > request body > application/json > lines[].sku`. */
  place: string;
  why: string;
  base?: unknown;
  head?: unknown;
  /** openapi-diff reports it too. */
  confirmed?: true;
  /** The entry of the reviewed file that accepts this break. */
  accepted?: { reason: string; expires: string };
}

/** Sort order of findings: the highest first. */
export const SEVERITY: Record<Verdict, number> = { breaking: 2, review: 1, compatible: 0 };
