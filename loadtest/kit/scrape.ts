/** Scrapes the metrics of all nodes once a second. A scrape without a response leaves a gap. */
import { parseMetrics, valuesOf } from '../../api/overview/samples.ts';
import type { Recorder } from './recorder.ts';
import type { System } from './system.ts';

interface ShownMetric {
  metric: string;
  having?: RegExp;
  /** Combines the values of all series and nodes. */
  merge: 'sum' | 'max';
  /** Converts the unit. */
  factor?: number;
}

/** The metrics in a report, by name. */
const SHOWN_METRICS: Record<string, ShownMetric> = {
  queue: { metric: 'holdfast_append_queue_length', merge: 'sum' },
  in_flight: { metric: 'holdfast_requests_in_flight', having: /"write"/, merge: 'sum' },
  limit: { metric: 'holdfast_concurrency_limit', having: /"write"/, merge: 'sum' },
  projection_lag: { metric: 'holdfast_projection_lag_events', merge: 'max' },
  relay_lag: { metric: 'holdfast_relay_lag_events', merge: 'max' },
  event_loop_ms: { metric: 'nodejs_eventloop_lag_p99_seconds', merge: 'max', factor: 1_000 },
};
const INTERVAL_MS = 1_000;
const TIMEOUT_MS = 900;

/**
 * @param keep called with the text of each scrape
 * @returns a function that stops the scrapes
 */
export function scrape(
  system: System,
  recorder: Recorder,
  keep: (text: string) => void = () => {},
): () => void {
  const urls = system.nodes.flatMap(({ admin }) => (admin === undefined ? [] : [`${admin}/metrics`]));
  async function scrapeOnce(): Promise<void> {
    const began = performance.now();
    const texts = await Promise.all(
      urls.map((url) =>
        fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
          .then((response) => response.text())
          .catch(() => undefined),
      ),
    );
    const found: Record<string, number> = { metrics_ms: Math.round(performance.now() - began) };
    for (const text of texts) {
      if (text === undefined) continue;
      keep(text);
      addMetrics(found, text);
    }
    if (texts.some((text) => text !== undefined)) recorder.addMetrics(found);
  }
  const timer = setInterval(() => void scrapeOnce(), INTERVAL_MS);
  return () => clearInterval(timer);
}

function addMetrics(found: Record<string, number>, text: string): void {
  const samples = parseMetrics(text);
  for (const [name, { metric, having, merge, factor = 1 }] of Object.entries(SHOWN_METRICS))
    for (const value of valuesOf(samples, metric, having)) {
      const [before, scaled] = [found[name] ?? 0, value * factor];
      found[name] = merge === 'sum' ? before + scaled : Math.max(before, scaled);
    }
}
