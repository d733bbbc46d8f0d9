/** Answers of a node that may read from an old primary. */
import type { Middleware } from 'koa';
import { type PrimaryLease, PrimaryNotConfirmed } from '../../store/durability/primary-lease.ts';

type Confirm = Pick<PrimaryLease, 'confirm'>;

/**
 * Runs a call. Its result and its error count only if Postgres was the primary when it read: both
 * may be stale. So it looks after the call. It also looks before: a write that no standby can
 * confirm would keep a backend until one can.
 *
 * @throws {PrimaryNotConfirmed}
 */
export async function confirmedBy<T>(primary: Confirm, call: () => Promise<T>): Promise<T> {
  const entering = primary.confirm();
  if (entering) await entering;
  const beganMs = performance.now();
  let result: T;
  try {
    result = await call();
  } catch (error) {
    await primary.confirm(beganMs);
    throw error;
  }
  const confirming = primary.confirm(beganMs);
  if (confirming) await confirming;
  return result;
}

/** Answers 503 while Postgres may not be the primary, without the head of the other answer. */
export const requirePrimary =
  (primary: Confirm): Middleware =>
  async (ctx, next) => {
    const before = new Set(Object.keys(ctx.response.headers));
    try {
      await confirmedBy(primary, next);
    } catch (error) {
      if (error instanceof PrimaryNotConfirmed)
        for (const name of Object.keys(ctx.response.headers)) if (!before.has(name)) ctx.remove(name);
      throw error;
    }
  };
