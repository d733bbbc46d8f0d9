/** The whole comparison of two contracts: own rules, cross-check and accepted breaks. */
import { type AcceptedBreak, type IdleEntries, acceptBreaks } from './accepted.ts';
import { findChanges } from './operations/find-changes.ts';
import type { Document } from './documents/document.ts';
import type { Finding, Verdict } from './finding.ts';
import { type CrossCheck, crossCheck } from './openapi-diff/cross-check.ts';

export interface ContractComparison {
  base: string;
  head: string;
  /** The most severe verdict that is not accepted; `unchanged` without findings. */
  verdict: Verdict | 'unchanged';
  findings: Finding[];
  idle: IdleEntries;
  /** The result of openapi-diff. */
  first: CrossCheck;
}

export interface CompareOptions {
  /** `YYYY-MM-DD`, for sunsets and expiries. */
  today: string;
  accepted?: AcceptedBreak[];
}

/** Compares two contracts: the verdict is that for clients of the base. */
export async function compareContracts(
  base: Document,
  head: Document,
  { today, accepted = [] }: CompareOptions,
): Promise<ContractComparison> {
  const findings = findChanges(base, head, today);
  const first = await crossCheck(base, head, findings);
  const idle = acceptBreaks(findings, accepted, today);
  return { base: base.name, head: head.name, verdict: worst(findings), findings, idle, first };
}

function worst(findings: Finding[]): ContractComparison['verdict'] {
  if (findings.length === 0) return 'unchanged';
  const open = new Set(findings.filter(({ accepted }) => !accepted).map(({ verdict }) => verdict));
  if (open.has('breaking')) return 'breaking';
  return open.has('review') ? 'review' : 'compatible';
}
