/** Measures blocks of the server's event loop by the latency of its liveness probe. */
import { request } from 'node:http';

export interface PauseWatch {
  /** Longest latency in ms; `undefined` without a probe. */
  longestMs: () => number | undefined;
  stop: () => void;
}

const INTERVAL_MS = 100;
/** Above the delays of a busy machine. */
export const PAUSE_MS_MAX = 5_000;

/**
 * @param url of the liveness probe
 * @param wasUp whether the server has been up since a time
 */
export function watchPauses(url: string | undefined, wasUp: (since: number) => boolean): PauseWatch {
  let longest: number | undefined;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  function probe(): void {
    if (url === undefined || isStopped) return;
    const began = performance.now();
    const done = () => {
      if (wasUp(began)) longest = Math.max(longest ?? 0, performance.now() - began);
      timer = setTimeout(probe, INTERVAL_MS);
    };
    const sent = request(url, (answer) => answer.resume().once('close', done));
    sent.once('error', () => {
      timer = setTimeout(probe, INTERVAL_MS);
    });
    sent.end();
  }
  probe();
  return {
    longestMs: () => longest,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
