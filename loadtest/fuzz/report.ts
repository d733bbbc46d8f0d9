/** Renders the report of a run. */
import type { Case } from './case.ts';
import { AREAS, type Area, type Group } from './failures.ts';
import type { Outcome } from './session.ts';
import type { Address } from './tokens.ts';
import { transcriptOf } from './transcript.ts';

/** Groups of failures in the report, and lines of each transcript. */
const GROUPS_MAX = 40;
const BEFORE_LINES = 14;
const AFTER_LINES = 16;

const number = (value: number) => value.toLocaleString('en');
const counts = (entries: Iterable<[string, number]>) =>
  [...entries]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => `${name} ${number(count)}`)
    .join(', ');

export function summary(outcome: Outcome): string[] {
  const { seed, requests, cases, seconds, kinds, tallies, agreement, memory } = outcome;
  const figures: [string, string][] = [
    ['seed', String(seed)],
    [
      'requests',
      `${number(requests)} in ${number(cases)} cases, ${(requests / seconds).toFixed(0)} a second`,
    ],
    ...[...kinds]
      .toSorted(([, a], [, b]) => b.requests - a.requests)
      .map(([kind, each]): [string, string] => [
        `  ${kind}`,
        `${number(each.requests)} requests, ${number(each.whats.size)} variants`,
      ]),
    ['responses by status', counts(tallies.statuses)],
    ['ends of connections', `${counts(tallies.endings)} (ours: by the client)`],
    [
      'responses compared with the log',
      `${number(agreement.compared)}, log of ${number(agreement.events)} events`,
    ],
    ['orders and events compared', `${number(agreement.documents)}, ${number(agreement.sightings)}`],
    [
      'memory of the server, MB',
      memory === undefined
        ? 'not measured'
        : `start ${memory.start.toFixed(0)}, middle ${memory.middle.toFixed(0)}, end ${memory.end.toFixed(0)}, peak ${memory.peak.toFixed(0)}`,
    ],
  ];
  if (outcome.longestPauseMs !== undefined)
    figures.push(['slowest liveness probe', `${outcome.longestPauseMs.toFixed(0)} ms`]);
  if (outcome.disturbances !== undefined) {
    const { kills, cuts } = outcome.disturbances;
    figures.push(['disturbances', `${kills} kills, ${cuts} cuts from Postgres`]);
  }
  const groups = outcome.failures.groups();
  const verdicts = Object.entries(AREAS).map(([area, promise]) => {
    const found = groups.filter((group) => group.area === (area as Area));
    const count = found.reduce((sum, group) => sum + group.count, 0);
    return `  ${count === 0 ? 'yes' : 'NO '}  ${promise}${count === 0 ? '' : `: ${number(count)} failures of ${found.length} kinds`}`;
  });
  return ['', ...figures.map(([name, value]) => `  ${name.padEnd(36)} ${value}`), '', ...verdicts];
}

/** Each group of failures, with one reproduction. */
export function failureLines({ failures, plan, lessons, seed }: Outcome): string[] {
  const groups = failures.groups();
  const lines: string[] = [];
  for (const group of groups.slice(0, GROUPS_MAX)) lines.push('', ...groupLines(group, plan, lessons, seed));
  if (groups.length > GROUPS_MAX) lines.push('', `and ${groups.length - GROUPS_MAX} more kinds`);
  return lines;
}

/** The lines of a transcript around one request. */
function excerpt(transcript: string[], { index, n }: Address): string[] {
  const named = transcript.findIndex((line) => line.includes(`X-Request-Id: fz.${index}.${n}\\r`));
  const from = Math.max(0, named - BEFORE_LINES);
  const lines = transcript.slice(from, from + BEFORE_LINES + AFTER_LINES);
  return [
    ...(from > 0 ? [`… ${from} lines omitted`] : []),
    ...lines,
    ...(from + lines.length < transcript.length
      ? [`… ${transcript.length - from - lines.length} lines omitted`]
      : []),
  ];
}

function groupLines(
  { kind, count, first }: Group,
  plan: Outcome['plan'],
  lessons: Outcome['lessons'],
  seed: number,
): string[] {
  const [one, ...others] = first;
  const lines = [`${number(count)} × ${kind}`];
  if (one === undefined) return lines;
  if (one.at) {
    const found: Case = plan(one.at.index);
    lines.push(
      `  seed ${seed}, case ${one.at.index}, request ${one.at.n}: ${found.kind}, ${found.what}`,
      ...excerpt(transcriptOf(found, lessons), one.at).map((line) => `    > ${line}`),
    );
  }
  if (one.detail !== '') lines.push(...one.detail.split('\n').map((line) => `  ${line}`));
  if (one.answer !== undefined) lines.push(`  response ${one.answer}`);
  if (one.at) lines.push(`  reproduce: npm run fuzz -- --seed ${seed} --only ${one.at.index}`);
  const addresses = others.flatMap(({ at }) => (at ? [`${at.index}.${at.n} (${plan(at.index).kind})`] : []));
  if (addresses.length > 0) lines.push(`  also at ${addresses.join(', ')}`);
  return lines;
}
