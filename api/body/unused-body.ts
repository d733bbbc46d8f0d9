/**
 * The body of a command that reads none: thrown away, but it must come whole (RFC 9112, section 8).
 */
import type { Context, Next } from 'koa';
import { SMALL_BYTES } from './body-room.ts';
import { requireUnbroken } from '../http/broken-request.ts';
import { Problem } from '../problem/problem.ts';

/**
 * Waits until the request has come whole. One that declares no body has, and does not wait.
 *
 * @throws {Problem} 400 for a body that breaks off, 408, 413; the request took no effect
 */
export function passOverBody(ctx: Context, next: Next): Promise<unknown> {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = ctx.req.headers;
  if (coding === undefined && Number(length) === 0) return next();
  return passOver(ctx, next);
}

async function passOver(ctx: Context, next: Next): Promise<unknown> {
  await end(ctx);
  return next();
}

async function end(ctx: Context): Promise<void> {
  const { req, res } = ctx;
  requireUnbroken(req);
  if (req.destroyed || req.socket.destroyed) throw brokenOff();
  if (Number(ctx.get('Content-Length')) > SMALL_BYTES) throw tooLarge();
  if (req.headers.expect !== undefined && req.httpVersion === '1.1') res.writeContinue();
  await new Promise<void>((resolve, reject) => {
    let bytes = 0;
    req
      .on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > SMALL_BYTES) reject(tooLarge());
      })
      .once('end', resolve)
      // A framing that broke, or a time that is up, is a problem already (http/broken-request.ts).
      .on('error', (error) => reject(error instanceof Problem ? error : brokenOff(error)))
      .once('close', () => reject(brokenOff()));
  });
}

const brokenOff = (cause?: unknown) => new Problem('malformed_request', 'The body broke off.', { cause });
const tooLarge = () =>
  new Problem(
    'content_too_large',
    `This call reads no body; one that is sent all the same may have at most ${SMALL_BYTES} bytes.`,
  );
