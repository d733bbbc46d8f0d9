/** Reads a JSON body, bounded, with koa-body. */
import type { Context, Next } from 'koa';
import { koaBody } from 'koa-body';
import { Problem } from './problem.ts';

/**
 * @param mediaType the one media type that the operation takes
 * @param maxBytes of the body, inflated
 * @throws {Problem} 415 for any other type, which koa-body would leave unread in silence; 400 for a body that is not JSON
 */
export function readBody({
  mediaType,
  maxBytes,
}: {
  mediaType: string;
  maxBytes: number;
}): (ctx: Context, next: Next) => Promise<unknown> {
  const read = koaBody({
    parsedMethods: ['POST', 'PUT', 'PATCH'],
    json: true,
    jsonTypes: [mediaType],
    jsonLimit: maxBytes,
    jsonStrict: true,
    urlencoded: false,
    text: false,
    multipart: false,
  } as Parameters<typeof koaBody>[0]);
  return async (ctx, next) => {
    const given = ctx.get('Content-Type').split(';', 1)[0]?.trim().toLowerCase() ?? '';
    if (given !== mediaType) {
      throw new Problem(
        'unsupported_media_type',
        `Send the body as ${mediaType}${given === '' ? '' : `, not as ${given.slice(0, 100)}`}.`,
        // RFC 5789, section 3.1
        ctx.method === 'PATCH' ? { headers: { 'Accept-Patch': mediaType } } : {},
      );
    }
    if (ctx.get('Content-Length') === '0')
      throw new Problem('malformed_json', 'The body is empty. Send one JSON object.');
    return read(ctx, next);
  };
}
