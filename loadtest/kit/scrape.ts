/** What the server says of itself, once a second; a question that it does not answer in time is a finding too. */
import { parseMetrics, valuesOf } from '../../api/overview/samples.ts';
import type { Recorder } from './recorder.ts';
import type { System } from './system.ts';

/** Metrics that a report shows: the sum over all nodes, or the highest. */
const WANTED: Record<string, { metric: string; having?: RegExp; merge: 'sum' | 'max'; times?: number }> = {
  queue: { metric: 'holdfast_append_queue_length', merge: 'sum' },
  in_flight: { metric: 'holdfast_requests_in_flight', having: /"write"/, merge: 'sum' },
  limit: { metric: 'holdfast_concurrency_limit', having: /"write"/, merge: 'sum' },
  projection_lag: { metric: 'holdfast_projection_lag_events', merge: 'max' },
  relay_lag: { metric: 'holdfast_relay_lag_events', merge: 'max' },
  event_loop_ms: { metric: 'nodejs_eventloop_lag_p99_seconds', merge: 'max', times: 1_000 },
};
const PATIENCE = 900;

/** @param keep told of each text, as it came */
export function scrape(
  system: System,
  recorder: Recorder,
  keep: (text: string) => void = () => {},
): () => void {
  async function ask(): Promise<void> {
    const asked = system.nodes.filter(({ admin }) => admin !== undefined);
    const began = performance.now();
    const texts = await Promise.all(
      asked.map(({ admin }) =>
        fetch(`${admin}/metrics`, { signal: AbortSignal.timeout(PATIENCE) })
          .then((answer) => answer.text())
          .catch(() => undefined),
      ),
    );
    const found: Record<string, number> = { metrics_ms: Math.round(performance.now() - began) };
    for (const text of texts) {
      if (text === undefined) continue;
      keep(text);
      const samples = parseMetrics(text);
      for (const [name, { metric, having, merge, times = 1 }] of Object.entries(WANTED))
        for (const value of valuesOf(samples, metric, having))
          found[name] =
            merge === 'sum' ? (found[name] ?? 0) + value * times : Math.max(found[name] ?? 0, value * times);
    }
    if (texts.some((text) => text !== undefined)) recorder.tell(found);
  }
  const timer = setInterval(() => void ask(), 1_000);
  return () => clearInterval(timer);
}
