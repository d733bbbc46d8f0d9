/** Handles the signals that end a command. */
import { END_SIGNALS } from '../platform/shutdown.ts';

/** One Ctrl-C arrives twice: from the terminal, and from the launcher. */
const REPEAT_IGNORED_MS = 500;

/**
 * @returns `signal`, which the first signal aborts; a later one exits; `end` removes the handlers
 */
export function listenForSignals(): { signal: AbortSignal; end: () => void } {
  const stopping = new AbortController();
  let first: number | undefined;
  const stop = () => {
    first ??= performance.now();
    stopping.abort();
    if (performance.now() - first > REPEAT_IGNORED_MS) process.exit(1);
  };
  for (const name of END_SIGNALS) process.on(name, stop);
  return {
    signal: stopping.signal,
    end() {
      for (const name of END_SIGNALS) process.off(name, stop);
    },
  };
}
