/** Reads a JSON body, bounded, with koa-body. */
import type { Context, Next } from 'koa';
import { koaBody } from 'koa-body';
import { Problem } from './problem.ts';

/** Bytes of a body at most: a full order of 100 lines in four-byte characters has room. */
export const MAX_BODY = 262_144;

const read = koaBody({
  json: true,
  jsonLimit: MAX_BODY,
  jsonStrict: true,
  urlencoded: false,
  text: false,
  multipart: false,
});

/**
 * @param mediaType the one media type that the operation takes
 * @throws {Problem} 415 for any other, which koa-body would leave unread in silence; 400 for a body that is not JSON
 */
export function readBody(mediaType: string): (ctx: Context, next: Next) => Promise<unknown> {
  return async (ctx, next) => {
    const given = ctx.get('Content-Type').split(';', 1)[0]?.trim().toLowerCase() ?? '';
    if (given !== mediaType) {
      throw new Problem(
        'unsupported_media_type',
        `Send the body as ${mediaType}${given === '' ? '' : `, not as ${given.slice(0, 100)}`}.`,
      );
    }
    if (ctx.get('Content-Length') === '0')
      throw new Problem('malformed_json', 'The body is empty. Send one JSON object.');
    return read(ctx, next);
  };
}
