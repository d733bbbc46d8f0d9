/**
 * Replicas of Postgres, for lists. A replica is used while it has all that the primary had a moment
 * ago, and is left for the primary when it lags, fails or has another history.
 */
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { withDeadline } from '../../platform/deadline.ts';
import type { Logger } from '../../platform/logger.ts';
import { watchReplicas } from '../../platform/metrics.ts';
import { type TenantConnections, createTenantConnections } from './tenant-connections.ts';

const LOOK_INTERVAL_MS = 1_000;
const LOOK_TIMEOUT_MS = 1_000;
/** A replica that lacks an event of the primary is left after this time. */
const LAG_MS_MAX = 5_000;
/** A replica that was left is used again after this time, which doubles with each time. */
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 60_000;

export interface Replica {
  connections: TenantConnections;
  /** Aborts when the replica is left: its answers are not awaited any more. */
  left: AbortSignal;
  /** Leaves the replica until a look finds it well. */
  leave: (reason: string) => void;
}

export interface Replicas {
  isConfigured: boolean;
  /** The replicas that are well take turns; `undefined` when there is none. */
  next: () => Replica | undefined;
  /** Head of a partition of the primary, at most a look old. */
  headOf: (partition: number) => number | undefined;
  stop: () => Promise<void>;
}

export interface ReplicasOptions {
  primary: CommonQueryMethods;
  /** One a replica, in the order of the configuration. */
  pools: readonly DatabasePool[];
  /** Connections of each pool. */
  size: number;
  log: Logger;
}

interface History {
  /** System identifier and database. */
  home: string;
  /** Position of the newest event, by partition. */
  heads: ReadonlyMap<number, number>;
  /** Sum of the heads. It grows with each event and each epoch. */
  length: number;
}

const headRow = z.object({ home: z.string(), partition: z.int(), position: z.int() });

async function historyOf(pool: CommonQueryMethods): Promise<History> {
  const rows = await withDeadline(
    pool.many(sql.type(headRow)`
      SELECT system_identifier || ' ' || current_database() AS home, partition, position
        FROM log_heads CROSS JOIN pg_control_system()`),
    LOOK_TIMEOUT_MS,
  );
  const heads = new Map(rows.map(({ partition, position }) => [partition, position]));
  return { home: rows[0]!.home, heads, length: rows.reduce((sum, { position }) => sum + position, 0) };
}

export function createReplicas({ primary, pools, size, log }: ReplicasOptions): Replicas {
  const states = pools.map((pool, index) => createState(pool, index, { size, log }));
  const isConfigured = states.length > 0;
  /** Of the primary, oldest first: one that is older than the lag allows, and all after it. */
  let seen: { atMs: number; history: History }[] = [];
  /** Of the replicas, a look before. */
  let before: (number | undefined)[] = [];
  let turn = 0;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function look(): Promise<void> {
    // Before the primary, which then has all that a look before found on a replica of its history.
    const found = await Promise.allSettled(pools.map(historyOf));
    const history = await historyOf(primary).catch(() => undefined);
    const atMs = performance.now();
    if (history !== undefined) seen.push({ atMs, history });
    const isOld = ({ atMs: thenMs }: { atMs: number }) => atMs - thenMs > LAG_MS_MAX;
    while (seen.length > 1 && isOld(seen[1]!)) seen.shift();
    const newest = seen.at(-1);
    const isPrimaryKnown = newest !== undefined && !isOld(newest);
    for (const [index, state] of states.entries()) {
      const result = found[index]!;
      if (!isPrimaryKnown) state.leave('the primary does not answer');
      else if (result.status === 'rejected') state.leave(textOf(result.reason));
      else {
        const primaryHistory = { newest: history, known: newest.history, oldest: seen[0]!.history };
        state.judge(faultOf(result.value, before[index] ?? 0, primaryHistory));
      }
    }
    before = found.map((result) => (result.status === 'fulfilled' ? result.value.length : undefined));
  }

  async function watch(): Promise<void> {
    await look();
    if (!isStopped) timer = setTimeout(() => (watching = watch()), LOOK_INTERVAL_MS).unref();
  }
  let watching = isConfigured ? watch() : Promise.resolve();
  const unwatch = watchReplicas((): Record<string, number> => {
    const used = states.filter(({ replica }) => replica !== undefined).length;
    return isConfigured ? { used, left: states.length - used } : {};
  });

  return {
    isConfigured,
    next() {
      const well = states.flatMap(({ replica }) => replica ?? []);
      turn += 1;
      return well[turn % well.length];
    },
    headOf: (partition) => seen.at(-1)?.history.heads.get(partition),
    async stop() {
      isStopped = true;
      unwatch();
      clearTimeout(timer);
      await watching;
    },
  };
}

interface PrimaryHistory {
  /** Read after that of the replica; `undefined` when the primary did not answer. */
  newest: History | undefined;
  /** The last one that was read. */
  known: History;
  oldest: History;
}

/** Why a replica must be left; `undefined` when it is well. */
function faultOf(
  own: History,
  lengthBefore: number,
  { newest, known, oldest }: PrimaryHistory,
): string | undefined {
  if (own.home !== known.home) return 'it is not a replica of the database at DATABASE_URL';
  // A replica shows a commit while the primary still waits for its synchronous standby.
  if (newest !== undefined && lengthBefore > newest.length) return 'it has events that the primary lacks';
  if (own.length < oldest.length) return `it lacks events for more than ${LAG_MS_MAX / 1_000} s`;
  return undefined;
}

interface State {
  replica: Replica | undefined;
  leave: (reason: string) => void;
  /** @param fault found by a look; `undefined` when it found none */
  judge: (fault: string | undefined) => void;
}

/** One replica: whether it is used. Logs each change, not each attempt. */
function createState(
  pool: DatabasePool,
  index: number,
  { size, log }: Pick<ReplicasOptions, 'size' | 'log'>,
): State {
  const connections = createTenantConnections({ pool, size, share: 1 });
  let leaving = new AbortController();
  let usedAtMs = Number.NEGATIVE_INFINITY;
  let retryAtMs = 0;
  let retryMs = RETRY_MS_MIN;
  let isLogged = false;
  const state: State = {
    replica: undefined,
    leave(reason) {
      const nowMs = performance.now();
      if (state.replica !== undefined) {
        // Looks can succeed where pages fail, as without the right to read a table.
        retryMs = nowMs - usedAtMs > RETRY_MS_MAX ? RETRY_MS_MIN : Math.min(retryMs * 2, RETRY_MS_MAX);
        retryAtMs = nowMs + retryMs;
        isLogged = false;
      }
      state.replica = undefined;
      leaving.abort();
      if (isLogged) return;
      isLogged = true;
      log.warn({ replica: index + 1, reason }, 'replica left');
    },
    judge(fault) {
      if (fault !== undefined) {
        state.leave(fault);
        return;
      }
      if (state.replica !== undefined || performance.now() < retryAtMs) return;
      leaving = new AbortController();
      usedAtMs = performance.now();
      state.replica = { connections, left: leaving.signal, leave: state.leave };
      log.info({ replica: index + 1 }, 'replica used');
    },
  };
  return state;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
