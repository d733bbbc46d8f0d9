/** Measures one way: rate, latencies, and CPU seconds of client, server and Postgres. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { type Samples, parseMetrics, sum } from '../../../api/overview/samples.ts';
import { cpuSecondsOf } from '../../kit/cpu.ts';
import { median, openLoop, quantile } from '../../kit/open-loop.ts';
import { type Ports, type Post, REQUESTS_IN_FLIGHT, type Way, restOrder, withRest } from './ways.ts';

export interface Bench {
  child: ChildProcess;
  ports: Ports;
  adminPort: number;
  /** Connected. */
  database: Client;
}

export interface Measured {
  /** Orders a second. */
  rate: number;
  /** ms */
  p50: number;
  p99: number;
  /** CPU seconds per 1,000 orders. */
  client: number;
  server: number;
  postgres: number;
  /** Share of the time with an append statement in progress. */
  appending: number;
}

const LAGS = ['holdfast_projection_lag_events', 'holdfast_relay_lag_events'];

const readMetrics = async ({ adminPort }: Bench): Promise<Samples> =>
  parseMetrics(await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text());

/** Waits until all consumers have caught up, so that no way pays for the previous one. */
export async function settled(bench: Bench): Promise<void> {
  for (;;) {
    const samples = await readMetrics(bench);
    if (LAGS.every((name) => sum(samples, name) === 0)) return;
    await delay(100);
  }
}

export async function measure(bench: Bench, way: Way, orders: number): Promise<Measured> {
  const { child, ports, database } = bench;
  const server = [String(child.pid)];
  const { rows } = await database.query<{ pid: number }>('SELECT pid FROM pg_stat_activity');
  const postgres = rows.map(({ pid }) => String(pid));
  const before = [await cpuSecondsOf(server), await cpuSecondsOf(postgres)] as const;
  const appendSeconds = async () => sum(await readMetrics(bench), 'holdfast_append_duration_seconds_sum');
  const appendSecondsBefore = await appendSeconds();
  const own = process.cpuUsage();
  const began = performance.now();
  const latencies = await way(ports, orders);
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(own);
  if (latencies.length !== orders) throw new Error(`${latencies.length} of ${orders} orders got a response`);
  // The cost includes the work of the consumers.
  await settled(bench);
  const perThousand = (cpuSeconds: number) => (cpuSeconds / orders) * 1_000;
  return {
    rate: orders / seconds,
    appending: ((await appendSeconds()) - appendSecondsBefore) / seconds,
    p50: median(latencies),
    p99: quantile(latencies, 0.99),
    client: perThousand((user + system) / 1e6),
    server: perThousand((await cpuSecondsOf(server)) - before[0]),
    postgres: perThousand((await cpuSecondsOf(postgres)) - before[1]),
  };
}

/** A client of another tenant that places single orders by REST while a stream runs. */
export const NEIGHBOUR = { rate: 50, seconds: 10 };

/** Latencies of the neighbour, in ms, while other work runs. */
export async function neighbourDuring(
  { ports }: Bench,
  apiKey: string,
  work: Promise<unknown>,
): Promise<{ p50: number; p99: number }> {
  const latencies: number[] = [];
  let isOver = false;
  void work.finally(() => (isOver = true));
  const placeOrders = (post: Post) =>
    openLoop({
      rate: () => NEIGHBOUR.rate,
      goesOn: (seconds) => seconds < NEIGHBOUR.seconds && !isOver,
      async send(dueMs) {
        await post('/v1/orders', restOrder());
        latencies.push(performance.now() - dueMs);
      },
    });
  await withRest(ports.rest, REQUESTS_IN_FLIGHT, placeOrders, apiKey);
  await work;
  return { p50: median(latencies), p99: quantile(latencies, 0.99) };
}
