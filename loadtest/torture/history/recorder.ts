/** Writes the history while it happens: one line of JSON for each exchange, when it ended. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from './entry.ts';

export const HISTORY_FILE = 'history.ndjson';

export interface HistoryRecorder {
  /** Milliseconds by the clock of the history. */
  now: () => number;
  record: (entry: Entry) => void;
  count: () => number;
  /** Resolves when the file is complete. */
  close: () => Promise<void>;
}

export function recordHistory(folder: string): HistoryRecorder {
  const file = createWriteStream(join(folder, HISTORY_FILE));
  let count = 0;
  return {
    now: () => Math.round(performance.now() * 1_000) / 1_000,
    record(entry) {
      count += 1;
      file.write(`${JSON.stringify(entry)}\n`);
    },
    count: () => count,
    async close() {
      file.end();
      await once(file, 'finish');
    },
  };
}
