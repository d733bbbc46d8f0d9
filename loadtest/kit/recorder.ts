/** Records the outcomes and latencies of a run, second by second. */
import type { NoResponse, Response } from './http/connection.ts';
import { quantile } from './open-loop.ts';

/** The outcome of a request, as its client can tell. */
export type RequestOutcome =
  | 'placed'
  | 'answered'
  | 'replayed'
  | 'limited'
  | 'shed'
  | 'refused'
  | 'failed'
  | NoResponse;

export function outcomeOf(response: Response | NoResponse): RequestOutcome {
  if (typeof response === 'string') return response;
  const { status, replayed } = response;
  if (replayed) return 'replayed';
  if (status === 201) return 'placed';
  if (status < 300) return 'answered';
  if (status === 429) return 'limited';
  if (status === 503) return 'shed';
  return status < 500 ? 'refused' : 'failed';
}

/** The figures of one second. */
export interface Second {
  /** Seconds since the start. */
  at: number;
  outcomes: Partial<Record<RequestOutcome, number>>;
  /** Requests that became due. */
  offered: number;
  /** Latencies in ms of successful requests; `null` without any. */
  p50: number | null;
  p99: number | null;
  p999: number | null;
  /** Metrics of the server, by name. */
  server: Record<string, number>;
}

export interface Recorder {
  /** Seconds since the start. */
  now: () => number;
  /** Counts requests that become due now. */
  offer: (count?: number) => void;
  /** @param latencyMs from the time when the request was due */
  note: (outcome: RequestOutcome, latencyMs?: number) => void;
  /** Adds metrics of the server to the current second. */
  addMetrics: (server: Record<string, number>) => void;
  /** All latencies in ms of a period. */
  latencies: (from: number, to: number) => number[];
  count: (outcome: RequestOutcome, from?: number, to?: number) => number;
  seconds: () => Second[];
}

interface Bucket {
  outcomes: Partial<Record<RequestOutcome, number>>;
  offered: number;
  latencies: number[];
  server: Record<string, number>;
}

export function createRecorder(): Recorder {
  const began = performance.now();
  const buckets: Bucket[] = [];
  const now = () => (performance.now() - began) / 1_000;
  const bucket = (): Bucket => {
    const second = Math.floor(now());
    while (buckets.length <= second) buckets.push({ outcomes: {}, offered: 0, latencies: [], server: {} });
    return buckets[second]!;
  };
  const between = (from: number, to: number) => buckets.slice(Math.floor(from), Math.ceil(to));
  return {
    now,
    offer: (count = 1) => void (bucket().offered += count),
    note(outcome, latencyMs) {
      const { outcomes, latencies } = bucket();
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (latencyMs !== undefined) latencies.push(latencyMs);
    },
    addMetrics: (server) => void Object.assign(bucket().server, server),
    latencies: (from, to) => between(from, to).flatMap((each) => each.latencies),
    count: (outcome, from = 0, to = Number.POSITIVE_INFINITY) =>
      between(from, Math.min(to, buckets.length)).reduce(
        (sum, each) => sum + (each.outcomes[outcome] ?? 0),
        0,
      ),
    seconds: () =>
      buckets.map(({ outcomes, offered, latencies, server }, at) => {
        const quantileMs = (q: number) =>
          latencies.length === 0 ? null : Math.round(quantile(latencies, q) * 10) / 10;
        return {
          at,
          outcomes,
          offered,
          p50: quantileMs(0.5),
          p99: quantileMs(0.99),
          p999: quantileMs(0.999),
          server,
        };
      }),
  };
}
