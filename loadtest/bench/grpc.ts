/**
 * npm run bench:grpc [-- --orders 20000 --rounds 3 --roles api --json FILE --svg FILE]
 *
 * Places the same orders in four ways: REST, REST batches, gRPC calls, a gRPC stream. Prints for
 * each: orders a second, p50 and p99, bytes on the wire, and CPU seconds per 1,000 orders of
 * client, server and Postgres. The rounds are interleaved; the figures are medians. Also measures
 * single REST orders beside a stream. The clients are those of a real program: undici and grpc-js.
 *
 * npm run bench:grpc -- --profile 'gRPC stream'
 *
 * Profiles the server in one way: microseconds of its main thread an order, by package.
 */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { median } from '../kit/open-loop.ts';
import { reportProfile } from '../kit/profile.ts';
import { startServices } from '../kit/services.ts';
import { pinned, serveHoldfast } from '../serve.ts';
import { countBytes } from './grpc/byte-counter.ts';
import { type Bench, type Measured, NEIGHBOUR, measure, neighbourDuring, settled } from './grpc/measure.ts';
import { addNeighbour } from './grpc/neighbour.ts';
import { type Result, resultChart, tableLines } from './grpc/report.ts';
import {
  BATCHES_IN_FLIGHT,
  BATCH_ORDERS,
  MESSAGES_IN_FLIGHT,
  REQUESTS_IN_FLIGHT,
  WAYS,
  type Way,
} from './grpc/ways.ts';

const { values: options } = parseArgs({
  options: {
    orders: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
    svg: { type: 'string' },
    profile: { type: 'string' },
    roles: { type: 'string', default: 'api,projector,relay,webhooks' },
  },
});
const orders = Number(options.orders);
const rounds = Number(options.rounds);
const names = Object.keys(WAYS);
/** Orders of the run that counts bytes through a proxy. */
const COUNTED_ORDERS = 2_000;
const say = (text: string) => process.stdout.write(`${text}\n`);

if (options.profile !== undefined && !(options.profile in WAYS)) {
  process.stderr.write(`--profile must be one of: ${names.join(', ')}\n`);
  process.exit(2);
}
const services = await startServices();
const profileFolder = join(services.dataDir, 'profile');
const { child, port, grpcPort, adminPort } = await serveHoldfast({
  ...services,
  nodeOptions: options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`],
  env: { HOLDFAST_ROLES: options.roles },
});
const database = new Client({ connectionString: services.databaseUrl });
const bench: Bench = { child, ports: { rest: port, grpc: grpcPort }, adminPort, database };

async function stopServer(): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

async function profile(way: Way): Promise<void> {
  await way(bench.ports, orders);
  const began = performance.now();
  await way(bench.ports, orders * 3);
  const seconds = (performance.now() - began) / 1_000;
  await stopServer();
  await reportProfile(profileFolder, (orders * 3) / seconds, seconds);
}

/** Warms up each way and counts its bytes an order. */
async function countAllBytes(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) {
    const way = WAYS[name]!;
    await way(bench.ports, orders / 4);
    const target = name.startsWith('REST') ? bench.ports.rest : bench.ports.grpc;
    const bytes = await countBytes(target, (proxy) => way({ rest: proxy, grpc: proxy }, COUNTED_ORDERS));
    counts[name] = bytes / COUNTED_ORDERS;
  }
  await settled(bench);
  return counts;
}

/** Measures all ways in each round; each round starts with another way. */
async function measureRounds(): Promise<Record<string, Measured[]>> {
  const all: Record<string, Measured[]> = {};
  for (let round = 0; round < rounds; round += 1) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)])
      (all[name] ??= []).push(await measure(bench, WAYS[name]!, orders));
  }
  return all;
}

function mediansOf(list: readonly Measured[]): Measured {
  const of = (figure: keyof Measured) => median(list.map((each) => each[figure]));
  return {
    rate: of('rate'),
    p50: of('p50'),
    p99: of('p99'),
    client: of('client'),
    server: of('server'),
    postgres: of('postgres'),
    appending: of('appending'),
  };
}

/** The latencies of single REST orders, alone and beside another tenant's stream at full speed. */
async function measureNeighbour(streamRate: number) {
  const { rate, seconds } = NEIGHBOUR;
  const apiKey = await addNeighbour(services.databaseUrl);
  const alone = await neighbourDuring(bench, apiKey, delay(seconds * 1_000));
  const stream = WAYS['gRPC stream']!(bench.ports, Math.round(streamRate * seconds));
  const beside = await neighbourDuring(bench, apiKey, stream);
  const text = ({ p50, p99 }: typeof alone) => `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
  say(`\nREST, ${rate} orders/s: alone ${text(alone)}; beside a stream ${text(beside)}`);
  return { alone, beside };
}

async function compare(): Promise<void> {
  say(
    `${orders} orders, ${rounds} rounds, Node ${process.version}, ${cpus().length} cores${pinned ? ', server on its own core' : ''}\n` +
      `in flight: ${REQUESTS_IN_FLIGHT} requests, ${BATCHES_IN_FLIGHT} batches of ${BATCH_ORDERS}, ${REQUESTS_IN_FLIGHT} calls, ${MESSAGES_IN_FLIGHT} messages of one stream\n`,
  );
  const bytes = await countAllBytes();
  const all = await measureRounds();
  const results: Record<string, Result> = Object.fromEntries(
    names.map((name) => [name, { ...mediansOf(all[name]!), bytes: bytes[name]! }]),
  );
  for (const line of tableLines(results)) say(line);
  const neighbour = await measureNeighbour(results['gRPC stream']!.rate);
  if (options.json) {
    const machine = { node: process.version, cpus: cpus().length, roles: options.roles, orders, rounds };
    const content = { ...machine, ways: results, neighbour, rounds: all };
    await writeFile(options.json, `${JSON.stringify(content, null, 2)}\n`);
  }
  if (options.svg) await writeFile(options.svg, resultChart(results));
}

try {
  await database.connect();
  if (options.profile === undefined) await compare();
  else await profile(WAYS[options.profile]!);
} finally {
  await database.end();
  await stopServer();
  await services.stop();
}
