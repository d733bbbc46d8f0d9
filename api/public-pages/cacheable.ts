import type { Context } from 'koa';
import { isKnownAlready } from '../commands/preconditions.ts';

/** Seconds for which a client may keep a page without asking. */
const MAX_AGE = 300;

/**
 * Answers what is the same for everybody, and spares its body when the client has it already.
 *
 * @throws {Problem} 412 when `If-Match` does not name it
 */
export function answerCacheable(ctx: Context, type: string, body: string | Buffer, digest: string): void {
  const etag = `"${digest.slice(0, 32)}"`;
  ctx.set('ETag', etag);
  ctx.set('Cache-Control', `public, max-age=${MAX_AGE}`);
  ctx.set('X-Content-Type-Options', 'nosniff');
  if (isKnownAlready(ctx, etag)) {
    ctx.status = 304;
    return;
  }
  ctx.status = 200;
  ctx.type = type;
  ctx.body = body;
}
