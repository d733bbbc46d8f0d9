/** Signs a checkpoint of each partition once a minute, for the proofs in receipts. */
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabasePool } from 'slonik';
import type { Logger } from '../../../platform/logger.ts';
import { logBroken } from '../../../platform/metrics.ts';
import type { Keyring } from '../../secrets/keyring.ts';
import { installationKey } from '../installation-key.ts';
import { BrokenLogError } from './stored-tree.ts';
import { writeCheckpoints } from './write-checkpoints.ts';

const WRITE_INTERVAL_MS = 60_000;
/** 5 ms of this thread at a time. */
const STEP_EVENTS = 512;
/** For one partition: a log from before there were links is covered at 3,400 events a second. */
const STEPS_MAX = 400;

export interface CheckpointWriterOptions {
  pool: DatabasePool;
  keyring: Keyring;
  log: Logger;
  intervalMs?: number;
}

/** Waits before the first one: the start of a node has other work. */
export function startCheckpointWriter({
  pool,
  keyring,
  log,
  intervalMs = WRITE_INTERVAL_MS,
}: CheckpointWriterOptions): { stop: () => Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function write(): Promise<void> {
    try {
      const key = await installationKey(pool, keyring);
      await writeCheckpoints(pool, key, { stepEvents: STEP_EVENTS, stepsMax: STEPS_MAX, signal });
      logBroken.set(0);
    } catch (error) {
      if (error instanceof BrokenLogError) logBroken.set(1);
      log.error({ err: error }, 'log checkpoint not written');
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await delay(intervalMs, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await write();
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
