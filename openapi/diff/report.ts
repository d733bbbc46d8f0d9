/** A judgement as text for people. */
import type { AcceptedBreak } from './accepted.ts';
import type { Finding, Verdict } from './finding.ts';
import type { FirstJudgement } from './openapi-diff/openapi-diff.ts';
import type { Judgement } from './judge.ts';

const HEADINGS: Record<Verdict, string> = {
  breaking: 'BREAKING',
  review: 'TO REVIEW',
  compatible: 'compatible',
};

/** Tells a judgement, the worst first. */
export function report({ base, head, findings, idle, first }: Judgement): string {
  const open = findings.filter(({ accepted }) => accepted === undefined);
  const count = (verdict: Verdict) => open.filter((finding) => finding.verdict === verdict).length;
  const accepted = findings.length - open.length;
  return [
    `${base} -> ${head}`,
    `${count('breaking')} breaking, ${count('review')} to review, ${accepted} accepted, ${count('compatible')} compatible`,
    ...findings.map(tell),
    ...idle.expired.map((entry) => entryLine(entry, `expired on ${entry.expires} and counts no more`)),
    ...idle.unmatched.map((entry) => entryLine(entry, 'met no finding: remove it')),
    tellFirstJudge(first),
    '',
  ].join('\n');
}

function tell({ rule, verdict, place, why, base, head, confirmed, accepted }: Finding): string {
  const lines = [`${accepted ? 'accepted' : HEADINGS[verdict]}  ${rule}`, place];
  if (base !== undefined) lines.push(`base: ${short(base)}`);
  if (head !== undefined) lines.push(`head: ${short(head)}`);
  lines.push(why);
  if (accepted) lines.push(`accepted until ${accepted.expires}: ${accepted.reason}`);
  if (confirmed) lines.push('openapi-diff says so too');
  return `\n${lines.join('\n    ')}`;
}

const short = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
};

const entryLine = ({ rule, place }: AcceptedBreak, what: string): string =>
  `\naccepted break ${what}\n    ${rule}\n    ${place}`;

function tellFirstJudge({ refused, breaks }: FirstJudgement): string {
  if (refused !== undefined) return `\nopenapi-diff gave no judgement: ${short(refused)}`;
  const alone = breaks.filter(({ rules }) => rules.length === 0);
  return [
    `\nopenapi-diff: ${breaks.length} breaking, of which our rules confirm ${breaks.length - alone.length}`,
    ...alone.map(({ code, place }) => `not counted: ${code}, ${place}`),
  ].join('\n    ');
}
