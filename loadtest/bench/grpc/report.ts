/** The results of bench:grpc as text and as an SVG. */
import { chart } from '../../kit/report/chart.ts';
import type { Measured } from './measure.ts';

export type Result = Measured & {
  /** Bytes on the wire an order, in both directions. */
  bytes: number;
};

export function tableLines(results: Record<string, Result>): string[] {
  return [
    '                 orders/s    p50 ms   p99 ms   CPU s per 1,000 orders: client, server, Postgres   bytes an order   appending',
    ...Object.entries(results).map(([name, result]) => {
      const { rate, p50, p99, client, server, postgres, bytes, appending } = result;
      const factor = rate / results['REST']!.rate;
      return (
        `${name.padEnd(14)} ${rate.toFixed(0).padStart(7)} ${`${factor.toFixed(2)}x`.padStart(6)} ${p50.toFixed(1).padStart(7)} ${p99.toFixed(1).padStart(8)}` +
        `   ${[client, server, postgres].map((each) => each.toFixed(3).padStart(12)).join('')} ${bytes.toFixed(0).padStart(24)} ${(appending * 100).toFixed(0).padStart(9)} %`
      );
    }),
  ];
}

export function resultChart(results: Record<string, Result>): string {
  const bars = (...figures: (keyof Result)[]) =>
    Object.entries(results).map(([name, row]) => ({ name, values: figures.map((figure) => row[figure]) }));
  return chart([
    { title: 'Orders a second', names: ['orders/s'], bars: bars('rate'), digits: 0 },
    {
      title: 'CPU seconds per 1,000 orders',
      names: ['client', 'server', 'Postgres'],
      bars: bars('client', 'server', 'postgres'),
      digits: 2,
      stacked: true,
    },
    { title: 'Latency, ms', names: ['p50', 'p99'], bars: bars('p50', 'p99'), digits: 1 },
    {
      title: 'Bytes on the wire an order, both directions',
      names: ['bytes'],
      bars: bars('bytes'),
      digits: 0,
    },
  ]);
}
