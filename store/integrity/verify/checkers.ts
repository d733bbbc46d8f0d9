/** Checks rows in threads: the hashes take most of the time of a verification. */
import { Worker } from 'node:worker_threads';
import { type CheckedRows, type Rows, checkRows } from './check-rows.ts';

export interface Checkers {
  /** Rows that may be under way at once. */
  places: number;
  check: (rows: Rows) => Promise<CheckedRows>;
  end: () => Promise<void>;
}

/** @param threads none: the calling thread checks */
export function startCheckers(threads: number): Checkers {
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('check-thread.ts', import.meta.url)),
  );
  const free = [...workers];
  const waiting: ((worker: Worker) => void)[] = [];
  const take = async () => free.pop() ?? new Promise<Worker>((resolve) => void waiting.push(resolve));
  const give = (worker: Worker) => {
    const next = waiting.shift();
    if (next === undefined) free.push(worker);
    else next(worker);
  };
  return {
    places: Math.max(1, threads * 2),
    async check(rows) {
      if (threads === 0) return checkRows(rows);
      const worker = await take();
      return new Promise<CheckedRows>((resolve, reject) => {
        const onMessage = (checked: CheckedRows) => {
          worker.off('error', reject);
          give(worker);
          resolve(checked);
        };
        worker.once('message', onMessage);
        worker.once('error', reject);
        // The thread gets the bytes, instead of a copy.
        worker.postMessage(rows, [rows.bytes.buffer as ArrayBuffer]);
      });
    },
    async end() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
