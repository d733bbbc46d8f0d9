/** The whole judgement on two contracts: our rules, the first judge, and what was accepted. */
import { type AcceptedBreak, type IdleEntries, acceptBreaks } from './accepted.ts';
import { compareContracts } from './operations/compare.ts';
import type { Document } from './documents/document.ts';
import type { Finding, Verdict } from './finding.ts';
import { type FirstJudgement, askFirstJudge } from './openapi-diff/openapi-diff.ts';

export interface Judgement {
  base: string;
  head: string;
  /** The worst that counts; `unchanged` when nothing was found at all. */
  verdict: Verdict | 'unchanged';
  findings: Finding[];
  idle: IdleEntries;
  first: FirstJudgement;
}

export interface JudgeOptions {
  /** `YYYY-MM-DD`: sunsets and expiries are judged by it. */
  today: string;
  accepted?: AcceptedBreak[];
}

/** Judges what the head does to clients of the base. */
export async function judge(
  base: Document,
  head: Document,
  { today, accepted = [] }: JudgeOptions,
): Promise<Judgement> {
  const findings = compareContracts(base, head, today);
  const first = await askFirstJudge(base, head, findings);
  const idle = acceptBreaks(findings, accepted, today);
  return { base: base.name, head: head.name, verdict: worst(findings), findings, idle, first };
}

function worst(findings: Finding[]): Judgement['verdict'] {
  if (findings.length === 0) return 'unchanged';
  const counting = new Set(findings.filter(({ accepted }) => !accepted).map(({ verdict }) => verdict));
  if (counting.has('breaking')) return 'breaking';
  return counting.has('review') ? 'review' : 'compatible';
}
