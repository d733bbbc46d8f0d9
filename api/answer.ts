/** Writes the answers of all operations. */
import type { Context } from 'koa';
import { entityTag } from './commands/entity-tag.ts';
import type { Executed } from './commands/execute.ts';

export function answer(ctx: Context, status: number, body: unknown): void {
  answerJson(ctx, status, JSON.stringify(body));
}

/** @param json the body as JSON text */
export function answerJson(ctx: Context, status: number, json: string): void {
  ctx.status = status;
  ctx.type = 'application/json';
  ctx.body = json;
}

/** Answers a command. A replay has the same status, fields and body as the first answer. */
export function answerWrite(
  ctx: Context,
  { state, event, replayed }: Executed,
  { status, location, body }: { status: 200 | 201; location?: string; body: unknown },
): void {
  if (location !== undefined) ctx.set('Location', location);
  ctx.set('ETag', entityTag(state.order.version));
  ctx.set('Holdfast-Position', String(event.position));
  ctx.set('Holdfast-Recorded-At', event.recorded_at);
  if (replayed) {
    ctx.set('Idempotent-Replayed', 'true');
    const erasedAt = state.order.erased_at ?? event.erased_at;
    if (erasedAt !== undefined) ctx.set('Holdfast-Erased', erasedAt);
  }
  answer(ctx, status, body);
}
