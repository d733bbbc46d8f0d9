/** Reads a JSON body, bounded: its bytes with koa-body, what they mean in docs/input.md. */
import { isUtf8 } from 'node:buffer';
import type { Context, Next } from 'koa';
import { koaBody } from 'koa-body';
import { type BodyRoom, type Place, SMALL_BYTES } from './body-room.ts';
import { requireUnbroken } from '../http/broken-request.ts';
import { type Decode, decoderOf, tooLarge } from './inflate.ts';
import { parseJson } from '../json/parse.ts';
import { readJson } from '../json/read.ts';
import { SLICE_BYTES } from '../json/slices.ts';
import { Problem } from '../problem/problem.ts';
import { principalOf } from '../request-context.ts';

/** What JSON's bytes are; it has no other (RFC 8259, section 8.1). ASCII is part of it. */
const CHARSETS = new Set(['', 'utf-8', 'utf8', 'us-ascii']);
const ASCII = /^[\0-\x7f]*$/;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/**
 * @param mediaType the one media type that the operation takes
 * @param maxBytes of the body, inflated
 * @param room of all bodies together
 * @throws {Problem} 415 for another type, charset or coding; 413; 400 for a body that is empty, cut off, or not JSON; 422 for JSON with
 *   a number that would be rounded, or with too much in it
 */
export function readBody(
  { mediaType, maxBytes }: { mediaType: string; maxBytes: number },
  room: BodyRoom,
): (ctx: Context, next: Next) => Promise<unknown> {
  // As text of one character a byte: only bytes tell whether they are UTF-8.
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
    // What is undone here koa-body must not undo as well, nor stumble over its spelling.
    if (coding !== undefined) delete headers['content-encoding'];
    requireUnbroken(ctx.req);
    if (socket.destroyed) throw new Problem('malformed_request', 'The body broke off.');
    const length = Number(headers['content-length'] ?? NaN);
    if (length > maxBytes) throw tooLarge(maxBytes);
    const place = decode === undefined && length <= SMALL_BYTES ? undefined : takePlace(ctx, room, length);

    // A client that asks for leave to send its body gets it now, when nothing else speaks against the request.
    if (headers.expect !== undefined && ctx.req.httpVersion === '1.1') ctx.res.writeContinue();
    await read(ctx, async () => {}).catch((error: unknown) => {
      throw whyBrokenOff(ctx, error) ?? error;
    });
    const request = ctx.request as { body?: unknown };
    // A request that says neither a length nor chunks is not read at all.
    const text = (request.body ?? '') as string;
    request.body =
      decode === undefined && text.length <= SLICE_BYTES && ASCII.test(text)
        ? parseJson(text)
        : await readJson(await bytesOf(text, decode, maxBytes, place));
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
      `Send the body as ${mediaType}${given === '' ? '' : `, not as ${given.slice(0, 100)}`}.`,
      // RFC 5789, section 3.1
      ctx.method === 'PATCH' ? { headers: { 'Accept-Patch': mediaType } } : {},
    );
  }
  const charset = ctx.request.charset.toLowerCase();
  if (!CHARSETS.has(charset)) {
    throw new Problem('unsupported_media_type', `Send the body in UTF-8, not in ${charset.slice(0, 100)}.`);
  }
}

/** Why a request was not read to its end, if the connection, and not the body, was at fault. */
function whyBrokenOff({ req }: Context, cause: unknown): Problem | undefined {
  // Whoever ended the request may have said why.
  if (req.errored instanceof Problem) return req.errored;
  return req.destroyed && !req.complete
    ? new Problem('malformed_request', 'The body broke off.', { cause })
    : undefined;
}

/** The place is the body's until the request is answered; one that says no length takes it byte by byte. */
function takePlace(ctx: Context, room: BodyRoom, length: number): Place {
  const place = room.enter(principalOf(ctx).keyId);
  ctx.res.once('close', place.leave);
  if (Number.isNaN(length)) {
    ctx.req.on('data', (chunk: Buffer) => {
      try {
        place.grow(chunk.length);
      } catch (problem) {
        ctx.req.emit('error', problem); // ends the reading
      }
    });
  } else place.grow(length);
  return place;
}

/** The bytes of the JSON text, without a byte order mark, which RFC 8259 lets a reader pass over. */
async function bytesOf(
  text: string,
  decode: Decode | undefined,
  maxBytes: number,
  place: Place | undefined,
): Promise<Buffer> {
  let bytes: Buffer = Buffer.from(text, 'binary');
  if (decode !== undefined && bytes.length > 0) {
    bytes = await decode(bytes, maxBytes);
    place?.grow(bytes.length);
  }
  if (!isUtf8(bytes))
    throw new Problem('malformed_json', 'The body is not UTF-8. Send one JSON object, in UTF-8.');
  const isMarked = bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  return isMarked ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes;
}
