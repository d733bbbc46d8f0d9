/** Deadlines: how long to wait for a call that may never answer. */

/** The call did not answer in time. It is not cancelled: it may still take effect. */
export class DeadlineExceeded extends Error {
  override name = 'DeadlineExceeded';

  constructor(timeoutMs: number) {
    super(`No answer within ${timeoutMs} ms`);
  }
}

/** A timer this late shows that the event loop was busy. */
const LATE_MS_MIN = 20;

/**
 * Waits for a call for at most `timeoutMs`.
 *
 * The time counts against the other side, not against this process: the time for which a busy event
 * loop kept the timer waiting is added once, so answers that lie in the socket are read first.
 *
 * @throws {DeadlineExceeded}
 */
export async function withDeadline<T>(call: Promise<T>, timeoutMs: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const expire = () => late.reject(new DeadlineExceeded(timeoutMs));
  const dueMs = performance.now() + timeoutMs;
  let timer = setTimeout(() => {
    const lateMs = performance.now() - dueMs;
    if (lateMs < LATE_MS_MIN) setImmediate(expire);
    else timer = setTimeout(() => setImmediate(expire), lateMs);
  }, timeoutMs);
  call.catch(() => {}); // may fail after the deadline, when nothing waits for it
  try {
    return await Promise.race([call, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits until a part has ended, for at most `timeoutMs`.
 *
 * @param cut stops the wait when aborted
 * @returns whether the part ended
 */
export async function endsWithin(
  part: Promise<unknown>,
  timeoutMs: number,
  cut?: AbortSignal,
): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const expire = () => late.resolve(false);
  const timer = setTimeout(expire, timeoutMs);
  cut?.addEventListener('abort', expire);
  if (cut?.aborted) expire();
  try {
    return await Promise.race([part.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
    cut?.removeEventListener('abort', expire);
  }
}
