/**
 * Sends orders over PlaceOrders until each has a final answer, over as many streams as it takes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { adviceOfError, isPassing } from './advice.ts';
import { type OrderToSend, RETRY_DELAY_MS_MIN, type SendOptions, runStream } from './order-stream.ts';
import { type Progress, createProgress, isHopeless, noteTrouble } from './progress.ts';

/** The delay before the next stream doubles up to this, minus up to half at random. */
const RETRY_DELAY_MS_MAX = 5_000;

/** The server refused the stream, or did not answer for too long. Earlier answers stay valid. */
export class SendError extends Error {
  override name = 'SendError';
}

/**
 * Sends orders, and resolves when each has its answer. An order without an answer is sent again
 * with the same idempotency key.
 *
 * @throws {SendError}
 */
export async function sendOrders<Item extends OrderToSend>(
  items: AsyncIterable<Item>,
  options: SendOptions<Item>,
): Promise<void> {
  const { broke, signal, patienceMs } = options;
  const source = items[Symbol.asyncIterator]();
  const progress = createProgress<Item>();
  try {
    for (let failures = 0; !signal.aborted;) {
      const answersBefore = progress.answers;
      const failure = await runStream(source, progress, options);
      if ((progress.isExhausted && progress.unanswered.size === 0) || signal.aborted) return;
      const advice = failure && adviceOfError(failure);
      if (advice && !isPassing(advice)) throw new SendError(advice.detail);
      // Before it is noted: a stream that this client cancelled says no reason.
      if (isHopeless(progress, patienceMs)) throw timeoutError(progress, patienceMs);
      if (advice) {
        noteTrouble(progress, advice);
        broke(advice);
      }
      failures = progress.answers > answersBefore ? 0 : failures + 1;
      const backoffMs = Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS_MIN * 2 ** failures);
      const delayMs = Math.max(backoffMs * (0.5 + Math.random() / 2), advice?.waitMs ?? 0);
      await delay(delayMs, undefined, { signal }).catch(() => {});
    }
  } finally {
    await source.return?.();
  }
}

function timeoutError({ trouble }: Progress<unknown>, patienceMs: number): SendError {
  const reason = trouble?.advice.detail ?? '';
  return new SendError(`No answer for ${patienceMs / 1_000} seconds. ${reason}`.trim());
}
