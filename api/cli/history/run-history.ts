/** Runs an import of history for a person at a terminal: signals, the bar, and the exit code. */
import type { CliOutput } from '../../../command-line/command.ts';
import { listenForSignals } from '../../../command-line/signals.ts';
import { type Bar, drawBar, duration } from '../import-bar.ts';
import { quotaEndMs } from '../quota.ts';
import { type HistoryForecast, createHistoryForecast } from './history-forecast.ts';
import {
  type HistoryDisplay,
  type HistoryImport,
  type HistoryWait,
  importHistory,
} from './import-history.ts';

/** @throws {CommandError} */
export async function runHistory(given: Omit<HistoryImport, 'signal' | 'show'>): Promise<CliOutput> {
  const { signal, end } = listenForSignals();
  try {
    const { output, refused } = await importHistory({ ...given, signal, show: createDisplay() });
    return { ...output, exitCode: refused > 0 ? 1 : 0 };
  } finally {
    end();
  }
}

function createDisplay(): HistoryDisplay {
  let bar: Bar | undefined;
  let forecast: HistoryForecast | undefined;
  let done = 0;
  let said: 'quota' | 'server' | undefined;
  return {
    begin(lines, before, writes) {
      done = before;
      forecast = createHistoryForecast(() => performance.now(), writes);
      const pending = () => lines - done;
      bar = drawBar({ lines, begin: before, answered: () => done, pending, forecast, isExplained: true });
    },
    lived() {
      done += 1;
      forecast?.answered();
      if (said === 'server') said = undefined;
    },
    waits(wait) {
      forecast?.waits(wait.ms, wait.quota);
      const reason = wait.quota === undefined ? 'server' : 'quota';
      if (reason !== said) bar?.say(waitText(wait));
      said = reason;
    },
    end: () => bar?.end(),
  };
}

/** Why the import waits, and when it ends. */
export function waitText({ ms, quota, writesLeft }: HistoryWait): string {
  if (quota === undefined)
    return `The server accepts no request now: it is overloaded or stopped. Next attempt in ${duration(ms)}.`;
  return (
    `The quota of this API key is used up: ${quota.count} writes in ${duration(quota.ms)}. ` +
    `The import continues in ${duration(ms)}. ${writesLeft} orders and records are left: ` +
    `all are done in about ${duration(quotaEndMs(quota, writesLeft, ms))}. ` +
    'To raise the quota: npx holdfast keys limit KEY_ID --write COUNT/SECONDS'
  );
}
