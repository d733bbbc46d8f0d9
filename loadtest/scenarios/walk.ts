/**
 * Scenario: clients page through the whole list while orders are placed. No page may skip or
 * repeat.
 */
import { quantile } from '../kit/open-loop.ts';
import {
  type Phase,
  type Scenario,
  TIMEOUT_MS,
  atRate,
  checkLog,
  closedLoop,
  connectTo,
  phase,
  placePolitely,
} from '../kit/scenario.ts';
import { outcomeOf } from '../kit/recorder.ts';

const WALKERS_COUNT = 16;
const ORDERS_PER_SECOND = 50;
const FILL_SECONDS = 4;

export const walk: Scenario = async (run) => {
  const { system, recorder, options } = run;
  const phases: Phase[] = [];
  await phase(run, phases, 'fill the list', () => closedLoop(run, 64, FILL_SECONDS * 1_000));
  const pages: number[] = [];
  let [walks, skipped, repeated] = [0, 0, 0];
  const { from, to } = await phase(
    run,
    phases,
    `${WALKERS_COUNT} walkers, ${ORDERS_PER_SECOND} new orders/s`,
    async () => {
      const end = performance.now() + options.seconds * 1_000;
      const walker = async (_: unknown, index: number) => {
        const connection = connectTo(system);
        const apiKey = system.apiKeys[index % system.apiKeys.length]!;
        let seenBefore = 0;
        while (performance.now() < end) {
          const seen = new Set<string>();
          let cursor = '';
          let all = 0;
          let isComplete = false;
          while (performance.now() < end) {
            const began = performance.now();
            const path = `/v1/orders?limit=100&order=asc${cursor}`;
            const response = await connection.send({ path, apiKey }, { timeoutMs: TIMEOUT_MS });
            const outcome = outcomeOf(response);
            recorder.note(outcome, performance.now() - began);
            if (typeof response === 'string' || response.status !== 200) continue;
            pages.push(performance.now() - began);
            const page = JSON.parse(response.body) as {
              data: { id: string }[];
              has_more: boolean;
              next_cursor: string;
            };
            for (const { id } of page.data) seen.add(id);
            all += page.data.length;
            cursor = `&cursor=${page.next_cursor}`;
            isComplete = !page.has_more;
            if (isComplete) break;
          }
          if (!isComplete) break;
          walks += 1;
          repeated += all - seen.size;
          // Orders are never deleted: a later walk with fewer orders has skipped some.
          skipped += Math.max(0, seenBefore - seen.size);
          seenBefore = seen.size;
        }
        connection.close();
      };
      await Promise.all([
        ...Array.from({ length: WALKERS_COUNT }, walker),
        atRate(
          run,
          { rate: ORDERS_PER_SECOND, seconds: options.seconds },
          async (...args) => void (await placePolitely(run, ...args)),
        ),
      ]);
    },
  );
  const log = await checkLog(run);
  return {
    phases,
    figures: {
      'pages a second': Math.round(pages.length / (to - from)),
      'p50 of a page, ms': Math.round(quantile(pages, 0.5) * 10) / 10,
      'p99 of a page, ms': Math.round(quantile(pages, 0.99) * 10) / 10,
      'complete walks': walks,
      'orders skipped': skipped,
      'orders repeated': repeated,
      ...log.figures,
    },
    verdicts: [
      ...log.verdicts,
      { text: 'No walk skips or repeats an order', ok: skipped === 0 && repeated === 0 && walks > 0 },
    ],
  };
};
