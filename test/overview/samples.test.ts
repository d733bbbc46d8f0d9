/** The page /ops reads samples, scrapers read the text: both tell the same. */
import { expect, test } from '@jest/globals';
import { Counter, Gauge, Histogram } from 'prom-client';
import { metricsOf, parseMetrics } from '../../api/overview/samples.ts';
import { ProcessRegistry } from '../../platform/process-registry.ts';

test('samples are the text of the metrics, parsed', async () => {
  const registry = new ProcessRegistry();
  const registers = [registry];
  const labelNames = ['method', 'status'];
  const requests = new Histogram({
    name: 'holdfast_seconds',
    help: '-',
    labelNames,
    buckets: [0.1, 1],
    registers,
  });
  requests.observe({ method: 'POST', status: '201' }, 0.05);
  requests.observe({ method: 'GET', status: '200' }, 7);
  new Counter({ name: 'holdfast_shed', help: '-', labelNames: ['kind'], registers }).inc({ kind: 'read' }, 3);
  new Gauge({ name: 'holdfast_queue', help: '-', registers }).set(0.5);
  const { text, samples } = metricsOf(registry);
  const parsed = parseMetrics(await text());
  expect([...parsed.keys()]).toContain('holdfast_seconds_bucket');
  expect(await samples()).toEqual(parsed);
});

test('the metrics of a thread are added to those of the process', async () => {
  const [main, thread] = [new ProcessRegistry(), new ProcessRegistry()];
  for (const [n, registry] of [main, thread].entries()) {
    const registers = [registry];
    new Counter({ name: 'holdfast_sent', help: '-', labelNames: ['to'], registers }).inc({ to: 'a' }, n + 1);
    new Gauge({ name: 'holdfast_seconds', help: '-', aggregator: 'max', registers }).set(n + 5);
    new Histogram({ name: 'holdfast_size', help: '-', buckets: [1], registers }).observe(n);
  }
  const report = await thread.getMetricsAsJSON();
  const remove = main.addThread(() => structuredClone(report));
  const { text, samples } = metricsOf(main);
  expect(await samples()).toEqual(parseMetrics(await text()));
  const values = [...(await samples())].map(([name, series]) => [name, [...series.values()]]);
  expect(values).toEqual([
    ['holdfast_sent', [3]],
    ['holdfast_seconds', [6]],
    ['holdfast_size_bucket', [2, 2]],
    ['holdfast_size_sum', [1]],
    ['holdfast_size_count', [2]],
  ]);
  remove();
  expect((await samples()).get('holdfast_sent')?.get('to="a"')).toBe(1);
});
