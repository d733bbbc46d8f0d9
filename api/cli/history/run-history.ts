/** Runs an import of history for a person at a terminal: signals, the bar, and the exit code. */
import type { CliOutput } from '../../../command-line/command.ts';
import { listenForSignals } from '../../../command-line/signals.ts';
import { type Bar, drawBar, duration } from '../import-bar.ts';
import { createForecast } from '../import-forecast.ts';
import { type HistoryDisplay, type HistoryImport, importHistory } from './import-history.ts';

/** @throws {CommandError} */
export async function runHistory(given: Omit<HistoryImport, 'signal' | 'show'>): Promise<CliOutput> {
  const { signal, end } = listenForSignals();
  try {
    const { output, refused } = await importHistory({ ...given, signal, show: createDisplay() });
    if (refused > 0) process.exitCode = 1;
    return output;
  } finally {
    end();
  }
}

function createDisplay(): HistoryDisplay {
  const forecast = createForecast(() => performance.now());
  let bar: Bar | undefined;
  let done = 0;
  let hasSaidWhy = false;
  return {
    begin(lines, before) {
      done = before;
      bar = drawBar({ lines, begin: before, answered: () => done, pending: () => lines - done, forecast });
    },
    lived() {
      done += 1;
      forecast.answered();
    },
    waits(ms) {
      if (hasSaidWhy) return;
      hasSaidWhy = true;
      bar?.say(
        `The server accepts no request now: the quota of this API key, or its load. Next attempt in ${duration(ms)}. ` +
          'To raise the quota, set HOLDFAST_RATE_LIMIT_WRITE on the server.',
      );
    },
    end: () => bar?.end(),
  };
}
