/**
 * Scenario: clients page through the whole list while orders are placed. No page may skip or
 * repeat.
 */
import type { Connection } from '../kit/http/connection.ts';
import { quantile } from '../kit/open-loop.ts';
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
import { outcomeOf } from '../kit/recorder.ts';

const WALKERS_COUNT = 16;
const ORDERS_PER_SECOND = 50;
const FILL_SECONDS = 4;

export const walk: Scenario = async (run) => {
  const { system, options } = run;
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
          const walked = await walkOnce(run, connection, apiKey, { end, pages });
          if (walked === undefined) break;
          walks += 1;
          repeated += walked.count - walked.seen;
          // Orders are never deleted: a later walk with fewer orders has skipped some.
          skipped += Math.max(0, seenBefore - walked.seen);
          seenBefore = walked.seen;
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

/** Pages through the whole list. @returns `undefined` if the time ends first */
async function walkOnce(
  { recorder }: Run,
  connection: Connection,
  apiKey: string,
  { end, pages }: { end: number; pages: number[] },
): Promise<{ count: number; seen: number } | undefined> {
  const seen = new Set<string>();
  let cursor = '';
  let count = 0;
  while (performance.now() < end) {
    const began = performance.now();
    const path = `/v1/orders?limit=100&order=asc${cursor}`;
    const response = await connection.send({ path, apiKey }, { timeoutMs: TIMEOUT_MS });
    recorder.note(outcomeOf(response), performance.now() - began);
    if (typeof response === 'string' || response.status !== 200) continue;
    pages.push(performance.now() - began);
    const page = JSON.parse(response.body) as {
      data: { id: string }[];
      has_more: boolean;
      next_cursor: string;
    };
    for (const { id } of page.data) seen.add(id);
    count += page.data.length;
    cursor = `&cursor=${page.next_cursor}`;
    if (!page.has_more) return { count, seen: seen.size };
  }
  return undefined;
}
