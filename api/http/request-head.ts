/** What Node's parser takes without a word, and we do not: ambiguous or overfull heads of requests. */
import type { IncomingMessage } from 'node:http';
import { Problem } from '../problem/problem.ts';
import { HEADER_FIELDS_MAX } from './limits.ts';

/** Fields that can be there once. Node keeps the first and drops the others in silence. */
const SINGLE = ['host', 'authorization', 'content-type'];
/** RFC 9110, section 7.2: a host and a port, or nothing. */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]*|\[[\da-fA-F:.]+\])(?::\d{0,5})?$/;

/**
 * Refuses a head that can be read in two ways, or that Node would shorten.
 *
 * @throws {Problem} 400, 417 or 431; the request took no effect
 */
export function requireClearHead({ httpVersion, headers, rawHeaders }: IncomingMessage): void {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    throw new Problem(
      'malformed_request',
      `This server speaks HTTP/1.1 and HTTP/1.0, not HTTP/${httpVersion}.`,
    );
  }
  if (rawHeaders.length / 2 > HEADER_FIELDS_MAX) {
    throw new Problem(
      'header_fields_too_large',
      `A request may have at most ${HEADER_FIELDS_MAX} header fields; this one has ${rawHeaders.length / 2}.`,
    );
  }
  const { host } = headers;
  if (host === undefined ? httpVersion === '1.1' : !HOST.test(host)) {
    throw new Problem('malformed_request', 'Send one Host field with the name of this server.');
  }
  requireSingle(rawHeaders);
  if (headers.expect !== undefined && !/^100-continue$/i.test(headers.expect)) {
    throw new Problem('expectation_failed', 'Expect can be 100-continue only.');
  }
}

function requireSingle(rawHeaders: string[]): void {
  let seen = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const { length } = rawHeaders[at]!;
    // Few names have one of these lengths: nothing else is made lower case.
    if (length !== 4 && length !== 12 && length !== 13) continue;
    const name = rawHeaders[at]!.toLowerCase();
    const index = SINGLE.indexOf(name);
    if (index === -1) continue;
    const bit = 1 << index;
    if (seen & bit) throw new Problem('malformed_request', `Send one ${name} field, not several.`);
    seen |= bit;
  }
}
