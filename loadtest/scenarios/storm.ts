/**
 * Scenario: a retry storm of ten times the capacity. Clients time out after a second and retry at
 * once, without jitter, and ignore `Retry-After`. Some connections are cut before the response. A
 * node is killed in the middle.
 */
import { quantile } from '../kit/open-loop.ts';
import { type Recorder, type RequestOutcome, type Second, outcomeOf } from '../kit/recorder.ts';
import {
  type Phase,
  type Run,
  type Scenario,
  TIMEOUT_MS,
  atRate,
  checkLog,
  closedLoop,
  connectTo,
  phase,
  placePolitely,
} from '../kit/scenario.ts';

/** Demand in the storm, as a multiple of the capacity. */
const DEMAND_FACTOR = 10;
/** Attempts of a client for one order. */
const ATTEMPTS_MAX = 10;
/** Share of requests whose connection is cut before the response. */
const CUT_SHARE = 0.02;
const CUT_AFTER_MS_MAX = 20;
/** Share of the clients that belong to one shop, the loud one. */
const LOUD_SHARE = 0.4;
/** An order that waits longer for a client is dropped. */
const WAIT_SECONDS_MAX = 5;
const CAPACITY_CLIENTS = 64;
const WARM_UP_SECONDS = 5;
const CAPACITY_SECONDS = 8;
const BEFORE_SECONDS = 8;
const AFTER_SECONDS = 15;
/** A p99 up to this value is always normal. */
const NORMAL_P99_MS_MIN = 100;
const RECOVERY_SECONDS_MAX = 10;
const GOODPUT_SHARE_MIN = 0.8;

/** The outcomes of order requests. */
const OUTCOMES = [
  'placed',
  'replayed',
  'limited',
  'shed',
  'refused',
  'failed',
  'timeout',
  'cut',
  'reset',
] as const satisfies RequestOutcome[];

export const storm: Scenario = async (run) => {
  const { recorder, say } = run;
  const phases: Phase[] = [];
  await phase(run, phases, 'warm-up', () => closedLoop(run, CAPACITY_CLIENTS, WARM_UP_SECONDS * 1_000));
  const full = await phase(run, phases, `capacity, ${CAPACITY_CLIENTS} clients`, () =>
    closedLoop(run, CAPACITY_CLIENTS, CAPACITY_SECONDS * 1_000),
  );
  const capacity = recorder.count('placed', full.from, full.to) / (full.to - full.from);
  const half = capacity / 2;
  say(`capacity: ${Math.round(capacity)} orders/s`);
  const calmly = (seconds: number) =>
    atRate(run, { rate: half, seconds }, async (...args) => void (await placePolitely(run, ...args)));
  const before = await phase(run, phases, 'before, at half the capacity', () => calmly(BEFORE_SECONDS));

  const kills: number[] = [];
  let byOthers = 0;
  const stormy = await phase(run, phases, `storm, at ${DEMAND_FACTOR} times the capacity`, async () => {
    const killing = killANode(run, kills);
    byOthers = await retryAtOnce(run, capacity * DEMAND_FACTOR);
    await killing;
  });
  const after = await phase(run, phases, 'after, at half the capacity', () => calmly(AFTER_SECONDS));

  const recovery = recoveryOf(recorder, before, stormy, after);
  const result = stormResult(run, stormy, { capacity, byOthers });
  const log = await checkLog(run);
  return {
    phases: [...phases, ...kills.map((at) => ({ name: 'node killed', from: at, to: at }))],
    figures: { ...result.figures, ...recovery.figures, ...log.figures },
    verdicts: [...log.verdicts, ...result.verdicts, recovery.verdict],
  };
};

/** Kills one node at 40 % of the storm; does nothing if the nodes were not started here. */
async function killANode({ system, recorder, options, say }: Run, kills: number[]): Promise<void> {
  if (system.kill === undefined) return;
  await new Promise((resolve) => setTimeout(resolve, options.seconds * 400));
  kills.push(recorder.now());
  say('kill a node');
  await system.kill(system.nodes.length - 1);
  say('the node is up again');
}

const round = (value: number) => Math.round(value * 10) / 10;

/** The latencies before, in and after the storm, and the time until they are normal. */
function recoveryOf(recorder: Recorder, before: Phase, stormy: Phase, after: Phase) {
  const seconds = recorder.seconds();
  /** p99 of the whole seconds of a period. */
  const p99 = (from: number, to: number) =>
    round(quantile(recorder.latencies(Math.ceil(from), Math.floor(to)), 0.99));
  // Normal is 1.5 times the worst second before the storm, or NORMAL_P99_MS_MIN.
  const calm = seconds
    .filter(({ at }) => at > before.from && at < Math.floor(before.to))
    .map((each) => each.p99 ?? 0);
  const normalMs = Math.max(1.5 * Math.max(...calm), NORMAL_P99_MS_MIN);
  // The recovery ends with the first three normal seconds in a row.
  const afterwards = seconds.filter(({ at }) => at >= Math.floor(stormy.to) && at < Math.floor(after.to));
  const isNormal = (second: Second) => (second.p99 ?? 0) <= normalMs;
  const end = afterwards.findIndex(
    (_, n) => n + 3 <= afterwards.length && afterwards.slice(n, n + 3).every(isNormal),
  );
  const untilNormal = end < 0 ? Number.POSITIVE_INFINITY : Math.max(0, afterwards[end]!.at - stormy.to);
  return {
    figures: {
      'normal p99 of a second, ms, at most': round(normalMs),
      'p99 before, ms': p99(before.from + 1, before.to),
      'p99 of orders placed in the storm, ms': p99(stormy.from, stormy.to),
      'p99 after, ms': p99(after.to - 6, after.to),
      'seconds until p99 is normal': end < 0 ? 'never' : round(untilNormal),
      'worst second after that, p99, ms':
        end < 0 ? '–' : Math.max(...afterwards.slice(end).map((each) => each.p99 ?? 0)),
    },
    verdict: {
      text: `p99 is normal within ${RECOVERY_SECONDS_MAX} s after the storm`,
      ok: untilNormal <= RECOVERY_SECONDS_MAX,
    },
  };
}

/** The outcomes of the requests in the storm. */
function stormResult(
  { recorder, options }: Run,
  { from, to }: Phase,
  { capacity, byOthers }: { capacity: number; byOthers: number },
) {
  const count = (outcome: RequestOutcome) => recorder.count(outcome, from, to);
  const seconds = recorder.seconds().filter(({ at }) => at > from && at < to);
  const requests = OUTCOMES.map(count).reduce((sum, each) => sum + each, 0);
  const durationSeconds = to - from;
  const goodput = count('placed') / durationSeconds;
  return {
    figures: {
      'capacity, orders/s': Math.round(capacity),
      'demand in the storm, orders/s': Math.round(capacity * DEMAND_FACTOR),
      'requests in the storm, a second': Math.round(requests / durationSeconds),
      'placed in the storm, orders/s': Math.round(goodput),
      'placed by the seven quiet shops, orders/s': Math.round(byOthers / durationSeconds),
      clients: options.clients,
      'goodput, share of the capacity': Math.round((goodput / capacity) * 100) / 100,
      replayed: count('replayed'),
      '429, quota used up': count('limited'),
      '503, shed': count('shed'),
      'other 4xx': count('refused'),
      'other 5xx': count('failed'),
      'client timeouts': count('timeout'),
      'connections cut or reset': count('cut') + count('reset'),
      'seconds without metrics': seconds.filter(({ server }) => Object.keys(server).length === 0).length,
    },
    verdicts: [
      {
        text: `Goodput in the storm is at least ${GOODPUT_SHARE_MIN} of the capacity`,
        ok: goodput >= GOODPUT_SHARE_MIN * capacity,
      },
      { text: 'No response is a 5xx without Retry-After', ok: count('failed') === 0 },
    ],
  };
}

/** Runs clients that retry at once. @returns the orders that the quiet shops placed */
async function retryAtOnce({ system, recorder, orders, options }: Run, rate: number): Promise<number> {
  const end = performance.now() + options.seconds * 1_000;
  let byOthers = 0;
  let waiting = 0;
  let filled = performance.now();
  const arrivals = setInterval(() => {
    const now = performance.now();
    const came = ((now - filled) * rate) / 1_000;
    filled = now;
    waiting = Math.min(rate * WAIT_SECONDS_MAX, waiting + came);
    recorder.offer(Math.round(came));
  }, 10);
  const [loud = '', ...others] = system.apiKeys;
  const client = async (_: unknown, index: number) => {
    const apiKey =
      index < options.clients * LOUD_SHARE || others.length === 0 ? loud : others[index % others.length]!;
    const connection = connectTo(system);
    while (performance.now() < end) {
      if (waiting < 1) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        continue;
      }
      waiting -= 1;
      const { number, key, body } = orders.next();
      const began = performance.now();
      for (let attempt = 1; attempt <= ATTEMPTS_MAX && performance.now() < end; attempt += 1) {
        const cutAfterMs = Math.random() < CUT_SHARE ? Math.random() * CUT_AFTER_MS_MAX : undefined;
        const response = await connection.send(
          { path: orders.path, apiKey, key, body },
          { timeoutMs: TIMEOUT_MS, cutAfterMs },
        );
        const outcome = outcomeOf(response);
        const done = outcome === 'placed' || outcome === 'replayed';
        recorder.note(outcome, done ? performance.now() - began : undefined);
        if (!done) continue;
        orders.acknowledge(number);
        if (outcome === 'placed' && apiKey !== loud) byOthers += 1;
        break;
      }
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: options.clients }, client));
  clearInterval(arrivals);
  return byOthers;
}
