/** Bytes that are no request: what is answered to them, and who is told. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '../../platform/logger.ts';
import { httpRequestDuration } from '../../platform/metrics.ts';
import { PROBLEM_TYPE, Problem, problemDocument } from '../problem/problem.ts';
import { newRequestId } from '../../platform/random.ts';
import { HTTP_LIMITS } from './limits.ts';

/** Why Node could not read on, as a problem. `inBody`: the head of the request had arrived. */
export function problemOf({ code = '' }: NodeJS.ErrnoException, inBody: boolean): Problem {
  const { maxHeaderSize, headersTimeout, requestTimeout } = HTTP_LIMITS;
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      if (inBody) return new Problem('malformed_request', 'The trailer fields of the body are too large.');
      return new Problem(
        'header_fields_too_large',
        `The path, the query and all header fields together may have at most ${maxHeaderSize} bytes.`,
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem(
        'request_timeout',
        inBody
          ? `The body did not arrive within ${requestTimeout / 1_000} seconds.`
          : `The header fields did not arrive within ${headersTimeout / 1_000} seconds.`,
      );
    default:
      return new Problem(
        'malformed_request',
        inBody
          ? 'The body ends too early, or its chunks are malformed. Send as many bytes as Content-Length says, or valid chunks.'
          : 'This is not an HTTP/1.1 request.',
      );
  }
}

/** Writes a problem to a connection on which no answer is under way, logs and counts it. The caller closes the connection. */
export function answerUnreadable(socket: Socket, problem: Problem, log: Logger, reason: string): void {
  const requestId = newRequestId();
  const body = JSON.stringify(problemDocument(problem, requestId));
  const fields = {
    ...problem.headers,
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': requestId,
    'Cache-Control': 'no-store',
    Connection: 'close',
  };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${head.join('')}\r\n${body}`);
  noteUnreadable(log, { requestId, status: problem.status, code: problem.code, reason });
}

/** Logs and counts bytes that no handler sees. */
export function noteUnreadable(
  log: Logger,
  { requestId, status, code, reason }: { requestId?: string; status: number; code?: string; reason: string },
): void {
  httpRequestDuration.observe({ method: 'none', route: 'none', status }, 0);
  log.info({ request_id: requestId, status, code, reason }, 'unreadable request');
}
