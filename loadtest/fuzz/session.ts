/** Runs cases against a target, then compares their responses with the log. */
import { type Case, requestsOf } from './case.ts';
import { readCatalogue } from './check/catalogue.ts';
import { createContractCheck } from './check/contract.ts';
import { type Disturbances, disturb } from './send/disturb.ts';
import { type Failures, createFailures } from './failures.ts';
import type { Tallies } from './check/http.ts';
import { createLedger } from './check/ledger.ts';
import { openLog } from './check/log.ts';
import { type Memory, faultsOfMemory, watchMemory } from './send/memory.ts';
import { type Agreement, compareWithLog } from './check/oracle.ts';
import { PAUSE_MS_MAX, watchPauses } from './send/pauses.ts';
import { type Plan, createPlan } from './make/plan.ts';
import { type Repertoire, readRepertoire } from './make/repertoire.ts';
import { runCases } from './send/run.ts';
import type { Target } from './send/target.ts';
import { type Lessons, createLessons } from './tokens.ts';

export interface SessionOptions {
  target: Target;
  seed: number;
  /** Default: read from the contracts. */
  repertoire?: Repertoire;
  /** Selects the cases to run. */
  choose: (plan: Plan) => Iterable<Case>;
  /** Whether to kill the server and cut its Postgres connections every few seconds. */
  disturbed?: boolean;
  /** Called once a second. */
  onProgress?: (progress: { seconds: number; requests: number; found: number }) => void;
}

export interface Outcome {
  seed: number;
  plan: Plan;
  lessons: Lessons;
  failures: Failures;
  agreement: Agreement;
  seconds: number;
  requests: number;
  cases: number;
  /** Requests and distinct variants, by kind of case. */
  kinds: Map<string, { requests: number; whats: Set<string> }>;
  tallies: Tallies;
  memory: Memory | undefined;
  /** Longest latency of the liveness probe. */
  longestPauseMs: number | undefined;
  disturbances: Disturbances | undefined;
}

export async function runSession(options: SessionOptions): Promise<Outcome> {
  const { target, seed, choose, onProgress } = options;
  const repertoire = options.repertoire ?? (await readRepertoire(seed));
  const plan = createPlan(seed, repertoire);
  const catalogue = readCatalogue();
  const failures = createFailures((index) => plan(index).kind);
  const ledger = createLedger();
  const lessons = createLessons(target.apiKeys);
  const memory = watchMemory(target.pid);
  const pauses = watchPauses(target.aliveUrl, target.wasUp);
  const kinds: Outcome['kinds'] = new Map();
  const tallies: Tallies = { statuses: new Map(), endings: new Map() };
  const running = new Map<number, Case>();
  let [requests, cases] = [0, 0];
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1_000;

  target.onDeath((lastWords) => {
    // Slow cases first: they are the likeliest cause.
    const suspects = [...running.values()]
      .toSorted((a, b) => Number(b.isSlow) - Number(a.isSlow))
      .map(({ index, kind, what }) => `${index} ${kind}: ${what}`);
    const detail = `${lastWords.slice(-1_500)}\nrunning cases: ${suspects.slice(0, 20).join('; ')}`;
    failures.note({ area: 'server', kind: 'the server died', at: undefined, detail });
  });
  const progress = setInterval(() => {
    const found = failures.groups().reduce((sum, { count }) => sum + count, 0);
    onProgress?.({ seconds: Math.round(seconds()), requests, found });
  }, 1_000);
  const disturbance = options.disturbed ? disturb(target, seed) : undefined;
  try {
    await runCases({
      target,
      cases: choose(plan),
      catalogue,
      check: createContractCheck(repertoire, catalogue),
      failures,
      ledger,
      lessons,
      tenantOf: (caller) =>
        caller === 'nobody' ? '' : target.tenants[caller === 'reader' ? 'shop' : caller],
      tallies,
      wasUp: target.wasUp,
      onBegin: (one) => void running.set(one.index, one),
      onEnd(one) {
        running.delete(one.index);
        const count = requestsOf(one).length;
        const kind = kinds.get(one.kind) ?? { requests: 0, whats: new Set() };
        kind.requests += count;
        kind.whats.add(one.what);
        kinds.set(one.kind, kind);
        requests += count;
        cases += 1;
      },
    });
  } finally {
    clearInterval(progress);
    await disturbance?.stop();
    memory.stop();
    pauses.stop();
  }
  const totalSeconds = seconds();
  const log = await openLog(target.databaseUrl, Object.values(target.tenants));
  const agreement = await compareWithLog({ seed, log, ledger, failures, lessons }).finally(log.close);
  const measured = memory.result();
  if (measured)
    for (const kind of faultsOfMemory(measured, target.heapMb)) {
      const { middle, end, peak } = measured;
      const detail = `middle ${middle.toFixed(0)} MB, end ${end.toFixed(0)} MB, peak ${peak.toFixed(0)} MB`;
      failures.note({ area: 'server', kind, at: undefined, detail });
    }
  const longestPauseMs = pauses.longestMs();
  if (longestPauseMs !== undefined && longestPauseMs > PAUSE_MS_MAX)
    failures.note({
      area: 'server',
      kind: `the event loop blocked for more than ${PAUSE_MS_MAX / 1_000} seconds`,
      at: undefined,
      detail: `${(longestPauseMs / 1_000).toFixed(1)} s`,
    });
  return {
    seed,
    plan,
    lessons,
    failures,
    agreement,
    seconds: totalSeconds,
    requests,
    cases,
    kinds,
    tallies,
    memory: measured,
    longestPauseMs,
    disturbances: disturbance?.done,
  };
}
