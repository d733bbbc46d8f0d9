/** The figures of bench:growth as text and as an SVG. */
import { chart } from '../kit/report/chart.ts';
import type { Background, Latency, Size } from './measure.ts';

/** What was measured of one log. */
export interface Figures {
  /** Before the load. */
  events: number;
  /** Orders a second at 64 connections, and their p99 in ms. */
  rate: number;
  p99: number;
  /** The rate as a share of that of the first log. */
  share: number;
  /** Of one event after the other. */
  append: Latency;
  reads: Record<string, Latency>;
  /** Events a second; `undefined`: not measured. */
  rebuild?: number;
  checkpoint: Background;
  vacuum: Background;
  /** Before the load. */
  sizes: Size[];
}

const millis = ({ p50, p99 }: Latency) => `${p50.toFixed(2)} / ${p99.toFixed(1)}`;
const totalOf = (sizes: readonly Size[]) => sizes.reduce((sum, { bytes }) => sum + bytes, 0);
const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(bytes < 1e8 ? 3 : 2);
const during = ({ share, p99, seconds, isOver }: Background) =>
  `${share.toFixed(2)}, ${p99.toFixed(0)} ms, ${isOver ? `${seconds.toFixed(1)} s` : 'not over'}`;

export function tableLines(figures: readonly Figures[]): string[] {
  const line = (name: string, cell: (each: Figures) => string) =>
    name.padEnd(46) + figures.map((each) => cell(each).padStart(24)).join('');
  return [
    '',
    line('events', ({ events }) => events.toLocaleString('en')),
    line('orders/s, 64 connections', ({ rate }) => rate.toFixed(0)),
    line('share of the smallest log', ({ share }) => share.toFixed(2)),
    line('placing, p99', ({ p99 }) => `${p99.toFixed(0)} ms`),
    line('append alone, p50 / p99 ms', ({ append }) => millis(append)),
    ...Object.keys(figures[0]!.reads).map((name) =>
      line(`${name}, p50 / p99 ms`, ({ reads }) => millis(reads[name]!)),
    ),
    line('rebuild, events/s', ({ rebuild }) => rebuild?.toFixed(0) ?? 'not measured'),
    line('checkpoint: share of orders/s, p99, time', ({ checkpoint }) => during(checkpoint)),
    line('vacuum: share of orders/s, p99, time', ({ vacuum }) => during(vacuum)),
    line('GB on the disk', ({ sizes }) => gigabytes(totalOf(sizes))),
    line('bytes an event, with all tables and indexes', ({ events, sizes }) =>
      (totalOf(sizes) / events).toFixed(0),
    ),
  ];
}

/** Bytes a row of each table and index. */
export const sizeLines = (sizes: readonly Size[]): string[] =>
  sizes.map(
    ({ name, bytes, rows }) =>
      `${name.padEnd(46)} ${gigabytes(bytes).padStart(8)} GB ${(bytes / Math.max(1, rows)).toFixed(1).padStart(10)} bytes a row`,
  );

export function growthChart(figures: readonly Figures[]): string {
  const bars = (...values: ((each: Figures) => number)[]) =>
    figures.map((each) => ({
      name: `${each.events.toLocaleString('en')}`,
      values: values.map((value) => value(each)),
    }));
  return chart([
    {
      title: 'Orders a second, 64 connections',
      names: ['orders/s'],
      bars: bars(({ rate }) => rate),
      digits: 0,
    },
    {
      title: 'One append after the other, ms',
      names: ['p50', 'p99'],
      bars: bars(
        ({ append }) => append.p50,
        ({ append }) => append.p99,
      ),
      digits: 2,
    },
    {
      title: 'p50 over HTTP, ms',
      names: ['page of a customer', 'receipt', 'replay'],
      bars: bars(
        ({ reads }) => reads['page, of a customer']!.p50,
        ({ reads }) => reads['receipt']!.p50,
        ({ reads }) => reads['replay']!.p50,
      ),
      digits: 2,
    },
    { title: 'GB on the disk', names: ['GB'], bars: bars(({ sizes }) => totalOf(sizes) / 1e9), digits: 2 },
  ]);
}
