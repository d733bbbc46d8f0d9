/** What happened, second by second. */
import type { Answer, Silence } from './connection.ts';
import { quantile } from './open-loop.ts';

/** What a request came to, as far as its client can tell. */
export type Outcome =
  | 'placed'
  | 'answered'
  | 'replayed'
  | 'limited'
  | 'shed'
  | 'refused'
  | 'failed'
  | Silence;

export function outcomeOf(answer: Answer | Silence): Outcome {
  if (typeof answer === 'string') return answer;
  const { status, replayed } = answer;
  if (replayed) return 'replayed';
  if (status === 201) return 'placed';
  if (status < 300) return 'answered';
  if (status === 429) return 'limited';
  if (status === 503) return 'shed';
  return status < 500 ? 'refused' : 'failed';
}

export interface Second {
  /** Seconds since the start. */
  at: number;
  outcomes: Partial<Record<Outcome, number>>;
  /** Requests that became due. */
  offered: number;
  /** Milliseconds, of those that were done what they asked for. */
  p50: number | null;
  p99: number | null;
  p999: number | null;
  /** What the server said of itself, by metric. */
  server: Record<string, number>;
}

export interface Recorder {
  /** Seconds since the start. */
  now: () => number;
  offer: (count?: number) => void;
  /** @param ms how long it took, from when it was due */
  note: (outcome: Outcome, ms?: number) => void;
  tell: (server: Record<string, number>) => void;
  /** All latencies between two moments. */
  latencies: (from: number, to: number) => number[];
  count: (outcome: Outcome, from?: number, to?: number) => number;
  seconds: () => Second[];
}

interface Bucket {
  outcomes: Partial<Record<Outcome, number>>;
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
    note(outcome, ms) {
      const { outcomes, latencies } = bucket();
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (ms !== undefined) latencies.push(ms);
    },
    tell: (server) => void Object.assign(bucket().server, server),
    latencies: (from, to) => between(from, to).flatMap((each) => each.latencies),
    count: (outcome, from = 0, to = Number.POSITIVE_INFINITY) =>
      between(from, Math.min(to, buckets.length)).reduce(
        (sum, each) => sum + (each.outcomes[outcome] ?? 0),
        0,
      ),
    seconds: () =>
      buckets.map(({ outcomes, offered, latencies, server }, at) => {
        const at99 = (q: number) =>
          latencies.length === 0 ? null : Math.round(quantile(latencies, q) * 10) / 10;
        return { at, outcomes, offered, p50: at99(0.5), p99: at99(0.99), p999: at99(0.999), server };
      }),
  };
}
