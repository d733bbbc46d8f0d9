/** Structured logs (pino), one JSON object a line. */
import { pino } from 'pino';

export type { Logger } from 'pino';

/** UTF-16 code units of lines that are written together. */
const LINES_LENGTH = 65_536;
const FLUSH_INTERVAL_MS = 1_000;

/** @param level level of pino; `silent` for no log */
export function createLogger(level: string) {
  const destination = createLineBuffer();
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        // A second defence: no call logs a key today. Wildcards cost more than the rest of a line.
        paths: ['authorization', 'api_key', 'secret', 'headers.authorization', 'req.headers.authorization'],
        censor: '[redacted]',
      },
      serializers: { err: describeError },
    },
    destination,
  );
}

/**
 * Joins lines to texts of 64 KiB, or of a second, that are written asynchronously: a write every
 * few lines cost a tenth of placing an order. A process that is killed loses the lines. The buffer
 * of sonic-boom reads all its text for each line, which tripled the cost of a line.
 */
function createLineBuffer() {
  let lines = '';
  // Registered before the one of sonic-boom, which writes what it has, and closes the file.
  process.once('exit', () => hand());
  const file = pino.destination({
    dest: 1,
    sync: false,
    // A shorter text waits for `flush`: at the exit, a write that has begun would be lost.
    minLength: LINES_LENGTH,
    maxWrite: 2 * LINES_LENGTH,
  });
  function hand(): void {
    if (lines !== '') file.write(lines);
    lines = '';
  }
  function flush(): void {
    hand();
    file.flush();
  }
  setInterval(flush, FLUSH_INTERVAL_MS).unref();
  return {
    write(line: string): void {
      lines += line;
      if (lines.length >= LINES_LENGTH) hand();
    },
    flush,
  };
}

/** Only these fields: the other properties of a database error hold the values of the statement. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { name, message, code, stack, ...(cause !== undefined && { cause: describeError(cause) }) };
}
