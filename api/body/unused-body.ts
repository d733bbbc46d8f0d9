/**
 * The body of a write that reads none: discarded, but it must arrive whole (RFC 9112, section 8).
 */
import type { Context, Next } from 'koa';
import { SMALL_BODY_BYTES_MAX } from './body-room.ts';
import { BROKEN_OFF, requireUnbroken } from '../http/broken-request.ts';
import { Problem } from '../problem/problem.ts';

/**
 * Middleware that waits for the end of the request. A request without a body does not wait.
 *
 * @throws {Problem} 400 for a body that is cut off, 408, 413; the request took no effect
 */
export function awaitUnusedBody(ctx: Context, next: Next): Promise<unknown> {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = ctx.req.headers;
  if (coding === undefined && Number(length) === 0) return next();
  return awaitEnd(ctx, next);
}

async function awaitEnd(ctx: Context, next: Next): Promise<unknown> {
  await end(ctx);
  return next();
}

async function end(ctx: Context): Promise<void> {
  const { req, res } = ctx;
  requireUnbroken(req);
  if (req.destroyed || req.socket.destroyed) throw brokenOff();
  if (Number(ctx.get('Content-Length')) > SMALL_BODY_BYTES_MAX) throw tooLarge();
  if (req.headers.expect !== undefined && req.httpVersion === '1.1') res.writeContinue();
  await new Promise<void>((resolve, reject) => {
    let bytes = 0;
    req
      .on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > SMALL_BODY_BYTES_MAX) reject(tooLarge());
      })
      .once('end', resolve)
      // Broken framing and timeouts are problems already (http/broken-request.ts).
      .on('error', (error) => reject(error instanceof Problem ? error : brokenOff(error)))
      .once('close', () => reject(brokenOff()));
  });
}

const brokenOff = (cause?: unknown) => new Problem('malformed_request', BROKEN_OFF, { cause });
const tooLarge = () =>
  new Problem(
    'content_too_large',
    `This call reads no body. Leave it out, or send at most ${SMALL_BODY_BYTES_MAX} bytes.`,
  );
