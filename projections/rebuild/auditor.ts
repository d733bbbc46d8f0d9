/**
 * The auditor: verifies each read table against the log, slowly and in a loop. It finds rows that a
 * bug, a person or a disk has changed. One node audits a table at a time.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabasePool } from 'slonik';
import type { Logger } from '../../platform/logger.ts';
import { auditedAt, differentRows, missingEvents } from '../../platform/metrics.ts';
import type { Differences } from './compare.ts';
import type { Projection } from '../projection.ts';
import { verify } from './rebuild.ts';
import { RebuildHeldError } from './lease.ts';
import { AUDIT_SCHEMA } from './shadow-table.ts';

/** The auditor works for this share of the time and waits for the rest. */
const WORK_SHARE = 0.1;
/** Pause between two passes over all tables. */
const REST_MS = 60_000;

export interface AuditorOptions {
  pool: DatabasePool;
  projections: readonly Projection[];
  log: Logger;
  share?: number;
  restMs?: number;
}

/**
 * Verifies one table once and sets its metrics.
 *
 * @param share of the time in which it works, above 0 and at most 1
 * @throws {RebuildHeldError} another node audits this table
 */
export async function auditOnce(
  pool: DatabasePool,
  projection: Projection,
  { share = WORK_SHARE, signal }: { share?: number; signal?: AbortSignal } = {},
): Promise<Differences> {
  let sinceMs = performance.now();
  const pause = async (): Promise<void> => {
    await delay(((performance.now() - sinceMs) * (1 - share)) / share, undefined, { signal });
    sinceMs = performance.now();
  };
  const found = await verify(pool, projection, { onProgress: () => {}, pause }, AUDIT_SCHEMA);
  missingEvents.set({ projection: projection.name }, found.missing_events);
  differentRows.set({ projection: projection.name }, found.missing + found.surplus + found.different);
  auditedAt.set({ projection: projection.name }, Date.now() / 1_000);
  return found;
}

/** Audits every projection in turn until it is stopped. */
export function startAuditor({
  pool,
  projections,
  log,
  share = WORK_SHARE,
  restMs = REST_MS,
}: AuditorOptions): {
  stop: () => Promise<void>;
} {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function audit(projection: Projection): Promise<void> {
    try {
      // The projector renews these rows first.
      if (await projection.outdated?.has(pool)) return;
      const found = await auditOnce(pool, projection, { share, signal });
      const { missing, surplus, different } = found;
      if (missing + surplus + different > 0) {
        log.error({ projection: projection.name, ...found }, 'read table differs from the log');
      }
    } catch (error) {
      // Held: another node audits this table.
      if (signal.aborted || error instanceof RebuildHeldError) return;
      log.warn({ err: error, projection: projection.name }, 'audit failed, restarting');
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await delay(restMs, undefined, { signal }).catch(() => {});
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
