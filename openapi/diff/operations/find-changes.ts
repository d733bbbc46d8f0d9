/** Finds all changes between two contracts. */
import { comparePaths, comparePushed } from './paths.ts';
import { startComparing } from './comparing.ts';
import { type Document, nodeAt } from '../documents/document.ts';
import { type Finding, SEVERITY } from '../finding.ts';

/**
 * Compares two contracts by the rules of this folder.
 *
 * @param today `YYYY-MM-DD`, for sunsets
 * @returns the findings, sorted by severity, then by location
 */
export function findChanges(base: Document, head: Document, today: string): Finding[] {
  const comparing = startComparing(base, head, today);
  comparePaths(comparing, nodeAt(base.root, 'paths'), nodeAt(head.root, 'paths'), {
    prefix: '',
    kind: 'operation',
  });
  comparePushed(comparing, nodeAt(base.root, 'webhooks'), nodeAt(head.root, 'webhooks'), 'webhook ');
  return sorted(withoutRepeats(comparing.findings));
}

/** Webhooks are compared in both directions, which repeats some findings. */
function withoutRepeats(findings: Finding[]): Finding[] {
  const seen = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.rule} ${finding.place} ${JSON.stringify([finding.base, finding.head])}`;
    if (!seen.has(key)) seen.set(key, finding);
  }
  return [...seen.values()];
}

const sorted = (findings: Finding[]): Finding[] =>
  findings.sort(
    (a, b) => SEVERITY[b.verdict] - SEVERITY[a.verdict] || order(a.place, b.place) || order(a.rule, b.rule),
  );

const order = (a: string, b: string): number => {
  if (a === b) return 0;
  return a < b ? -1 : 1;
};
