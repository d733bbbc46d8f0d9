/**
 * npm run capacity [-- --orders 1000,10000 --commands 2 --reads 5 --pages 0.3 --endpoints 1
 *                     --peak 3 --months 24 --utilization 0.6 --postgres-cores 64 --wal 500
 *                     --copies 2 --core-price 25 --gigabyte-price 0.1]
 *
 * What some rates of orders need, by the measured costs in costs.json (`bench:capacity`).
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Costs, type Needs, needsOf } from './model.ts';

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '1000,10000,100000' },
    commands: { type: 'string', default: '2' },
    reads: { type: 'string', default: '5' },
    pages: { type: 'string', default: '0.3' },
    endpoints: { type: 'string', default: '1' },
    peak: { type: 'string', default: '3' },
    months: { type: 'string', default: '24' },
    utilization: { type: 'string', default: '0.6' },
    'postgres-cores': { type: 'string', default: '64' },
    wal: { type: 'string', default: '500' },
    copies: { type: 'string', default: '2' },
    'core-price': { type: 'string', default: '25' },
    'gigabyte-price': { type: 'string', default: '0.1' },
  },
});

const numberOf = (name: keyof typeof values): number => parsed(name, values[name]);

function parsed(name: string, text: string): number {
  const value = Number(text);
  if (value >= 0 && text !== '') return value;
  process.stderr.write(`--${name} is a number of at least 0, not ${text === '' ? 'empty' : text}\n`);
  process.exit(2);
}

const costs = JSON.parse(readFileSync(new URL('costs.json', import.meta.url), 'utf8')) as Costs;
const machines = {
  utilization: numberOf('utilization'),
  postgresCores: numberOf('postgres-cores'),
  walMegabytesPerSecond: numberOf('wal'),
  copies: numberOf('copies'),
  corePrice: numberOf('core-price'),
  gigabytePrice: numberOf('gigabyte-price'),
};
const rates = values.orders.split(',').map((text) => parsed('orders', text));
const needs = rates.map((ordersPerSecond) =>
  needsOf(
    costs,
    {
      ordersPerSecond,
      commandsPerOrder: numberOf('commands'),
      readsPerOrder: numberOf('reads'),
      pagesShare: numberOf('pages'),
      endpoints: numberOf('endpoints'),
      peakToAverage: numberOf('peak'),
      keptMonths: numberOf('months'),
    },
    machines,
  ),
);

/** In three digits: the costs are no more exact. */
const show = (value: number): string =>
  Number(value.toPrecision(3)).toLocaleString('en', { maximumSignificantDigits: 3 });

const LINES: [string, (needs: Needs) => number][] = [
  ['events/s', (each) => each.eventsPerSecond],
  ['cores of Holdfast', (each) => each.serverCores],
  ['cores of Postgres', (each) => each.postgresCores],
  ['cores of Redis', (each) => each.redisCores],
  ['processes', (each) => each.processes],
  ['partitions, at least', (each) => each.partitions],
  ['Postgres servers', (each) => each.postgresServers],
  ['connections to Postgres', (each) => each.connections],
  ['write-ahead log, MB/s', (each) => each.walMegabytesPerSecond],
  ['disk, GB a month', (each) => each.gigabytesPerMonth],
  [`disk, GB after ${values.months} months`, (each) => each.gigabytesKept],
  ['price a month', (each) => each.pricePerMonth],
];

const [LABEL_WIDTH, CELL_WIDTH] = [30, 12];
const row = (label: string, cells: readonly string[]) =>
  `${label.padEnd(LABEL_WIDTH)}${cells.map((cell) => cell.padStart(CELL_WIDTH)).join('')}\n`;

process.stdout.write(row('orders/s, at the busiest hour', rates.map(show)));
for (const [label, of] of LINES)
  process.stdout.write(
    row(
      label,
      needs.map((each) => show(of(each))),
    ),
  );
process.stdout.write('\nwhat is reached first, in units of it\n');
for (const { what, remedy } of needs[0]?.limits ?? []) {
  const shares = needs.map(({ limits }) => limits.find((limit) => limit.what === what)?.share ?? 0);
  process.stdout.write(`${row(`  ${what}`, shares.map(show)).trimEnd()}   ${remedy}\n`);
}
