/** The page /ops reads samples, scrapers read the text: both tell the same. */
import { expect, test } from '@jest/globals';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { metricsOf, parseMetrics } from '../../api/overview/samples.ts';

test('samples are the text of the metrics, parsed', async () => {
  const registers = [new Registry()];
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
  const { text, samples } = metricsOf(registers[0]!);
  const parsed = parseMetrics(await text());
  expect([...parsed.keys()]).toContain('holdfast_seconds_bucket');
  expect(await samples()).toEqual(parsed);
});
