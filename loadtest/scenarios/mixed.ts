/**
 * Scenario: a shop's usual mix at a steady rate: reads, some orders, few payments and
 * cancellations.
 */
import type { Connection } from '../kit/http/connection.ts';
import { quantile } from '../kit/open-loop.ts';
import { outcomeOf } from '../kit/recorder.ts';
import {
  type Phase,
  type Scenario,
  TIMEOUT_MS,
  atRate,
  checkLog,
  phase,
  placePolitely,
} from '../kit/scenario.ts';

/** Orders of a shop that later requests read and pay. */
const KNOWN_ORDERS_MAX = 200;

export const mixed: Scenario = async (run) => {
  const { recorder, orders, options } = run;
  const phases: Phase[] = [];
  const known = new Map<string, { id: string; total: number }[]>();
  const latencies: Record<string, number[]> = {};
  let number = 0;

  async function act(connection: Connection, apiKey: string, dueMs: number): Promise<void> {
    const mine = known.get(apiKey) ?? [];
    const chance = Math.random();
    const one = mine[Math.floor(Math.random() * mine.length)];
    const took = (what: string) => (latencies[what] ??= []).push(performance.now() - dueMs);
    if (one === undefined || chance < 0.2) {
      const text = await placePolitely(run, connection, apiKey, dueMs);
      took('place');
      if (text === undefined) return;
      const { id, total } = JSON.parse(text) as { id: string; total: number };
      known.set(apiKey, [...mine.slice(-KNOWN_ORDERS_MAX), { id, total }]);
      return;
    }
    number += 1;
    const key = `${orders.run}-mixed-${number}`;
    const [what, request] =
      chance < 0.25
        ? ['pay', { path: `/v1/orders/${one.id}/payments`, key, body: JSON.stringify({ amount: one.total }) }]
        : chance < 0.27
          ? ['cancel', { path: `/v1/orders/${one.id}/cancellation`, key, body: '{}' }]
          : chance < 0.6
            ? ['list', { path: '/v1/orders?limit=20' }]
            : ['get', { path: `/v1/orders/${one.id}` }];
    const outcome = outcomeOf(await connection.send({ ...request, apiKey }, { timeoutMs: TIMEOUT_MS }));
    recorder.note(outcome, performance.now() - dueMs);
    took(what);
  }

  await phase(run, phases, 'warm-up', () => atRate(run, { rate: options.rate, seconds: 4 }, act));
  for (const list of Object.values(latencies)) list.length = 0;
  await phase(run, phases, `mixed, ${options.rate} requests a second`, () => atRate(run, options, act));
  const log = await checkLog(run);
  const failed = recorder.count('failed') + recorder.count('timeout') + recorder.count('reset');
  return {
    phases,
    figures: {
      ...Object.fromEntries(
        Object.entries(latencies).flatMap(([what, list]) => [
          [`${what}: p50, ms`, Math.round(quantile(list, 0.5) * 10) / 10],
          [`${what}: p99, ms`, Math.round(quantile(list, 0.99) * 10) / 10],
        ]),
      ),
      'requests failed or without response': failed,
      ...log.figures,
    },
    verdicts: [...log.verdicts, { text: 'Every request gets a response', ok: failed === 0 }],
  };
};
