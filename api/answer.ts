/** How answers are written, for every operation alike. */
import type { Context } from 'koa';
import type { Call } from './handler.ts';
import { idempotencyKeyOf } from './contract/validator.ts';
import { entityTag } from './commands/entity-tag.ts';
import type { CommandContext, Executed } from './commands/execute.ts';
import { conditionsOf } from './commands/preconditions.ts';
import { stateOf } from './request-context.ts';

export function answer(ctx: Context, status: number, body: unknown): void {
  answerJson(ctx, status, JSON.stringify(body));
}

/** The same with a body that is JSON text already. */
export function answerJson(ctx: Context, status: number, json: string): void {
  ctx.status = status;
  ctx.type = 'application/json';
  ctx.body = json;
}

/** The same status, fields and body whether the command ran now or was repeated. */
export function answerWrite(
  ctx: Context,
  { state, event, replayed }: Executed,
  { status, location, body }: { status: 200 | 201; location?: string; body: unknown },
): void {
  if (location !== undefined) ctx.set('Location', location);
  ctx.set('ETag', entityTag(state.order.version));
  ctx.set('Holdfast-Position', String(event.position));
  ctx.set('Holdfast-Recorded-At', event.recorded_at);
  if (replayed) ctx.set('Idempotent-Replayed', 'true');
  answer(ctx, status, body);
}

/** What the command path wants to know of a request besides the command. */
export function commandContext({ ctx, input, principal }: Call): CommandContext {
  const { partition, tenantId, keyId } = principal;
  return {
    partition,
    tenantId,
    keyId,
    idempotencyKey: idempotencyKeyOf(input),
    traceparent: stateOf(ctx).traceparent,
    conditions: conditionsOf(ctx),
  };
}
