/** Metrics of several workers are added up (HOLDFAST_WORKERS). A sum of times means nothing. */
import { expect, test } from '@jest/globals';
import { AggregatorRegistry } from 'prom-client';
import { registry } from '../../platform/metrics.ts';
import '../../workers/metrics.ts';

const ofTheLog = registry
  .getMetricsAsArray()
  .map(({ name }) => name)
  .filter((name) => /^holdfast_.*(?:timestamp_seconds|_epoch|_oldest_\w+_seconds)$/.test(name));

test('there are such metrics', () => expect(ofTheLog.length).toBeGreaterThan(5));

test.each(ofTheLog)('%s of two workers that agree is what each says', async (name) => {
  const said = await registry.getSingleMetric(name)!.get();
  const worker = { ...said, values: [{ labels: {}, value: 1_795_000_000 }] };
  const all = AggregatorRegistry.aggregate([[worker], [worker]] as never);
  const { values } = await all.getSingleMetric(name)!.get();
  expect(values).toMatchObject([{ value: 1_795_000_000 }]);
});
