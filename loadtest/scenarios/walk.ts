/** Walkers page through the whole list, again and again, while orders are placed: none may skip or repeat. */
import { quantile } from '../kit/open-loop.ts';
import {
  type Phase,
  type Scenario,
  TIMEOUT,
  askTheLog,
  atRate,
  closedLoop,
  connectTo,
  phase,
  placePolitely,
} from '../kit/scenario.ts';
import { outcomeOf } from '../kit/recorder.ts';

const WALKERS = 16;
const WRITES = 50;
const FILLED = 4;

export const walk: Scenario = async (run) => {
  const { system, recorder, options } = run;
  const phases: Phase[] = [];
  await phase(run, phases, 'orders to walk over', () => closedLoop(run, 64, FILLED * 1_000));
  const pages: number[] = [];
  let [walks, skipped, repeated] = [0, 0, 0];
  const { from, to } = await phase(
    run,
    phases,
    `${WALKERS} walkers, ${WRITES} orders a second beside them`,
    async () => {
      const end = performance.now() + options.seconds * 1_000;
      const walker = async (_: unknown, index: number) => {
        const connection = connectTo(system);
        const apiKey = system.apiKeys[index % system.apiKeys.length]!;
        let least = 0;
        while (performance.now() < end) {
          const seen = new Set<string>();
          let cursor = '';
          let all = 0;
          let whole = false;
          while (performance.now() < end) {
            const began = performance.now();
            const path = `/v1/orders?limit=100&order=asc${cursor}`;
            const answer = await connection.send({ path, apiKey }, { timeout: TIMEOUT });
            const outcome = outcomeOf(answer);
            recorder.note(outcome, performance.now() - began);
            if (typeof answer === 'string' || answer.status !== 200) continue;
            pages.push(performance.now() - began);
            const page = JSON.parse(answer.body) as {
              data: { id: string }[];
              has_more: boolean;
              next_cursor: string;
            };
            for (const { id } of page.data) seen.add(id);
            all += page.data.length;
            cursor = `&cursor=${page.next_cursor}`;
            whole = !page.has_more;
            if (whole) break;
          }
          if (!whole) break;
          walks += 1;
          repeated += all - seen.size;
          // Orders are never taken away: a later walk that finds fewer has skipped some.
          skipped += Math.max(0, least - seen.size);
          least = seen.size;
        }
        connection.close();
      };
      await Promise.all([
        ...Array.from({ length: WALKERS }, walker),
        atRate(
          run,
          { rate: WRITES, seconds: options.seconds },
          async (...with_) => void (await placePolitely(run, ...with_)),
        ),
      ]);
    },
  );
  const log = await askTheLog(run);
  return {
    phases,
    figures: {
      'pages a second': Math.round(pages.length / (to - from)),
      'p50 of a page, ms': Math.round(quantile(pages, 0.5) * 10) / 10,
      'p99 of a page, ms': Math.round(quantile(pages, 0.99) * 10) / 10,
      'whole walks': walks,
      'orders skipped': skipped,
      'orders repeated': repeated,
      ...log.figures,
    },
    verdicts: [
      ...log.verdicts,
      { text: 'No walk skips or repeats', ok: skipped === 0 && repeated === 0 && walks > 0 },
    ],
  };
};
