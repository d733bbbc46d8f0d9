/** Measures how long the event loop of the server blocks, by the latency of its liveness probe. */
import { request } from 'node:http';

export interface PauseWatch {
  /** ms; `undefined` when nothing was asked. */
  longest: () => number | undefined;
  stop: () => void;
}

const INTERVAL_MS = 100;
/** Above what a busy machine causes. */
export const LONGEST_PAUSE_MS = 5_000;

/**
 * @param url of the liveness probe
 * @param wasUp whether the server was up since then
 */
export function watchPauses(url: string | undefined, wasUp: (since: number) => boolean): PauseWatch {
  let longest: number | undefined;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  function ask(): void {
    if (url === undefined || isStopped) return;
    const began = performance.now();
    const done = () => {
      if (wasUp(began)) longest = Math.max(longest ?? 0, performance.now() - began);
      timer = setTimeout(ask, INTERVAL_MS);
    };
    const asked = request(url, (answer) => answer.resume().once('close', done));
    asked.once('error', () => {
      timer = setTimeout(ask, INTERVAL_MS);
    });
    asked.end();
  }
  ask();
  return {
    longest: () => longest,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
