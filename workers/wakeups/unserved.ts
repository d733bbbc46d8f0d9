/**
 * Endpoints that stay due although they were woken: Redis lost the wake-up, holds it back or
 * refuses it. Each node serves them by itself. Claims in Postgres keep the nodes apart.
 */
import type { Logger } from '../../platform/logger.ts';
import { unservedEndpoints } from '../metrics.ts';
import type { Turns } from './turns.ts';

/** An endpoint that was due without a worker for this long is served without a wake-up. */
const UNSERVED_MS_MAX = 3_000;

/** What the queue knows of endpoints. */
export interface Queued {
  /** The endpoints that a live worker of another process serves. Rejects without an answer. */
  withOtherWorker: (endpointIds: readonly string[]) => Promise<readonly string[]>;
  /** Removes the job of an endpoint when no worker can ever get it. */
  forgetLost: (endpointId: string) => Promise<void>;
}

export interface Unserved {
  /** Gives a turn to each endpoint that was due, and had no worker, in all calls of 3 seconds. */
  serve: (due: readonly string[]) => Promise<void>;
}

export function createUnserved({
  turns,
  queued,
  log,
  now = () => performance.now(),
}: {
  turns: Pick<Turns, 'take' | 'has'>;
  queued: Queued;
  log: Logger;
  /** Monotonic milliseconds. */
  now?: () => number;
}): Unserved {
  /** When each endpoint was first seen due, and without a worker since. */
  let dueSinceMs = new Map<string, number>();

  return {
    async serve(due) {
      const idle = due.filter((endpointId) => !turns.has(endpointId));
      const seenBefore = idle.filter((endpointId) => dueSinceMs.has(endpointId));
      const served = new Set(
        seenBefore.length === 0 ? [] : await queued.withOtherWorker(seenBefore).catch(() => []),
      );
      const left = idle.filter((endpointId) => !served.has(endpointId));
      dueSinceMs = new Map(left.map((endpointId) => [endpointId, dueSinceMs.get(endpointId) ?? now()]));
      const late = left.filter((endpointId) => now() - dueSinceMs.get(endpointId)! >= UNSERVED_MS_MAX);
      for (const endpointId of late) {
        void turns.take(endpointId);
        unservedEndpoints.inc();
        queued.forgetLost(endpointId).catch((error: unknown) => {
          log.debug({ err: error }, 'wake-up queue error');
        });
      }
    },
  };
}
