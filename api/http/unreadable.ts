/** Answers, logs and counts bytes that are not a request. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '../../platform/logger.ts';
import { httpRequestDuration } from '../../platform/metrics.ts';
import { PROBLEM_TYPE, Problem, problemDocument } from '../problem/problem.ts';
import { newRequestId } from '../../platform/random.ts';
import { HTTP_LIMITS } from './limits.ts';

/** The problem of a parser error. @param inBody whether the head of the request had arrived */
export function problemOf({ code = '' }: NodeJS.ErrnoException, inBody: boolean): Problem {
  const { maxHeaderSize, headersTimeout, requestTimeout } = HTTP_LIMITS;
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      if (inBody)
        return new Problem(
          'malformed_request',
          'The trailer fields of the body are too large. Leave them out.',
        );
      return new Problem(
        'header_fields_too_large',
        `Path, query and header fields together exceed ${maxHeaderSize} bytes.`,
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
          ? 'The body is cut off, or its chunks are malformed. Send Content-Length bytes, or valid chunks.'
          : 'The bytes are not an HTTP/1.1 request.',
      );
  }
}

/** Writes, logs and counts a problem, on a connection without an unfinished response. */
export function answerUnreadable(socket: Socket, problem: Problem, log: Logger, reason: string): void {
  const requestId = newRequestId();
  const body = JSON.stringify(problemDocument(problem, requestId));
  const fields = {
    ...problem.headers,
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': requestId,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${head.join('')}\r\n${body}`);
  noteUnreadable(log, { requestId, status: problem.status, code: problem.code, reason });
}

/** Logs and counts bytes that reach no handler. */
export function noteUnreadable(
  log: Logger,
  { requestId, status, code, reason }: { requestId?: string; status: number; code?: string; reason: string },
): void {
  httpRequestDuration.observe({ method: 'none', route: 'none', status }, 0);
  log.info({ request_id: requestId, status, code, reason }, 'unreadable request');
}
