/** Reads a bounded JSON body; docs/input.md has the rules. */
import { isUtf8 } from 'node:buffer';
import type { Context, Next } from 'koa';
import { koaBody } from 'koa-body';
import { type BodyRoom, type BodyShare, SMALL_BODY_BYTES_MAX } from './body-room.ts';
import { BROKEN_OFF, requireUnbroken } from '../http/broken-request.ts';
import { type Decode, decoderOf, tooLarge } from './inflate.ts';
import { parseJson } from '../json/parse.ts';
import { readJson } from '../json/read.ts';
import { SLICE_BYTES } from '../json/slices.ts';
import { Problem } from '../problem/problem.ts';
import { principalOf } from '../request-context.ts';

/** JSON is UTF-8 only (RFC 8259, section 8.1), and ASCII is a part of it. */
const CHARSETS = new Set(['', 'utf-8', 'utf8', 'us-ascii']);
const ASCII = /^[\0-\x7f]*$/;
/** Characters of a header field that a problem repeats. */
const FIELD_QUOTED_LENGTH_MAX = 100;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/**
 * Middleware that parses the body of an operation.
 *
 * @param mediaType of the operation
 * @param maxBytes of the decoded body
 * @throws {Problem} 415 for another type, charset or coding; 413; 400 for a body that is empty, cut
 *   off or not JSON; 422 for an inexact number, or too many values
 */
export function readBody(
  { mediaType, maxBytes }: { mediaType: string; maxBytes: number },
  room: BodyRoom,
): (ctx: Context, next: Next) => Promise<unknown> {
  // `binary` makes one character a byte, since UTF-8 is validated on the bytes.
  const read = koaBody({
    parsedMethods: ['POST', 'PUT', 'PATCH'],
    json: false,
    urlencoded: false,
    multipart: false,
    text: true,
    textTypes: [mediaType],
    textLimit: maxBytes,
    encoding: 'binary',
  } as Parameters<typeof koaBody>[0]);
  return async (ctx, next) => {
    requireType(ctx, mediaType);
    const { headers, socket } = ctx.req;
    const coding = headers['content-encoding'];
    const decode = decoderOf(coding);
    // Hide the coding from koa-body, which would decode the body too.
    if (coding !== undefined) delete headers['content-encoding'];
    requireUnbroken(ctx.req);
    if (socket.destroyed) throw new Problem('malformed_request', BROKEN_OFF);
    const length = Number(headers['content-length'] ?? NaN);
    if (length > maxBytes) throw tooLarge(maxBytes);
    const share =
      decode === undefined && length <= SMALL_BODY_BYTES_MAX ? undefined : takeShare(ctx, room, length);

    // `Expect: 100-continue`: all other checks have passed.
    if (headers.expect !== undefined && ctx.req.httpVersion === '1.1') ctx.res.writeContinue();
    await read(ctx, async () => {}).catch((error: unknown) => {
      throw brokenOff(ctx, error) ?? error;
    });
    const request = ctx.request as { body?: unknown };
    // Without a length and without chunks, koa-body reads nothing.
    const text = (request.body ?? '') as string;
    request.body =
      decode === undefined && text.length <= SLICE_BYTES && ASCII.test(text)
        ? parseJson(text)
        : await readJson(await bytesOf(text, decode, maxBytes, share));
    return next();
  };
}

function requireType(ctx: Context, mediaType: string): void {
  const field = ctx.headers['content-type'] ?? '';
  if (field === mediaType) return;
  const given = field.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (given !== mediaType) {
    throw new Problem(
      'unsupported_media_type',
      `Send the body as ${mediaType}${given === '' ? '' : `, not as ${given.slice(0, FIELD_QUOTED_LENGTH_MAX)}`}.`,
      // RFC 5789, section 3.1
      ctx.method === 'PATCH' ? { headers: { 'Accept-Patch': mediaType } } : {},
    );
  }
  const charset = ctx.request.charset.toLowerCase();
  if (!CHARSETS.has(charset)) {
    throw new Problem(
      'unsupported_media_type',
      `Send the body in UTF-8, not in ${charset.slice(0, FIELD_QUOTED_LENGTH_MAX)}.`,
    );
  }
}

/** The problem of a body that the connection cut off; `undefined` for a fault of the body. */
function brokenOff({ req }: Context, cause: unknown): Problem | undefined {
  if (req.errored instanceof Problem) return req.errored;
  return req.destroyed && !req.complete ? new Problem('malformed_request', BROKEN_OFF, { cause }) : undefined;
}

/** Holds a share until the response closes; without a Content-Length it grows with each chunk. */
function takeShare(ctx: Context, room: BodyRoom, length: number): BodyShare {
  const share = room.enter(principalOf(ctx).tenantId);
  ctx.res.once('close', share.release);
  if (Number.isNaN(length)) {
    ctx.req.on('data', (chunk: Buffer) => {
      try {
        share.grow(chunk.length);
      } catch (problem) {
        ctx.req.emit('error', problem); // stops koa-body
      }
    });
  } else share.grow(length);
  return share;
}

/** The decoded bytes, without a byte order mark, which RFC 8259 allows a reader to ignore. */
async function bytesOf(
  text: string,
  decode: Decode | undefined,
  maxBytes: number,
  share: BodyShare | undefined,
): Promise<Buffer> {
  let bytes: Buffer = Buffer.from(text, 'binary');
  if (decode !== undefined && bytes.length > 0) {
    bytes = await decode(bytes, maxBytes);
    share?.grow(bytes.length);
  }
  if (!isUtf8(bytes))
    throw new Problem('malformed_json', 'The body is not UTF-8. Send one JSON object in UTF-8.');
  const isMarked = bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  return isMarked ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes;
}
