/** Bounds the memory that a caller's slow bodies and unread answers hold. */
import type { Context, Middleware } from 'koa';
import { subjectOfAddress } from '../limiter/rate-limit.ts';
import { Problem } from '../problem.ts';
import { isRead } from '../reads.ts';
import { stateOf } from '../request-context.ts';
import { type ByteBudget, createByteBudget } from './byte-budget.ts';

/**
 * Bytes of bodies and answers under way, for one API key (or one address without a key), and for the process.
 * Eight of the largest batches, with their answers, fit into the first; a heap of 512 MiB holds the second.
 */
const CALLER_BYTES_MAX = 48 * 1024 * 1024;
const TOTAL_BYTES_MAX = 128 * 1024 * 1024;
/** What is smaller is not counted: the number of connections bounds it. */
const COUNTED_BYTES_MIN = 16 * 1024;

export const createBytesUnderWay = (): ByteBudget =>
  createByteBudget({ callerBytesMax: CALLER_BYTES_MAX, totalBytesMax: TOTAL_BYTES_MAX });

const callerOf = (ctx: Context): string => stateOf(ctx).principal?.keyId ?? subjectOfAddress(ctx.ip);

function hold(ctx: Context, budget: ByteBudget, bytes: number): void {
  if (ctx.req.socket.destroyed) return; // the end of the response has been told, and will not be again
  ctx.res.once(
    'close',
    budget.hold(callerOf(ctx), bytes, () => ctx.req.socket.destroy()),
  );
}

/** @throws {Problem} 503; the request took no effect */
export function requireRoom(ctx: Context, budget: ByteBudget): void {
  if (budget.admits(callerOf(ctx))) return;
  throw new Problem(
    'overloaded',
    `Requests and answers of this caller hold ${CALLER_BYTES_MAX} bytes that are not sent or not read. Read the answers, or use fewer connections. This request took no effect.`,
    { headers: { 'Retry-After': '1' } },
  );
}

/** Counts the body of a request from before it is read until its answer has left. */
export function holdBody(budget: ByteBudget, maxBytes: number): Middleware {
  return (ctx, next) => {
    const { 'content-length': length, 'content-encoding': encoding } = ctx.headers;
    const bytes =
      length === undefined || encoding !== undefined ? maxBytes : Math.min(Number(length), maxBytes);
    if (bytes >= COUNTED_BYTES_MIN) hold(ctx, budget, bytes);
    return next();
  };
}

/** Counts each large answer until its client has taken it. A read without room is refused; a write is always answered. */
export function holdAnswers(budget: ByteBudget): Middleware {
  return async (ctx, next) => {
    await next();
    const bytes = ctx.length ?? 0;
    if (bytes < COUNTED_BYTES_MIN || ctx.method === 'HEAD') return;
    if (isRead(ctx.method)) requireRoom(ctx, budget);
    hold(ctx, budget, bytes);
  };
}
