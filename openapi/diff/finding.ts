/** What a comparison says. */

/**
 * - `breaking`: a client that keeps to the base can fail under the head;
 * - `review`: some clients can, yet the field's published checks list the kind as information, so it fails a run only with `--strict`;
 * - `compatible`: no client that keeps to the base can notice it as a failure.
 */
export type Verdict = 'breaking' | 'review' | 'compatible';

/** Which way the described data travels, seen from the client. */
export type Direction = 'request' | 'response';

export interface Finding {
  rule: string;
  verdict: Verdict;
  /** `POST /orders > request body > application/json > lines[].sku` */
  place: string;
  why: string;
  base?: unknown;
  head?: unknown;
  /** openapi-diff says so too. */
  confirmed?: true;
  /** Why this break is wanted, from the reviewed file. */
  accepted?: { reason: string; expires: string };
}

/** The order in which findings are told: the worst first. */
export const SEVERITY: Record<Verdict, number> = { breaking: 2, review: 1, compatible: 0 };
