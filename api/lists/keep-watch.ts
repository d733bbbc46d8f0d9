/** Looks after the key of a call that is open for long: a stream, or a reader that waits for news. */
import { Problem } from '../problem/problem.ts';

/** Milliseconds between two looks. With those of the authenticator's memory they are less than docs/keys.md promises. */
const INTERVAL_MS = 1_000;

export interface Watch {
  /** Aborted, with the problem as its reason, once the key does not allow the call any more. */
  lapsed: AbortSignal;
  /** Looks now. Throws the {@link Problem}, and an outage of the store as it is. */
  confirm: () => Promise<void> | undefined;
  end: () => void;
}

/**
 * An outage ends nothing: the key may be as good as ever. Nothing passes either, for each message and page is confirmed before it counts.
 *
 * @param confirm see {@link Standing}
 */
export function keepWatch(confirm: () => Promise<void> | undefined): Watch {
  const lapse = new AbortController();
  const failed = (error: unknown): never => {
    if (error instanceof Problem) lapse.abort(error);
    throw error;
  };
  const look = (): Promise<void> | undefined => {
    if (lapse.signal.aborted) throw lapse.signal.reason;
    try {
      return confirm()?.catch(failed);
    } catch (error) {
      return failed(error);
    }
  };
  const timer = setInterval(() => {
    try {
      look()?.catch(() => {});
    } catch {
      clearInterval(timer);
    }
  }, INTERVAL_MS);
  timer.unref();
  return { lapsed: lapse.signal, confirm: look, end: () => clearInterval(timer) };
}
