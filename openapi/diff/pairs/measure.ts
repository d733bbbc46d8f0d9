/** Figures of judgements against known verdicts. */

/** One pair, as judged. */
export interface Measured {
  id: string;
  expected: boolean;
  /** `undefined`: no verdict. */
  found: boolean | undefined;
  /** What openapi-diff alone says; `undefined`: it refused. */
  first: boolean | undefined;
  kinds: string[];
  /** What was found, or why there is no verdict. */
  told: string[];
}

/** How often a judge was right. */
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
  firstJudge: Score;
  /** A pair of several kinds counts for each. */
  byKind: Record<string, Score & { pairs: number }>;
  wrong: { id: string; wrong: keyof Score; kinds: string[]; told: string[] }[];
}

/** Counts. */
export function measure(measured: Measured[]): Figures {
  const byKind: Figures['byKind'] = {};
  const total = emptyScore();
  const firstJudge = emptyScore();
  const wrong: Figures['wrong'] = [];
  for (const { id, expected, found, first, kinds, told } of measured) {
    const mistake = mistakeOf(expected, found);
    count(total, mistake);
    count(firstJudge, mistakeOf(expected, first));
    for (const kind of kinds) {
      byKind[kind] ??= { pairs: 0, ...emptyScore() };
      byKind[kind].pairs += 1;
      count(byKind[kind], mistake);
    }
    if (mistake !== undefined) wrong.push({ id, wrong: mistake, kinds, told });
  }
  return {
    pairs: measured.length,
    breaking: measured.filter(({ expected }) => expected).length,
    compatible: measured.filter(({ expected }) => !expected).length,
    ...total,
    firstJudge,
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

/** The figures as text: by kind of change, then what was wrong. */
export function tellMeasure(figures: Figures): string {
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
    line('openapi-diff alone', figures.pairs, ...scored(figures.firstJudge)),
    `${figures.breaking} pairs break, ${figures.compatible} do not`,
    ...figures.wrong.map(
      ({ id, wrong, kinds, told }) => `\n${wrong}: ${id} (${kinds.join(', ')})\n    ${told.join('\n    ')}`,
    ),
    '',
  ].join('\n');
}
