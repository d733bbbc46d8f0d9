/**
 * Recovery: rebuilds each read table that has applied events which the log lost since. Such a table
 * stops (`lost_position` of its checkpoint). Lists read it until the rebuilt one replaces it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { Logger } from '../../platform/logger.ts';
import { reachable } from '../../store/unavailable.ts';
import type { Projection } from '../projection.ts';
import type { SpaceBudget } from './free-space.ts';
import { RebuildHeldError } from './lease.ts';
import { rebuild } from './rebuild.ts';

const LOOK_INTERVAL_MS = 1_000;
/** Pause after a rebuild that failed: each one reads the whole log. */
const RETRY_DELAY_MS = 60_000;

const lostRow = z.object({ projection: z.string(), partition: z.int(), lost_position: z.int() });

/** The checkpoints that stand at events which the log lost. */
export const listLost = (
  pool: CommonQueryMethods,
  projections: readonly Pick<Projection, 'name'>[],
): Promise<readonly z.output<typeof lostRow>[]> =>
  reachable(
    pool.any(sql.type(lostRow)`
      SELECT consumer AS projection, partition, lost_position
        FROM checkpoints
       WHERE lost_position IS NOT NULL
         AND consumer = ANY (${sql.array(
           projections.map(({ name }) => name),
           'text',
         )})
       ORDER BY consumer, partition`),
  );

export interface RecoveryOptions extends SpaceBudget {
  pool: DatabasePool;
  projections: readonly Projection[];
  log: Logger;
}

/** Rebuilds what needs it until stopped. One node rebuilds a table at a time. */
export function startRecovery({ pool, projections, log, ...budget }: RecoveryOptions): {
  stop: () => Promise<void>;
} {
  const stopping = new AbortController();
  const { signal } = stopping;
  const retryAtMs = new Map<string, number>();

  async function recover(projection: Projection): Promise<void> {
    const { name } = projection;
    if (performance.now() < (retryAtMs.get(name) ?? 0)) return;
    try {
      log.error({ projection: name }, 'read table has lost events, rebuilding');
      await rebuild(pool, projection, {
        ...budget,
        onProgress: () => {},
        pause: async () => signal.throwIfAborted(),
      });
      log.warn({ projection: name }, 'read table rebuilt');
    } catch (error) {
      // Held: another node rebuilds this table.
      if (signal.aborted || error instanceof RebuildHeldError) return;
      retryAtMs.set(name, performance.now() + RETRY_DELAY_MS);
      log.error(
        { err: error, projection: name },
        'rebuild failed; run npx holdfast projections rebuild with this name',
      );
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        const lost = new Set((await listLost(pool, projections)).map(({ projection }) => projection));
        for (const projection of projections) if (lost.has(projection.name)) await recover(projection);
      } catch (error) {
        log.warn({ err: error }, 'lost read tables not found');
      }
      await delay(LOOK_INTERVAL_MS, undefined, { signal }).catch(() => {});
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
