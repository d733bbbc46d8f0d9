/** Structured logs (pino), one JSON object a line. */
import { pino } from 'pino';

export type { Logger } from 'pino';

/**
 * Lines are gathered, up to 64 KiB or for a second, and written behind the requests, not inside them: a write for every few lines cost a
 * tenth of placing an order. A process that is killed outright loses that much of its log, never of its data.
 *
 * @param level pino level, `silent` for none
 */
export function createLogger(level: string) {
  const destination = pino.destination({ dest: 1, sync: false, minLength: 65_536, maxWrite: 131_072 });
  // A quiet server should not keep its last line to itself.
  const flush = setInterval(() => destination.flush(), 1_000);
  flush.unref();
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        // Nothing hands a key to the log; this is for the day when somebody does. Wildcards would cost more than the rest of a line.
        paths: ['authorization', 'api_key', 'secret', 'headers.authorization', 'req.headers.authorization'],
        censor: '[redacted]',
      },
      serializers: { err: describeError },
    },
    destination,
  );
}

/** What a log may say of an error. Not its own properties: a database error carries the statement's values. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { name, message, code, stack, ...(cause !== undefined && { cause: describeError(cause) }) };
}
