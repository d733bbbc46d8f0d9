/** Compares verdicts with the known ones and counts the mistakes. */

/** The result for one pair. */
export interface Measured {
  id: string;
  expected: boolean;
  /** Whether a break was found; `undefined` without a verdict. */
  found: boolean | undefined;
  /** Whether openapi-diff alone found a break; `undefined` without a result. */
  openapiDiff: boolean | undefined;
  kinds: string[];
  /** The findings, or the reason for no verdict. */
  details: string[];
}

/** The number of mistakes by kind. */
export interface Score {
  misses: number;
  falseAlarms: number;
  withoutVerdict: number;
}

export interface Figures extends Score {
  pairs: number;
  breaking: number;
  compatible: number;
  /** openapi-diff alone, for comparison. */
  openapiDiff: Score;
  /** A pair of several kinds counts in each. */
  byKind: Record<string, Score & { pairs: number }>;
  wrong: { id: string; wrong: keyof Score; kinds: string[]; details: string[] }[];
}

/** Counts the mistakes. */
export function measure(measured: Measured[]): Figures {
  const byKind: Figures['byKind'] = {};
  const total = emptyScore();
  const openapiDiffScore = emptyScore();
  const wrong: Figures['wrong'] = [];
  for (const { id, expected, found, openapiDiff, kinds, details } of measured) {
    const mistake = mistakeOf(expected, found);
    count(total, mistake);
    count(openapiDiffScore, mistakeOf(expected, openapiDiff));
    for (const kind of kinds) {
      byKind[kind] ??= { pairs: 0, ...emptyScore() };
      byKind[kind].pairs += 1;
      count(byKind[kind], mistake);
    }
    if (mistake !== undefined) wrong.push({ id, wrong: mistake, kinds, details });
  }
  return {
    pairs: measured.length,
    breaking: measured.filter(({ expected }) => expected).length,
    compatible: measured.filter(({ expected }) => !expected).length,
    ...total,
    openapiDiff: openapiDiffScore,
    byKind,
    wrong,
  };
}

const emptyScore = (): Score => ({ misses: 0, falseAlarms: 0, withoutVerdict: 0 });

function mistakeOf(expected: boolean, found: boolean | undefined): keyof Score | undefined {
  if (found === undefined) return 'withoutVerdict';
  if (found === expected) return undefined;
  return expected ? 'misses' : 'falseAlarms';
}

function count(score: Score, mistake: keyof Score | undefined): void {
  if (mistake !== undefined) score[mistake] += 1;
}

/** The figures as text: by kind of change, then the wrong verdicts. */
export function reportFigures(figures: Figures): string {
  const kinds = Object.entries(figures.byKind).sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(4, ...kinds.map(([kind]) => kind.length));
  const line = (kind: string, ...cells: (string | number)[]) =>
    [kind.padEnd(width), ...cells.map((cell) => String(cell).padStart(12))].join('');
  const scored = (score: Score) => [score.misses, score.falseAlarms, score.withoutVerdict];
  return [
    line('kind', 'pairs', 'misses', 'alarms', 'no verdict'),
    ...kinds.map(([kind, score]) => line(kind, score.pairs, ...scored(score))),
    '',
    line('all', figures.pairs, ...scored(figures)),
    line('openapi-diff alone', figures.pairs, ...scored(figures.openapiDiff)),
    `${figures.breaking} pairs break, ${figures.compatible} do not`,
    ...figures.wrong.map(
      ({ id, wrong, kinds, details }) =>
        `\n${wrong}: ${id} (${kinds.join(', ')})\n    ${details.join('\n    ')}`,
    ),
    '',
  ].join('\n');
}
