/** What a shop does all day, at a steady rate: mostly reads, some orders, a few payments and cancellations. */
import type { Connection } from '../kit/connection.ts';
import { quantile } from '../kit/open-loop.ts';
import { outcomeOf } from '../kit/recorder.ts';
import {
  type Phase,
  type Scenario,
  TIMEOUT,
  askTheLog,
  atRate,
  phase,
  placePolitely,
} from '../kit/scenario.ts';

/** Orders of a shop that are remembered, to be read and paid. */
const KNOWN = 200;

export const mixed: Scenario = async (run) => {
  const { recorder, orders, options } = run;
  const phases: Phase[] = [];
  const known = new Map<string, { id: string; total: number }[]>();
  const latencies: Record<string, number[]> = {};
  let number = 0;

  async function act(connection: Connection, apiKey: string, due: number): Promise<void> {
    const mine = known.get(apiKey) ?? [];
    const chance = Math.random();
    const one = mine[Math.floor(Math.random() * mine.length)];
    const took = (what: string) => (latencies[what] ??= []).push(performance.now() - due);
    if (one === undefined || chance < 0.2) {
      const text = await placePolitely(run, connection, apiKey, due);
      took('place');
      if (text === undefined) return;
      const { id, total } = JSON.parse(text) as { id: string; total: number };
      known.set(apiKey, [...mine.slice(-KNOWN), { id, total }]);
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
    const outcome = outcomeOf(await connection.send({ ...request, apiKey }, { timeout: TIMEOUT }));
    recorder.note(outcome, performance.now() - due);
    took(what);
  }

  await phase(run, phases, 'warm-up', () => atRate(run, { rate: options.rate, seconds: 4 }, act));
  for (const list of Object.values(latencies)) list.length = 0;
  await phase(run, phases, `mixed, ${options.rate} requests a second`, () => atRate(run, options, act));
  const log = await askTheLog(run);
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
      'failed or not answered': failed,
      ...log.figures,
    },
    verdicts: [...log.verdicts, { text: 'Every request is answered', ok: failed === 0 }],
  };
};
