/**
 * A retry storm: ten times the orders that can be placed, from clients that give up after a second and send the same again at once, without jitter and
 * whatever `Retry-After` says; some connections are cut before the answer, and a node is killed in the middle.
 */
import { quantile } from '../kit/open-loop.ts';
import { outcomeOf } from '../kit/recorder.ts';
import {
  type Phase,
  type Run,
  type Scenario,
  TIMEOUT,
  askTheLog,
  atRate,
  closedLoop,
  connectTo,
  phase,
  placePolitely,
} from '../kit/scenario.ts';

/** How many times what can be placed is asked for. */
const TIMES = 10;
/** Times that a client sends the same before its user goes away. */
const ATTEMPTS = 10;
/** Share of requests whose connection is cut before the answer, within so many ms. */
const CUT_SHARE = 0.02;
const CUT_WITHIN = 20;
/** Share of the clients that one shop has. */
const LOUD = 0.4;
const WARM_UP = 5;
const MEASURED = 8;
const CALM = 8;
const AFTER = 15;
const UNNOTICED = 100;

export const storm: Scenario = async (run) => {
  const { recorder, system, options, say } = run;
  const phases: Phase[] = [];
  await phase(run, phases, 'warm-up', () => closedLoop(run, 64, WARM_UP * 1_000));
  const full = await phase(run, phases, 'capacity, 64 clients', () => closedLoop(run, 64, MEASURED * 1_000));
  const capacity = recorder.count('placed', full.from, full.to) / (full.to - full.from);
  const half = capacity / 2;
  say(`capacity: ${Math.round(capacity)} orders a second`);
  const calmly = (seconds: number) =>
    atRate(run, { rate: half, seconds }, async (...with_) => void (await placePolitely(run, ...with_)));
  const before = await phase(run, phases, 'before, at half of it', () => calmly(CALM));

  const kills: number[] = [];
  let byOthers = 0;
  const stormy = await phase(run, phases, `storm, ${TIMES} times of it`, async () => {
    const [middle] = [options.seconds * 400];
    const killing = system.kill
      ? new Promise((resolve) => setTimeout(resolve, middle)).then(async () => {
          kills.push(recorder.now());
          say('a node is killed');
          await system.kill!(system.nodes.length - 1);
          say('it is back');
        })
      : Promise.resolve();
    byOthers = await rudely(run, capacity * TIMES);
    await killing;
  });
  const after = await phase(run, phases, 'after, at half of it', () => calmly(AFTER));

  const seconds = recorder.seconds();
  /** Of whole seconds that belong to the phase alone. */
  const p99 = (from: number, to: number) =>
    quantile(recorder.latencies(Math.ceil(from), Math.floor(to)), 0.99);
  // Seconds are compared with seconds: normal is what the worst one before came to, and half as much again; or what nobody notices.
  const calm = seconds
    .filter(({ at }) => at > before.from && at < Math.floor(before.to))
    .map((each) => each.p99 ?? 0);
  const normal = Math.max(1.5 * Math.max(...calm), UNNOTICED);
  // It is over when three seconds in a row are normal; a single odd second later is told, and is no storm.
  const then = seconds.filter(({ at }) => at >= Math.floor(stormy.to) && at < Math.floor(after.to));
  const isNormal = ({ p99: each }: (typeof then)[number]) => (each ?? 0) <= normal;
  const over = then.findIndex((_, n) => n + 3 <= then.length && then.slice(n, n + 3).every(isNormal));
  const recovery = over < 0 ? Number.POSITIVE_INFINITY : Math.max(0, then[over]!.at - stormy.to);
  const lasted = stormy.to - stormy.from;
  const goodput = recorder.count('placed', stormy.from, stormy.to) / lasted;
  const count = (outcome: Parameters<typeof recorder.count>[0]) =>
    recorder.count(outcome, stormy.from, stormy.to);
  const attempts = (
    ['placed', 'replayed', 'limited', 'shed', 'refused', 'failed', 'timeout', 'cut', 'reset'] as const
  )
    .map(count)
    .reduce((sum, each) => sum + each, 0);
  const answered = seconds.filter(({ at }) => at > stormy.from && at < stormy.to);
  const silent = answered.filter(({ server }) => Object.keys(server).length === 0).length;
  const log = await askTheLog(run);
  const round = (value: number) => Math.round(value * 10) / 10;
  return {
    phases: [...phases, ...kills.map((at) => ({ name: 'a node is killed', from: at, to: at }))],
    figures: {
      'capacity, orders a second': Math.round(capacity),
      'asked for in the storm, orders a second': Math.round(capacity * TIMES),
      'requests in the storm, a second': Math.round(attempts / lasted),
      'placed in the storm, orders a second': Math.round(goodput),
      'of these by the shops that are not the loud one': Math.round(byOthers / lasted),
      clients: options.clients,
      'goodput, of capacity': Math.round((goodput / capacity) * 100) / 100,
      'normal p99 of a second, ms, at most': round(normal),
      'p99 before, ms': round(p99(before.from + 1, before.to)),
      'p99 of orders placed in the storm, ms': round(p99(stormy.from, stormy.to)),
      'p99 after, ms': round(p99(after.to - 6, after.to)),
      'seconds until p99 is normal again': over < 0 ? 'never' : round(recovery),
      'worst second after that, p99, ms':
        over < 0 ? '–' : Math.max(...then.slice(over).map((each) => each.p99 ?? 0)),
      replayed: count('replayed'),
      '429, over quota': count('limited'),
      '503, shed': count('shed'),
      'other 4xx': count('refused'),
      'other 5xx': count('failed'),
      'clients that gave up waiting': count('timeout'),
      'connections that were cut': count('cut') + count('reset'),
      'seconds in which the metrics did not answer': silent,
      ...log.figures,
    },
    verdicts: [
      ...log.verdicts,
      { text: 'Goodput in the storm is at least 0.8 of the capacity', ok: goodput >= 0.8 * capacity },
      { text: 'p99 is normal again within 10 s of its end', ok: recovery <= 10 },
      { text: 'No answer is a 5xx that does not say when to come back', ok: count('failed') === 0 },
    ],
  };
};

/** Clients that know no manners. @returns how many orders the shops placed that are not the loud one */
async function rudely({ system, recorder, orders, options }: Run, rate: number): Promise<number> {
  const end = performance.now() + options.seconds * 1_000;
  let byOthers = 0;
  let waiting = 0;
  let filled = performance.now();
  const arrivals = setInterval(() => {
    const now = performance.now();
    const came = ((now - filled) * rate) / 1_000;
    filled = now;
    waiting = Math.min(rate * 5, waiting + came); // who has waited for five seconds goes away
    recorder.offer(Math.round(came));
  }, 10);
  const [loud = '', ...others] = system.apiKeys;
  const client = async (_: unknown, index: number) => {
    const apiKey =
      index < options.clients * LOUD || others.length === 0 ? loud : others[index % others.length]!;
    const connection = connectTo(system);
    while (performance.now() < end) {
      if (waiting < 1) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        continue;
      }
      waiting -= 1;
      const { number, key, body } = orders.next();
      const began = performance.now();
      for (let attempt = 1; attempt <= ATTEMPTS && performance.now() < end; attempt += 1) {
        const cutAfter = Math.random() < CUT_SHARE ? Math.random() * CUT_WITHIN : undefined;
        const answer = await connection.send(
          { path: '/v1/orders', apiKey, key, body },
          { timeout: TIMEOUT, cutAfter },
        );
        const outcome = outcomeOf(answer);
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
