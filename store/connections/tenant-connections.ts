/**
 * The connections for statements of tenants, shared between them: pages, commands of webhooks, all
 * but the append. The others of the pool stay free for the append, the look-up of keys and the
 * consumers, so that none of these waits behind a page.
 */
import type { CommonQueryMethods, DatabasePool } from 'slonik';
import { createFairShare } from '../../platform/fair-share.ts';
import { StoreOverloaded } from '../unavailable.ts';

export interface TenantConnections {
  /**
   * The pool as a tenant may use it: each statement or transaction takes one place.
   *
   * Its methods also throw {@link StoreOverloaded}: too many calls of the tenant wait, or this one
   * waited too long. It had no effect.
   */
  of: (tenantId: string) => CommonQueryMethods;
}

/** Of the connections of a pool, for requests. */
const REQUESTS_SHARE = 0.6;
/** A slow page keeps its connection for seconds: a tenant alone leaves one place of six free. */
const FREE_TIMES_MAX = 3;
const WAITING_CALLS_MAX = 1_000;
/** As long as a call waits for Postgres itself (unavailable.ts). */
const WAIT_MS_MAX = 5_000;

const METHODS = [
  'any',
  'anyFirst',
  'exists',
  'many',
  'manyFirst',
  'maybeOne',
  'maybeOneFirst',
  'one',
  'oneFirst',
  'query',
  'record',
  'stream',
  'transaction',
] as const satisfies (keyof CommonQueryMethods)[];

export interface TenantConnectionsOptions {
  pool: Pick<DatabasePool, (typeof METHODS)[number]>;
  /** Connections of the pool. */
  size: number;
  /** Of these. */
  share?: number;
  waitMs?: number;
}

export function createTenantConnections({
  pool,
  size,
  share = REQUESTS_SHARE,
  waitMs = WAIT_MS_MAX,
}: TenantConnectionsOptions): TenantConnections {
  const capacity = Math.max(1, Math.floor(size * share));
  const places = createFairShare({ capacity, freeTimesMax: FREE_TIMES_MAX });

  async function takePlace(tenantId: string) {
    if (places.waiting(tenantId) >= WAITING_CALLS_MAX)
      throw new StoreOverloaded(`${WAITING_CALLS_MAX} calls of the tenant wait for a connection`);
    const tooLong = new AbortController();
    const timer = setTimeout(
      () => tooLong.abort(new StoreOverloaded(`The tenant got no connection within ${waitMs} ms`)),
      waitMs,
    );
    try {
      return await places.take(tenantId, { signal: tooLong.signal });
    } finally {
      clearTimeout(timer);
    }
  }

  /** The place comes back with the connection, also when the caller has stopped waiting. */
  async function within<T>(tenantId: string, call: () => Promise<T>): Promise<T> {
    const release =
      (places.waiting() === 0 ? places.tryTake(tenantId) : undefined) ?? (await takePlace(tenantId));
    try {
      return await call();
    } finally {
      release();
    }
  }

  /** One object for all tenants: 13 closures for each request would cost each request. */
  const methods = Object.fromEntries(
    METHODS.map((name) => [
      name,
      function (this: { tenantId: string }, ...given: unknown[]) {
        const method = pool[name] as (...given: unknown[]) => Promise<unknown>;
        return within(this.tenantId, () => method(...given));
      },
    ]),
  );
  return {
    of: (tenantId) =>
      Object.create(methods, { tenantId: { value: tenantId } }) as unknown as CommonQueryMethods,
  };
}
