/**
 * Wake-ups within one process, for an installation without Redis. Claims and send slots in Postgres
 * keep several processes apart: they never send the same delivery, and share an endpoint's rate.
 */
import type { Logger } from '../../platform/logger.ts';
import { startSweeps } from '../sweep.ts';
import { type Turns, createTurns } from './turns.ts';
import type { TenantOf, Wakeups } from './wakeups.ts';

export interface LocalWakeupsOptions {
  /** Ids of the endpoints that have a delivery due. */
  findDue: () => Promise<readonly string[]>;
  tenantOf: TenantOf;
  log: Logger;
}

export function openLocalWakeups({ findDue, tenantOf, log }: LocalWakeupsOptions): Wakeups {
  let turns: Turns | undefined;

  async function wake(endpointIds: readonly string[]): Promise<void> {
    // Without turns another process sends; its sweep finds the deliveries.
    for (const endpointId of endpointIds) void turns?.take(endpointId);
  }

  return {
    wake,
    run(work) {
      const running = createTurns({ work, tenantOf, log });
      turns = running;
      const sweeps = startSweeps(async () => wake(await findDue()), log);
      return {
        async close() {
          turns = undefined;
          await Promise.all([sweeps.stop(), running.close()]);
        },
      };
    },
    close: async () => {},
  };
}
