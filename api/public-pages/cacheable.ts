import type { Context } from 'koa';
import { isNotModified } from '../commands/preconditions.ts';

/** Clients cache a page this long without revalidation. */
const CACHE_SECONDS = 300;

/**
 * Answers a public page, or 304 when the client has it.
 *
 * @param digest of the body in hexadecimal; becomes the ETag
 * @throws {Problem} 412 when `If-Match` does not name its ETag
 */
export function answerCacheable(ctx: Context, type: string, body: string | Buffer, digest: string): void {
  const etag = `"${digest.slice(0, 32)}"`;
  ctx.set('ETag', etag);
  ctx.set('Cache-Control', `public, max-age=${CACHE_SECONDS}`);
  if (isNotModified(ctx, etag)) {
    ctx.status = 304;
    return;
  }
  ctx.status = 200;
  ctx.type = type;
  ctx.body = body;
}
