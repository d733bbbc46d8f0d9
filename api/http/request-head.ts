/** Refuses ambiguous or too large request heads that Node's parser accepts. */
import type { IncomingMessage } from 'node:http';
import { Problem } from '../problem/problem.ts';
import { HEADER_FIELDS_MAX } from './limits.ts';

/** Fields of which Node keeps the first and silently drops the others. */
const SINGLE = ['host', 'authorization', 'content-type'];
/** A host and a port, or nothing (RFC 9110, section 7.2). */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]*|\[[\da-fA-F:.]+\])(?::\d{0,5})?$/;

/**
 * Checks version, number of fields, Host, single fields and Expect.
 *
 * @throws {Problem} 400, 417 or 431; the request took no effect
 */
export function requireClearHead({ httpVersion, headers, rawHeaders }: IncomingMessage): void {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    throw new Problem(
      'malformed_request',
      `This server supports HTTP/1.1 and HTTP/1.0, not HTTP/${httpVersion}.`,
    );
  }
  if (rawHeaders.length / 2 > HEADER_FIELDS_MAX) {
    throw new Problem(
      'header_fields_too_large',
      `The request has ${rawHeaders.length / 2} header fields. Send at most ${HEADER_FIELDS_MAX}.`,
    );
  }
  const { host } = headers;
  if (host === undefined ? httpVersion === '1.1' : !HOST.test(host)) {
    throw new Problem('malformed_request', 'Send one Host field with the name of this server.');
  }
  requireSingle(rawHeaders);
  if (headers.expect !== undefined && !/^100-continue$/i.test(headers.expect)) {
    throw new Problem('expectation_failed', 'Expect must be 100-continue, or left out.');
  }
}

function requireSingle(rawHeaders: string[]): void {
  let seen = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const { length } = rawHeaders[at]!;
    // Compares lengths first: few names need the lower-case copy.
    if (length !== 4 && length !== 12 && length !== 13) continue;
    const name = rawHeaders[at]!.toLowerCase();
    const index = SINGLE.indexOf(name);
    if (index === -1) continue;
    const bit = 1 << index;
    if (seen & bit) throw new Problem('malformed_request', `Send one ${name} field, not several.`);
    seen |= bit;
  }
}
