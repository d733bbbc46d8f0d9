/** Renders the findings of a check. */
import { join } from 'node:path';
import { type Findings, RULES, type Rule } from './checker/violation.ts';
import { linesOf } from './history/files.ts';
import type { RunFacts } from './history/entry.ts';
import { HISTORY_FILE } from './history/recorder.ts';

/** Violations of one rule that are shown. */
const SHOWN_MAX = 5;

const number = (value: number) => value.toLocaleString('en');

export interface Checked {
  folder: string;
  facts: RunFacts;
  exchanges: number;
  events: number;
  findings: Findings;
  /** From each promotion to the first write that was acknowledged. */
  writesBackMs: readonly number[];
  /** Acknowledged, and lost by an asynchronous standby. */
  lostWrites: number;
  /** Time of the check. */
  checkMs: number;
}

/** The report of one run: figures, promises, and the lines of the history that break one. */
export async function reportOf(checked: Checked): Promise<string[]> {
  const { folder, facts, exchanges, events, findings, writesBackMs, lostWrites, checkMs } = checked;
  const faults = Object.entries(facts.faults)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => `${name} ${count}`);
  const figures: [string, string][] = [
    ['seed', String(facts.seed)],
    ['operations', `${number(exchanges)} exchanges, ${number(events)} events in the log`],
    ['faults', faults.join(', ') || 'none'],
    ...Object.entries(facts.leftOut ?? {}).map(([name, why]): [string, string] => [
      'left out',
      `${name}: ${why}`,
    ]),
    ['replica', facts.replica],
    ['promotions', promotionsText(writesBackMs)],
    ['lost writes', number(lostWrites)],
    ['undecided checks', String(findings.undecided.length)],
    ['check', `${(checkMs / 1_000).toFixed(1)} s`],
  ];
  const lines = ['', ...figures.map(([name, value]) => `  ${name.padEnd(18)} ${value}`), ''];
  for (const [rule, promise] of Object.entries(RULES) as [Rule, string][]) {
    const broken = findings.violations.filter((each) => each.rule === rule).length;
    const count = number(findings.decided.get(rule) ?? 0);
    lines.push(
      broken === 0 ? `  yes  ${promise} (${count})` : `  NO   ${promise} (${number(broken)} of ${count})`,
    );
  }
  for (const { rule, why, line } of findings.undecided.slice(0, SHOWN_MAX))
    lines.push('', `undecided ${rule}: ${why}${line === undefined ? '' : `, line ${line}`}`);
  return [...lines, ...(await violationLines(folder, findings))];
}

const promotionsText = (backMs: readonly number[]): string =>
  backMs.length === 0
    ? 'none'
    : `${backMs.length}, writes back after ${backMs.map((ms) => `${(ms / 1_000).toFixed(1)} s`).join(', ')}`;

async function violationLines(folder: string, { violations }: Findings): Promise<string[]> {
  const shown = (Object.keys(RULES) as Rule[]).flatMap((rule) =>
    violations.filter((each) => each.rule === rule).slice(0, SHOWN_MAX),
  );
  const texts = await linesOf(folder, new Set(shown.flatMap(({ lines }) => lines)));
  const file = join(folder, HISTORY_FILE);
  return shown.flatMap(({ rule, detail, lines }) =>
    ['', `${rule}: ${detail}`].concat(lines.map((line) => `  ${file}:${line}  ${texts.get(line) ?? ''}`)),
  );
}
