/** Bounds the memory of unread answers. api/body/body-room.ts bounds that of bodies. */
import type { Context } from 'koa';
import { subjectOfCaller } from '../limiter/rate-limit.ts';
import { Problem } from '../problem/problem.ts';
import { isRead } from './reads.ts';
import { stateOf } from '../request-context.ts';
import { type ByteBudget, createByteBudget } from './byte-budget.ts';

/** Unread bytes of a process; shared between tenants, and addresses of callers without a key. */
const TOTAL_BYTES_MAX = 128 * 1024 * 1024;
/** Smaller answers are not counted: the number of connections bounds them. */
export const COUNTED_BYTES_MIN = 16 * 1024;

export const createAnswerRoom = (): ByteBudget => createByteBudget({ totalBytesMax: TOTAL_BYTES_MAX });

const callerOf = (ctx: Context): string => stateOf(ctx).principal?.tenantId ?? subjectOfCaller(ctx.ip);

export const requireRoom = (ctx: Context, room: ByteBudget): void => requireRoomOf(callerOf(ctx), room);

/** @throws {Problem} 503; the request took no effect */
export function requireRoomOf(caller: string, room: ByteBudget): void {
  if (room.admits(caller)) return;
  throw new Problem(
    'overloaded',
    `The unread answers of your tenant hold ${room.held(caller)} bytes on this node, its share. Read them, or use fewer connections. This request took no effect.`,
    { headers: { 'Retry-After': '1' } },
  );
}

/**
 * Counts a large answer until its client has read it. Refuses a read without room; always answers a
 * write.
 *
 * @throws {Problem} 503
 */
export function holdAnswer(ctx: Context, room: ByteBudget): void {
  const { body } = ctx;
  // One unit of UTF-16 has at most three bytes in UTF-8.
  if (typeof body === 'string' && body.length * 3 < COUNTED_BYTES_MIN) return;
  const bytes = ctx.length ?? 0;
  if (bytes < COUNTED_BYTES_MIN || ctx.method === 'HEAD') return;
  if (isRead(ctx.method)) requireRoom(ctx, room);
  const { socket } = ctx.req;
  if (socket.destroyed) return; // 'close' was already emitted
  ctx.res.once(
    'close',
    room.hold(callerOf(ctx), bytes, () => socket.resetAndDestroy()),
  );
}
