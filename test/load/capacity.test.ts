import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { type Costs, type Demand, type Machines, costOf, needsOf } from '../../loadtest/capacity/model.ts';

const one = { server_us: 100, postgres_us: 50, redis_us: 10, wal_bytes: 1_000, disk_bytes: 500 };
const none = { server_us: 0, postgres_us: 0, redis_us: 0, wal_bytes: 0, disk_bytes: 0 };
const costs: Costs = {
  idle: { ...none, server_us: 100_000, postgres_us: 20_000 },
  actions: { place: one, command: one, get: { ...none, server_us: 50 }, page: none, delivery: none },
  head_events_per_second: 10_000,
  connections: 20,
  measured: 'never',
};
const demand: Demand = {
  ordersPerSecond: 1_000,
  commandsPerOrder: 1,
  readsPerOrder: 2,
  pagesShare: 0,
  endpoints: 0,
  peakToAverage: 2,
  keptMonths: 10,
};
const machines: Machines = {
  utilization: 0.5,
  postgresCores: 10,
  walMegabytesPerSecond: 100,
  copies: 2,
  corePrice: 10,
  gigabytePrice: 1,
};

test('adds up what each action costs, and what processes cost that do nothing', () => {
  const rates = { place: 10, command: 5, get: 2, page: 0, delivery: 0 };
  expect(costOf(costs, rates, 3)).toEqual({
    server_us: 15 * 100 + 2 * 50 + 300_000,
    postgres_us: 15 * 50 + 60_000,
    redis_us: 150,
    wal_bytes: 15_000,
    disk_bytes: 7_500,
  });
});

test('says what a demand needs', () => {
  const needs = needsOf(costs, demand, machines);
  // 2,000 events and 2,000 reads take 0.3 cores; a process has 0.5 - 0.1 of its core for them.
  expect(needs).toMatchObject({ eventsPerSecond: 2_000, processes: 1, partitions: 1, postgresServers: 1 });
  expect(needs.serverCores).toBeCloseTo(0.4);
  expect(needs.postgresCores).toBeCloseTo(0.12);
  expect(needs.walMegabytesPerSecond).toBeCloseTo(2);
  expect(needs.connections).toBe(20);
  // 1 MB a second at the peak, half of it on average.
  expect(needs.gigabytesPerMonth).toBeCloseTo((0.5 * 2_629_800) / 1_000);
  expect(needs.pricePerMonth).toBeCloseTo((1 + 2 * 1 + 1) * 10 + needs.gigabytesPerMonth * 10 * 2);
});

test('asks for more of what is full', () => {
  const needs = needsOf(costs, { ...demand, ordersPerSecond: 100_000 }, machines);
  expect(needs).toMatchObject({ processes: 75, partitions: 40 });
  // 10 + 75 * 0.02 cores of Postgres; 200 MB of write-ahead log need four disks at half their rate.
  expect(needs.postgresServers).toBe(4);
  expect(needs.connections).toBe(75 * (20 + 8));
});

test('names the limit that is reached first', () => {
  const [first, second] = needsOf(costs, demand, machines).limits;
  expect(first).toEqual({ what: 'one process', share: expect.closeTo(0.4), remedy: expect.any(String) });
  expect(second).toMatchObject({ what: 'one partition', share: expect.closeTo(0.2) });
});

const run = promisify(execFile);
const calculate = (...args: string[]) => run(process.execPath, ['loadtest/capacity/capacity.ts', ...args]);

test('prints what its page shows', async () => {
  const { stdout } = await calculate();
  expect(await readFile('docs/scale.md', 'utf8')).toContain(stdout);
});

test('refuses what is no number', async () => {
  await expect(calculate('--reads', 'many')).rejects.toThrow('--reads is a number of at least 0, not many');
  await expect(calculate('--orders', '1000,x')).rejects.toThrow('--orders');
});
