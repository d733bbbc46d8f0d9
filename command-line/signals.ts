/** Signals that ask a command to end. */
import { END_SIGNALS } from '../platform/shutdown.ts';

/** Ctrl-C may come twice at once: from the terminal, and from the launcher. */
const SAME_MS = 500;

/** @returns aborted by the first signal. A later one ends the process at once. */
export function listenForSignals(): { signal: AbortSignal; end: () => void } {
  const stopping = new AbortController();
  let first: number | undefined;
  const stop = () => {
    first ??= performance.now();
    stopping.abort();
    if (performance.now() - first > SAME_MS) process.exit(1);
  };
  for (const name of END_SIGNALS) process.on(name, stop);
  return {
    signal: stopping.signal,
    end() {
      for (const name of END_SIGNALS) process.off(name, stop);
    },
  };
}
