/** Traffic through one address, while something happens behind it; then the check of everything. */
import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { startTraffic } from '../torture/clients/traffic.ts';
import type { Shop } from '../torture/clients/client.ts';
import { check } from '../torture/checker/check.ts';
import { lostWrites } from '../torture/checker/losses.ts';
import { writesBackMs } from '../torture/checker/promotions.ts';
import type { Promotion, RunFacts } from '../torture/history/entry.ts';
import { readEpochs, readRun, writeFacts, writeLog } from '../torture/history/files.ts';
import { recordHistory } from '../torture/history/recorder.ts';
import { reportOf } from '../torture/report.ts';
import { endsOf, settle } from '../torture/settle.ts';
import { type Act, type Figures, figuresOf, pauseDuring } from './figures.ts';

const SHOPPERS_COUNT = 12;
const THINK_MS = 50;
/** A client that gives up would hide that its answer comes. */
const TIMEOUT_MS = 20_000;
/** Before the first act, and after the last one. */
const QUIET_MS = 5_000;
const RECOVERY_MS_MAX = 30_000;
const SETTLE_SECONDS = 90;
const FINISH_MS_MAX = 60_000;

/** What each of the runs is given. */
export interface RunOptions {
  /** Folder of the run. */
  folder: string;
  seed: number;
  say: (text: string) => void;
}

/** Creates the folder of a run, and ends in reverse order what the run has started. */
export async function inFolder(
  folder: string,
  run: (stops: (() => Promise<unknown>)[]) => Promise<Outcome>,
): Promise<Outcome> {
  await mkdir(folder, { recursive: true });
  const stops: (() => Promise<unknown>)[] = [];
  try {
    return await run(stops);
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

export interface Happened {
  faults: Record<string, number>;
  promotions: Promotion[];
  /** Acts whose pauses are reported, each by itself. */
  acts?: readonly Act[];
}

export interface UnderTrafficOptions {
  /** Folder of the recorded run; exists. */
  folder: string;
  seed: number;
  shops: readonly Shop[];
  databaseUrl: string;
  /** Where all clients go. */
  front: { host: string; port: number; grpc: string };
  replica: RunFacts['replica'];
  hasReplicas: boolean;
  /** @param now the clock of the history, in milliseconds */
  act: (now: () => number) => Promise<Happened>;
}

export interface Outcome {
  figures: Figures;
  facts: RunFacts;
  /** For each promotion: from the end of the primary to the first write that is acknowledged. */
  backMs: number[];
  /** For each act: the longest time between two acknowledged writes. */
  pauses: { name: string; ms: number }[];
  /** The report of the checker. */
  report: string[];
  /** Whether the checker found each promise kept. */
  isClean: boolean;
}

export async function underTraffic(options: UnderTrafficOptions): Promise<Outcome> {
  const { folder, seed, shops, databaseUrl, front, replica, hasReplicas, act } = options;
  const history = recordHistory(folder);
  const traffic = await startTraffic({
    seed,
    shops,
    nodes: [front],
    history,
    shoppers: SHOPPERS_COUNT,
    thinkMs: THINK_MS,
    cutShare: 0,
    timeoutMs: TIMEOUT_MS,
  });
  try {
    const beganMs = performance.now();
    await delay(QUIET_MS);
    const { acts = [], ...happened } = await act(history.now);
    await delay(QUIET_MS);
    const seconds = Math.round((performance.now() - beganMs) / 1_000);
    const notRecovered = await traffic.writesAtEachNode(RECOVERY_MS_MAX);
    if (!(await traffic.calmDown(RECOVERY_MS_MAX))) notRecovered.push('some clients got no final answer');
    notRecovered.push(...(await settle({ databaseUrl, shops }, traffic, SETTLE_SECONDS)));
    const head = Math.max(...(await endsOf({ databaseUrl, shops })).map(({ last }) => last));
    const unread = await traffic.finish(head, FINISH_MS_MAX);
    notRecovered.push(...unread.map((name) => `${name} could not be read to its end`));
    traffic.close();
    await history.close();
    const tenants = shops.map(({ tenantId }) => tenantId);
    await writeLog(folder, databaseUrl, tenants);
    const facts: RunFacts = {
      seed,
      seconds,
      endpoints: traffic.endpoints,
      readersAtEnd: traffic.readers,
      notRecovered,
      leftOut: {},
      replica,
      hasReplicas,
      epochs: await readEpochs(databaseUrl),
      ...happened,
    };
    await writeFacts(folder, facts);
    return await outcomeOf(folder, acts);
  } finally {
    traffic.close();
  }
}

async function outcomeOf(folder: string, acts: readonly Act[]): Promise<Outcome> {
  const run = await readRun(folder);
  const { history, log, facts } = run;
  const beganMs = performance.now();
  const findings = check(run);
  const report = await reportOf({
    folder,
    facts,
    exchanges: history.length,
    events: log.length,
    findings,
    writesBackMs: writesBackMs(history, facts),
    lostWrites: lostWrites(history, facts),
    checkMs: performance.now() - beganMs,
  });
  const isClean = findings.violations.length === 0 && findings.undecided.length === 0;
  const cuts = facts.promotions.map(({ cutMs }) => ({ cutMs, atMs: cutMs }));
  const backMs = writesBackMs(history, { promotions: cuts });
  const pauses = acts.map((act) => ({ name: act.name, ms: pauseDuring(history, act) }));
  return { figures: figuresOf(run), facts, backMs, pauses, report, isClean };
}
