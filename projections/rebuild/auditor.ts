/**
 * The auditor: verifies each read table against the log, slowly and in a loop. It finds rows that a
 * bug, a person or a disk has changed. One node audits a table at a time.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabasePool } from 'slonik';
import type { Logger } from '../../platform/logger.ts';
import { isDiskFull } from '../../store/unavailable.ts';
import { auditedAt, differentRows, missingEvents } from '../../platform/metrics.ts';
import type { Differences } from './compare.ts';
import type { Projection } from '../projection.ts';
import { SpaceError, type SpaceBudget } from './free-space.ts';
import { RebuildHeldError } from './lease.ts';
import { removeLeft } from './remove-left.ts';
import { type VerifyOptions, verify } from './verify.ts';

/** The auditor works for this share of the time and waits for the rest. */
const WORK_SHARE = 0.1;
/** Pause between two passes over all tables. */
const REST_MS = 60_000;
/** While the disk is full the pause doubles, up to this. */
const DISK_FULL_REST_MS_MAX = 3_600_000;

export interface AuditorOptions extends SpaceBudget {
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
 * @throws {SpaceError} too little space is free
 */
export async function auditOnce(
  pool: DatabasePool,
  projection: Projection,
  {
    share = WORK_SHARE,
    signal,
    ...options
  }: { share?: number; signal?: AbortSignal } & Omit<VerifyOptions, 'onProgress' | 'pause' | 'lease'> = {},
): Promise<Differences> {
  let sinceMs = performance.now();
  const pause = async (): Promise<void> => {
    await delay(((performance.now() - sinceMs) * (1 - share)) / share, undefined, { signal });
    sinceMs = performance.now();
  };
  const found = await verify(
    pool,
    projection,
    { ...options, onProgress: () => {}, pause, lease: { signal } },
    'audit',
  );
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
  databaseBytesMax,
}: AuditorOptions): {
  stop: () => Promise<void>;
} {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function removeAllLeft(): Promise<void> {
    for (const projection of projections) {
      try {
        if (!signal.aborted) await removeLeft(pool, projection, { signal });
      } catch (error) {
        if (!signal.aborted)
          log.warn({ err: error, projection: projection.name }, 'shadow table not removed');
      }
    }
  }

  /** @returns whether the disk had room for the audit */
  async function audit(projection: Projection): Promise<boolean> {
    try {
      // The projector renews these rows first.
      if (await projection.outdated?.has(pool)) return true;
      const found = await auditOnce(pool, projection, { share, signal, databaseBytesMax });
      const { missing, surplus, different } = found;
      if (missing + surplus + different > 0) {
        log.error({ projection: projection.name, ...found }, 'read table differs from the log');
      }
    } catch (error) {
      // Held: another node audits this table.
      if (signal.aborted || error instanceof RebuildHeldError) return true;
      const isFull = error instanceof SpaceError || isDiskFull(error);
      const message = isFull ? 'audit stopped: too little disk space' : 'audit failed, restarting';
      log.warn({ err: error, projection: projection.name }, message);
      return !isFull;
    }
    return true;
  }

  async function run(): Promise<void> {
    let pauseMs = restMs;
    while (!signal.aborted) {
      await delay(pauseMs, undefined, { signal }).catch(() => {});
      let hasRoom = true;
      await removeAllLeft();
      for (const projection of projections) {
        if (!signal.aborted && hasRoom) hasRoom = await audit(projection);
      }
      pauseMs = hasRoom ? restMs : Math.min(DISK_FULL_REST_MS_MAX, 2 * pauseMs);
      if (!hasRoom && !signal.aborted) log.warn({ pause_ms: pauseMs }, 'auditor pauses for disk space');
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
