/** Bounds the memory that answers hold which their clients do not read. (Bodies have a room of their own: api/body/body-room.ts.) */
import type { Context } from 'koa';
import { subjectOfAddress } from '../limiter/rate-limit.ts';
import { Problem } from '../problem/problem.ts';
import { isRead } from './reads.ts';
import { stateOf } from '../request-context.ts';
import { type ByteBudget, createByteBudget } from './byte-budget.ts';

/** Bytes of answers under way, for one API key (or one address without a key), and for the process. */
const CALLER_BYTES_MAX = 48 * 1024 * 1024;
const TOTAL_BYTES_MAX = 128 * 1024 * 1024;
/** What is smaller is not counted: the number of connections bounds it. */
export const COUNTED_BYTES_MIN = 16 * 1024;

export const createAnswerRoom = (): ByteBudget =>
  createByteBudget({ callerBytesMax: CALLER_BYTES_MAX, totalBytesMax: TOTAL_BYTES_MAX });

const callerOf = (ctx: Context): string =>
  stateOf(ctx).principal?.keyId ?? subjectOfAddress(ctx.ip) ?? 'unknown';

export const requireRoom = (ctx: Context, room: ByteBudget): void => requireRoomOf(callerOf(ctx), room);

/** @throws {Problem} 503; the request took no effect */
export function requireRoomOf(caller: string, room: ByteBudget): void {
  if (room.admits(caller)) return;
  throw new Problem(
    'overloaded',
    `Answers of this caller hold ${CALLER_BYTES_MAX} bytes that it has not read. Read them, or use fewer connections. This request took no effect.`,
    { headers: { 'Retry-After': '1' } },
  );
}

/**
 * Counts a large answer until its client has taken it. A read without room is refused; a write is
 * always answered.
 *
 * @throws {Problem} 503
 */
export function holdAnswer(ctx: Context, room: ByteBudget): void {
  const { body } = ctx;
  // Three bytes of UTF-8 are the most that one unit of UTF-16 becomes.
  if (typeof body === 'string' && body.length * 3 < COUNTED_BYTES_MIN) return;
  const bytes = ctx.length ?? 0;
  if (bytes < COUNTED_BYTES_MIN || ctx.method === 'HEAD') return;
  if (isRead(ctx.method)) requireRoom(ctx, room);
  const { socket } = ctx.req;
  if (socket.destroyed) return; // the end of the response has been told, and will not be again
  ctx.res.once(
    'close',
    room.hold(callerOf(ctx), bytes, () => socket.destroy()),
  );
}
