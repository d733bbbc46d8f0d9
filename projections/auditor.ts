/**
 * Folds the log anew, slowly and for ever, and compares it with each read table row by row: what a bug, a hand or a disk has
 * changed is told before a client tells it. One node does it at a time; the others try again after a rest.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabasePool } from 'slonik';
import type { Logger } from '../platform/logger.ts';
import { auditedAt, differentRows, missingEvents } from '../platform/metrics.ts';
import type { Projection } from './projection.ts';
import { AUDIT, type Differences, RebuildHeldError, verify } from './rebuild.ts';

/** Share of the time in which it works, as a vacuum gives way by its cost; the rest it waits. */
const SHARE = 0.1;
/** Rest between two passes, in ms. */
const REST = 60_000;

export interface AuditorOptions {
  pool: DatabasePool;
  projections: readonly Projection[];
  log: Logger;
  share?: number;
  rest?: number;
}

/**
 * Compares one table with the log, once.
 *
 * @param share of the time in which it works, above 0 and at most 1
 * @throws {RebuildHeldError} another node is at it
 */
export async function auditOnce(
  pool: DatabasePool,
  projection: Projection,
  { share = SHARE, signal }: { share?: number; signal?: AbortSignal } = {},
): Promise<Differences> {
  let since = performance.now();
  const pause = async (): Promise<void> => {
    await delay(((performance.now() - since) * (1 - share)) / share, undefined, { signal });
    since = performance.now();
  };
  const found = await verify(pool, projection, { onProgress: () => {}, pause }, AUDIT);
  missingEvents.set({ projection: projection.name }, found.missing_events);
  differentRows.set({ projection: projection.name }, found.missing + found.surplus + found.different);
  auditedAt.set({ projection: projection.name }, Date.now() / 1_000);
  return found;
}

/** Audits every projection in turn until it is stopped. */
export function startAuditor({ pool, projections, log, share = SHARE, rest = REST }: AuditorOptions): {
  stop: () => Promise<void>;
} {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function audit(projection: Projection): Promise<void> {
    try {
      const found = await auditOnce(pool, projection, { share, signal });
      const { missing, surplus, different } = found;
      if (missing + surplus + different > 0) {
        log.error({ projection: projection.name, ...found }, 'a read table is not what the log says');
      }
    } catch (error) {
      // Another node is at it: nothing that anybody must know.
      if (signal.aborted || error instanceof RebuildHeldError) return;
      log.warn({ err: error, projection: projection.name }, 'the audit was broken off; it begins anew');
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await delay(rest, undefined, { signal }).catch(() => {});
      for (const projection of projections) {
        if (!signal.aborted) await audit(projection);
      }
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
