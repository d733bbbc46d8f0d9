/** `npm run load -- rolling|failover|cluster`: prints the figures and the report of the checker. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunFacts } from '../torture/history/entry.ts';
import { runCluster } from './cluster.ts';
import { runFailover } from './failover.ts';
import { type Figures, linesOf } from './figures.ts';
import { hasHaproxy } from './haproxy.ts';
import { missingPrograms } from './patroni.ts';
import { runRolling } from './rolling.ts';
import type { Outcome } from './run.ts';

/** So many restarts of each node. */
const ROUNDS_COUNT = 1;
const BACK_MS_MAX = 15_000;

const missingHaproxy = () => (hasHaproxy() ? [] : ['haproxy']);

interface Run {
  /** Programs that must be on the PATH, and are not. */
  missing: () => string[];
  run: (folder: string, seed: number, say: (text: string) => void) => Promise<Outcome>;
  /** Whether the figures keep what the run promises, beside the promises of the checker. */
  isKept: (figures: Figures, backMs: readonly number[]) => boolean;
}

export const AVAILABILITY_RUNS = {
  rolling: {
    missing: missingHaproxy,
    run: (folder, seed, say) => runRolling({ folder, seed, rounds: ROUNDS_COUNT, say }),
    isKept: ({ refused, failed }) => refused + failed === 0,
  },
  failover: {
    missing: missingPrograms,
    run: (folder, seed, say) => runFailover({ folder, seed, say }),
    isKept: (_figures, backMs) => backMs.every((ms) => ms <= BACK_MS_MAX),
  },
  cluster: {
    missing: missingHaproxy,
    run: (folder, seed, say) => runCluster({ folder, seed, say }),
    // The pause is that of the crash recovery of Postgres, which has no bound of ours.
    isKept: () => true,
  },
} as const satisfies Record<string, Run>;

export type AvailabilityName = keyof typeof AVAILABILITY_RUNS;

export const isAvailabilityName = (name: string): name is AvailabilityName => name in AVAILABILITY_RUNS;

/** @returns whether each promise was kept */
export async function runAvailability(name: AvailabilityName, say: (text: string) => void): Promise<boolean> {
  const { missing, run, isKept }: Run = AVAILABILITY_RUNS[name];
  if (missing().length > 0) {
    say(`This run needs on the PATH: ${missing().join(', ')}.`);
    return false;
  }
  const folder = await mkdtemp(join(tmpdir(), `holdfast-${name}-`));
  const seed = Math.floor(Math.random() * 1e9);
  say(`seed ${seed}\n${folder}`);
  const { figures, facts, backMs, pauses, report, isClean } = await run(folder, seed, say);
  const pauseLines = pauses.map(
    ({ name, ms }) => `  ${name.padEnd(18)} ${(ms / 1_000).toFixed(2)} s without an acknowledged write`,
  );
  for (const line of [...report, '', ...linesOf(figures), ...pauseLines, ...backLines(backMs, facts)])
    say(line);
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify({ ...figures, backMs, pauses })}\n`);
  return isClean && figures.lost + figures.doubled === 0 && isKept(figures, backMs);
}

function backLines(backMs: readonly number[], { epochs }: RunFacts): string[] {
  const lines = backMs.map(
    (ms, n) =>
      `  ${`writes back, ${n + 1}`.padEnd(18)} ${(ms / 1_000).toFixed(1)} s after the primary was killed`,
  );
  const begun = epochs.map(({ reason, afterPosition }) => `${reason} behind ${afterPosition}`);
  return begun.length === 0 ? lines : [...lines, `  ${'epochs'.padEnd(18)} ${begun.join(', ')}`];
}
