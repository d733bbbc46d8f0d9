/** The report: a comparison as text. */
import type { AcceptedBreak } from './accepted.ts';
import type { Finding, Verdict } from './finding.ts';
import type { CrossCheck } from './openapi-diff/cross-check.ts';
import type { ContractComparison } from './compare-contracts.ts';

const HEADINGS: Record<Verdict, string> = {
  breaking: 'BREAKING',
  review: 'TO REVIEW',
  compatible: 'compatible',
};

/** Formats a comparison, the most severe findings first. */
export function report({ base, head, findings, idle, first }: ContractComparison): string {
  const open = findings.filter(({ accepted }) => accepted === undefined);
  const count = (verdict: Verdict) => open.filter((finding) => finding.verdict === verdict).length;
  const accepted = findings.length - open.length;
  return [
    `${base} -> ${head}`,
    `${count('breaking')} breaking, ${count('review')} to review, ${accepted} accepted, ${count('compatible')} compatible`,
    ...findings.map(findingText),
    ...idle.expired.map((entry) => entryLine(entry, `expired on ${entry.expires}: it has no effect`)),
    ...idle.unmatched.map((entry) => entryLine(entry, 'matches no finding: remove it')),
    crossCheckText(first),
    '',
  ].join('\n');
}

function findingText({ rule, verdict, place, why, base, head, confirmed, accepted }: Finding): string {
  const lines = [`${accepted ? 'accepted' : HEADINGS[verdict]}  ${rule}`, place];
  if (base !== undefined) lines.push(`base: ${short(base)}`);
  if (head !== undefined) lines.push(`head: ${short(head)}`);
  lines.push(why);
  if (accepted) lines.push(`accepted until ${accepted.expires}: ${accepted.reason}`);
  if (confirmed) lines.push('confirmed by openapi-diff');
  return `\n${lines.join('\n    ')}`;
}

const VALUE_CHARS_MAX = 120;

const short = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX - 3)}...` : text;
};

const entryLine = ({ rule, place }: AcceptedBreak, what: string): string =>
  `\naccepted break ${what}\n    ${rule}\n    ${place}`;

function crossCheckText({ refused, breaks }: CrossCheck): string {
  if (refused !== undefined) return `\nopenapi-diff failed: ${short(refused)}`;
  const alone = breaks.filter(({ rules }) => rules.length === 0);
  return [
    `\nopenapi-diff: ${breaks.length} breaking, ${breaks.length - alone.length} confirmed by a finding`,
    ...alone.map(({ code, place }) => `not counted: ${code}, ${place}`),
  ].join('\n    ');
}
