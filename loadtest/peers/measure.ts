/** Measures all peers in interleaved rounds. */
import { cpuSecondsOf, cpuSecondsOfFamily } from '../kit/cpu.ts';
import { load } from '../kit/http/http-client.ts';
import { median } from '../kit/open-loop.ts';
import { type RunningPeer, requestFor } from './start.ts';

const WARM_UP_MS = 3_000;

interface Round {
  /** Orders a second. */
  rate: number;
  /** ms */
  p50: number;
  p99: number;
  /** CPU seconds per 1,000 orders. */
  server: number;
  postgres: number;
  beside: number;
}

interface Bounds {
  rounds: number;
  roundMs: number;
  connections: number;
  /** Process id of Postgres. */
  postmaster: string;
}

/** @returns the medians of each peer */
export async function measureAll(
  peers: readonly RunningPeer[],
  { rounds, roundMs, connections, postmaster }: Bounds,
): Promise<Record<string, Round>> {
  const all: Record<string, Round[]> = {};
  const target = ({ port, path }: RunningPeer) => ({ host: '127.0.0.1', port, request: requestFor(path) });
  for (const peer of peers) await load(target(peer), connections, WARM_UP_MS);
  for (let round = 0; round < rounds; round += 1) {
    const first = round % peers.length;
    for (const peer of [...peers.slice(first), ...peers.slice(0, first)]) {
      const seconds = async () => [
        await cpuSecondsOf([peer.server]),
        await cpuSecondsOfFamily(postmaster),
        peer.beside === undefined ? 0 : await cpuSecondsOf([peer.beside]),
      ];
      const before = await seconds();
      const { rate, p50, p99, statuses } = await load(target(peer), connections, roundMs);
      const after = await seconds();
      if (Object.keys(statuses).some((status) => !['200', '201'].includes(status)))
        throw new Error(`${peer.name}: ${JSON.stringify(statuses)}`);
      const orders = Object.values(statuses).reduce((sum, count) => sum + count, 0);
      const cpu = (n: number) => ((after[n]! - before[n]!) / orders) * 1_000;
      (all[peer.name] ??= []).push({ rate, p50, p99, server: cpu(0), postgres: cpu(1), beside: cpu(2) });
    }
  }
  const medianOf = (list: readonly Round[], figure: keyof Round) => median(list.map((each) => each[figure]));
  return Object.fromEntries(
    Object.entries(all).map(([name, list]) => [
      name,
      {
        rate: medianOf(list, 'rate'),
        p50: medianOf(list, 'p50'),
        p99: medianOf(list, 'p99'),
        server: medianOf(list, 'server'),
        postgres: medianOf(list, 'postgres'),
        beside: medianOf(list, 'beside'),
      },
    ]),
  );
}

export function tableLines(figures: Record<string, Round>): string[] {
  const ours = figures['holdfast'];
  return [
    '                orders/s   p50 ms   p99 ms   CPU s per 1,000 orders: server, Postgres, beside   orders/s, Holdfast to it',
    ...Object.entries(figures).map(([name, { rate, p50, p99, server, postgres, beside }]) =>
      [
        name.padEnd(14),
        rate.toFixed(0).padStart(9),
        p50.toFixed(2).padStart(8),
        p99.toFixed(1).padStart(8),
        ' '.repeat(22),
        ...[server, postgres, beside].map((each) => each.toFixed(3).padStart(8)),
        (ours === undefined ? '' : (ours.rate / rate).toFixed(2)).padStart(26),
      ].join(' '),
    ),
  ];
}
