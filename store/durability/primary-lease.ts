/**
 * Shows that Postgres is still the primary, where a level needs a synchronous standby.
 *
 * After a failover a node may still reach the old primary. That one can acknowledge nothing,
 * because no standby follows it, but its reads are stale: a "not found" or a conflict of it may be
 * wrong. So a node answers only while a standby has confirmed a commit of the last 3 s. Rejected: a
 * commit for each read, as it would cost each read a round trip to the standby.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { endsWithin } from '../../platform/deadline.ts';
import type { Logger } from '../../platform/logger.ts';
import { durabilityState } from '../../platform/metrics.ts';
import { directAddressOf } from '../connections/direct-address.ts';
import { connect, newClient } from '../session.ts';
import { StoreUnavailable } from '../unavailable.ts';
import { watchCommits } from './confirmed-commits.ts';
import type { DurabilityGuard } from './durability-guard.ts';
import { needsStandby } from './durability.ts';
import { PRIMARY_IDENTITY } from './known-primary.ts';

/** A failover must take longer, from the end of the replication to the first new write. */
const LEASE_MS = 3_000;
const INTERVAL_MS = 1_000;
/** Wait of an answer for a commit that is under way. */
const WAIT_MS_MAX = 1_000;
/** After a commit that failed, however many answers wait. */
const RETRY_MS = 100;

/**
 * A commit that waits for the standby as each write does, and changes no table. It also says where
 * the connection leads: a pooler may have moved it.
 */
const COMMIT = `
  SELECT ${PRIMARY_IDENTITY} AS identity, pg_catalog.pg_logical_emit_message(true, 'holdfast', ''::text)`;

/** No standby has confirmed a commit: another Postgres may be the primary. */
export class PrimaryNotConfirmed extends StoreUnavailable {
  override name = 'PrimaryNotConfirmed';
}

export interface PrimaryLease {
  /** Whether the required level needs a standby; otherwise nothing is ever looked at. */
  isNeeded: boolean;
  /**
   * Resolves when a commit of the last 3 s is confirmed; `undefined` when one is.
   *
   * @param readMs when the read began: what one Postgres showed is not confirmed by the next
   * @throws {PrimaryNotConfirmed}
   */
  confirm: (readMs?: number) => Promise<void> | undefined;
  /**
   * Resolves when a commit that began after this call is confirmed, so all that the caller has read
   * is on the standby.
   *
   * @throws {PrimaryNotConfirmed}
   */
  confirmRead: () => Promise<void> | undefined;
  /** A write that began at this time of `performance.now()` has committed. */
  noteCommit: (beganMs: number) => void;
}

export interface PrimaryLeaseOptions {
  databaseUrl: string;
  guard: DurabilityGuard;
  log: Logger;
}

const NO_STANDBY_NEEDED: PrimaryLease & { stop: () => Promise<void> } = {
  isNeeded: false,
  confirm: () => undefined,
  confirmRead: () => undefined,
  noteCommit: () => {},
  stop: async () => {},
};

const moved = () => new PrimaryNotConfirmed('another Postgres has become the primary');

/** Commits each second, if the required level needs a standby. */
export function startPrimaryLease({ databaseUrl, guard, log }: PrimaryLeaseOptions): PrimaryLease & {
  stop: () => Promise<void>;
} {
  if (!needsStandby(guard.required)) return NO_STANDBY_NEEDED;
  const { changedMs } = guard.primary;
  let client: Client | undefined;
  let requireConfirmed = () => {};
  let isStopped = false;
  /** When the newest confirmed commit began. */
  let confirmedMs = Number.NEGATIVE_INFINITY;
  let isLost = false;
  /** When the commit that waits began; `undefined` between two commits. */
  let waitingMs: number | undefined;
  let settled = Promise.withResolvers<void>();
  let pause = new AbortController();
  /** Whether an answer waits for the next commit. */
  let isWanted = false;

  function noteCommit(beganMs: number): void {
    confirmedMs = Math.max(confirmedMs, beganMs);
    if (!isLost) return;
    log.warn('a standby confirms commits again');
    durabilityState.set({ state: 'unconfirmed' }, 0);
    isLost = false;
  }

  /** @returns whether it was confirmed */
  async function commit(): Promise<boolean> {
    waitingMs = performance.now();
    try {
      if (client === undefined) {
        client = newClient({
          connectionString: directAddressOf(databaseUrl),
          application_name: 'holdfast-lease',
        });
        requireConfirmed = watchCommits(client);
        await connect(client, { guard });
      }
      const beganMs = (waitingMs = performance.now());
      const { rows } = await client.query<{ identity: string }>(COMMIT);
      requireConfirmed();
      guard.primary.note(rows[0]!.identity);
      noteCommit(beganMs);
      return true;
    } catch (error) {
      log.debug({ err: error }, 'commit not confirmed');
      await client?.end();
      client = undefined;
      return false;
    } finally {
      waitingMs = undefined;
      settled.resolve();
      settled = Promise.withResolvers();
    }
  }

  async function run(): Promise<void> {
    while (!isStopped) {
      isWanted = false;
      pause = new AbortController();
      if (!(await commit())) await delay(RETRY_MS);
      if (!isWanted) await delay(INTERVAL_MS, undefined, { signal: pause.signal }).catch(() => {});
    }
  }

  /** A commit at an earlier primary shows nothing about the present one. */
  const isConfirmed = (sinceMs: number) => confirmedMs >= Math.max(sinceMs, changedMs());

  async function waitFor(sinceMs: number, readMs: number): Promise<void> {
    const untilMs = performance.now() + WAIT_MS_MAX;
    while (!isConfirmed(sinceMs)) {
      const now = performance.now();
      const isStuck = waitingMs !== undefined && now - waitingMs > WAIT_MS_MAX;
      if (isStuck || now >= untilMs || isStopped) throw lost();
      if (readMs < changedMs()) throw moved();
      isWanted = true;
      pause.abort();
      await endsWithin(settled.promise, untilMs - now);
    }
  }

  function lost(): PrimaryNotConfirmed {
    if (!isLost) {
      log.error('no standby confirms commits: another Postgres may be the primary');
      durabilityState.set({ state: 'unconfirmed' }, 1);
    }
    isLost = true;
    return new PrimaryNotConfirmed('no standby has confirmed a commit');
  }

  function confirmSince(sinceMs: number, readMs = performance.now()): Promise<void> | undefined {
    if (readMs < changedMs()) throw moved();
    return isConfirmed(sinceMs) ? undefined : waitFor(sinceMs, readMs);
  }
  const running = run();
  return {
    isNeeded: true,
    confirm: (readMs) => confirmSince(performance.now() - LEASE_MS, readMs),
    confirmRead: () => confirmSince(performance.now()),
    noteCommit,
    async stop() {
      isStopped = true;
      isWanted = true;
      pause.abort();
      await client?.end();
      await running;
    },
  };
}
