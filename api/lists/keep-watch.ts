/** Confirms the key of a long call: a stream, or a reader that waits for events. */
import { Problem } from '../problem/problem.ts';

/** Together with the authenticator's cache it stays below the 5 seconds of docs/keys.md. */
const CONFIRM_INTERVAL_MS = 1_000;

export interface Watch {
  /** Aborted when the key no longer allows the call; the reason is the {@link Problem}. */
  lapsed: AbortSignal;
  /** Confirms now. Throws the {@link Problem}, or the error of the store. */
  confirm: () => Promise<void> | undefined;
  end: () => void;
}

/**
 * Watches a key. An outage of the store ends no call, since the key may still be valid; `confirm`
 * runs before each message and page.
 *
 * @param confirm see {@link Standing}
 */
export function keepWatch(confirm: () => Promise<void> | undefined): Watch {
  const lapse = new AbortController();
  const failed = (error: unknown): never => {
    if (error instanceof Problem) lapse.abort(error);
    throw error;
  };
  const confirmNow = (): Promise<void> | undefined => {
    if (lapse.signal.aborted) throw lapse.signal.reason;
    try {
      return confirm()?.catch(failed);
    } catch (error) {
      return failed(error);
    }
  };
  const timer = setInterval(() => {
    try {
      confirmNow()?.catch(() => {});
    } catch {
      clearInterval(timer);
    }
  }, CONFIRM_INTERVAL_MS);
  timer.unref();
  return { lapsed: lapse.signal, confirm: confirmNow, end: () => clearInterval(timer) };
}
