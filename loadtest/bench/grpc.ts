/**
 * npm run bench:grpc [-- --orders 20000 --rounds 3 --roles api --json FILE --svg FILE]
 *
 * The same orders by four ways: REST one by one, REST in batches, gRPC one by one, gRPC as a stream. For each: orders a second, CPU seconds per 1,000
 * orders of the client, the server and Postgres apart, p50 and p99, and bytes on the wire. Interleaved, medians of the rounds; the server with everything
 * on, or with the roles that are given. And what somebody who places single orders by REST notices of a stream beside it.
 * Both clients are what a program would use (undici, grpc-js), and each order is built and each answer read as an object. On Linux the server has one
 * core and all else the other.
 *
 * npm run bench:grpc -- --profile 'gRPC stream'
 *
 * Where the server's time goes in one of the ways: microseconds of its thread an order, by package.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Metadata, credentials } from '@grpc/grpc-js';
import { Client } from 'pg';
import { Pool } from 'undici';
import { parseMetrics, sum } from '../../api/overview/samples.ts';
import { type NewOrder, OrderServiceClient } from '../../api/grpc/generated/orders.ts';
import { chart } from '../kit/chart.ts';
import { cpuOf } from '../kit/cpu.ts';
import { median, openLoop, quantile } from '../kit/open-loop.ts';
import { reportProfile } from '../kit/profile.ts';
import { startServices } from '../kit/services.ts';
import { apiKey, order } from '../kit/order-request.ts';
import { pinned, serve } from '../serve.ts';

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
const say = (text: string) => process.stdout.write(`${text}\n`);

/** Requests under way of those who send one order at a time; orders without an answer of the stream. */
const IN_FLIGHT = 64;
const STREAM_IN_FLIGHT = 512;
const BATCH = 100;
const BATCHES_IN_FLIGHT = 4;
/** Who places orders by REST beside a stream: so many a second, for so long. */
const NEIGHBOUR = { rate: 50, seconds: 10 };
/** Orders of the run that counts bytes, through a proxy and without a clock. */
const WEIGHED = 2_000;

interface Ports {
  rest: number;
  grpc: number;
}

/** Places so many orders. Answers the latency of each, in ms, from handing it over to reading its answer. */
type Way = (ports: Ports, count: number) => Promise<number[]>;

/** Keeps so many tasks under way until all have been begun and ended. */
async function inFlight(width: number, count: number, task: () => Promise<void>): Promise<void> {
  let left = count;
  const one = async () => {
    while (left > 0) {
      left -= 1;
      await task();
    }
  };
  await Promise.all(Array.from({ length: width }, one));
}

/** What a client builds anew for each order. */
const restOrder = () => ({ ...order });
const grpcOrder = (): NewOrder => ({ ...order, metadata: new Map(Object.entries(order.metadata)) });

async function rest(
  port: number,
  connections: number,
  run: (post: (path: string, body: unknown, key?: string) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 });
  const authorization = `Bearer ${apiKey}`;
  try {
    await run(async (path, body, key = randomUUID()) => {
      const { statusCode, body: answer } = await pool.request({
        method: 'POST',
        path,
        headers: { authorization, 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(body),
      });
      const json = await answer.json();
      if (statusCode >= 300) throw new Error(`${statusCode}: ${JSON.stringify(json)}`);
      return json;
    });
  } finally {
    await pool.close();
  }
}

async function grpc(
  port: number,
  run: (client: OrderServiceClient, metadata: Metadata) => Promise<void>,
): Promise<void> {
  const client = new OrderServiceClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${apiKey}`);
  try {
    await run(client, metadata);
  } finally {
    client.close();
  }
}

const WAYS: Record<string, Way> = {
  async REST(ports, count) {
    const latencies: number[] = [];
    await rest(ports.rest, IN_FLIGHT, (post) =>
      inFlight(IN_FLIGHT, count, async () => {
        const began = performance.now();
        await post('/v1/orders', restOrder());
        latencies.push(performance.now() - began);
      }),
    );
    return latencies;
  },
  async 'REST batches'(ports, count) {
    const latencies: number[] = [];
    await rest(ports.rest, BATCHES_IN_FLIGHT, (post) =>
      inFlight(BATCHES_IN_FLIGHT, count / BATCH, async () => {
        const began = performance.now();
        const items = Array.from({ length: BATCH }, () => ({
          idempotency_key: randomUUID(),
          order: restOrder(),
        }));
        const { failed } = (await post('/v1/order-batches', { orders: items })) as { failed: number };
        if (failed > 0) throw new Error(`${failed} of a batch failed`);
        latencies.push(...Array<number>(BATCH).fill(performance.now() - began));
      }),
    );
    return latencies;
  },
  async gRPC(ports, count) {
    const latencies: number[] = [];
    await grpc(ports.grpc, (client, metadata) =>
      inFlight(IN_FLIGHT, count, async () => {
        const began = performance.now();
        await new Promise<void>((resolve, reject) => {
          const request = { idempotency_key: randomUUID(), order: grpcOrder() };
          client.placeOrder(request, metadata, (error) => (error ? reject(error) : resolve()));
        });
        latencies.push(performance.now() - began);
      }),
    );
    return latencies;
  },
  async 'gRPC stream'(ports, count) {
    const latencies: number[] = [];
    await grpc(ports.grpc, async (client, metadata) => {
      const stream = client.placeOrders(metadata);
      const began = new Map<number, number>();
      const done = Promise.withResolvers<void>();
      let sent = 0;
      const send = () => {
        if (sent === count) return;
        began.set((sent += 1), performance.now());
        stream.write({ idempotency_key: randomUUID(), order: grpcOrder() });
        if (sent === count) stream.end();
      };
      stream.on('data', ({ sequence, outcome }) => {
        if (outcome?.$case !== 'placed') done.reject(new Error(JSON.stringify(outcome)));
        latencies.push(performance.now() - began.get(sequence)!);
        began.delete(sequence);
        send();
      });
      stream.once('error', done.reject);
      stream.once('end', done.resolve);
      for (let n = 0; n < STREAM_IN_FLIGHT; n += 1) send();
      await done.promise;
    });
    return latencies;
  },
};

/** Lets bytes through and counts them, both ways. */
async function weigh(target: number, run: (port: number) => Promise<unknown>): Promise<number> {
  let bytes = 0;
  const sockets = new Set<Socket>();
  const pass = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      to.write(chunk);
    });
    from.once('close', () => to.destroy()).once('error', () => to.destroy());
  };
  const proxy = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    pass(near.setNoDelay(true), far.setNoDelay(true));
    pass(far, near);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  try {
    await run((proxy.address() as AddressInfo).port);
    return bytes;
  } finally {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  }
}

interface Measured {
  rate: number;
  p50: number;
  p99: number;
  client: number;
  server: number;
  postgres: number;
  /** Share of the time for which an append statement was under way. */
  appending: number;
}

const services = await startServices();
const folder = join(services.dataDir, 'profile');
const profiling = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
const { child, ports } = await serve(
  [...profiling, fileURLToPath(new URL('../../main.ts', import.meta.url))],
  {
    PORT: '0',
    ADMIN_PORT: '0',
    GRPC_PORT: '0',
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.redisUrl,
    HOLDFAST_BOOTSTRAP_KEY: apiKey,
    HOLDFAST_RATE_LIMIT_WRITE: '100000/1',
    HOLDFAST_ROLES: options.roles,
  },
  /API +http:\/\/localhost:(\d+)[^]*gRPC +localhost:(\d+)[^]*Admin +http:\/\/localhost:(\d+)/,
);
const [restPort = 0, grpcPort = 0, adminPort = 0] = ports;
const names = Object.keys(WAYS);
const at: Ports = { rest: restPort, grpc: grpcPort };
const database = new Client({ connectionString: services.databaseUrl });

const look = async () => parseMetrics(await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text());
/** Until all that follows the log has caught up, so that no way pays for the one before it. */
async function settled(): Promise<void> {
  for (;;) {
    const samples = await look();
    const lags = ['holdfast_projection_lag_events', 'holdfast_relay_lag_events'].map((name) =>
      sum(samples, name),
    );
    if (lags.every((lag) => lag === 0)) return;
    await delay(100);
  }
}

/** Latencies of single orders by REST, so many a second, while somebody else does what they do. */
async function neighbour(during: Promise<unknown>): Promise<{ p50: number; p99: number }> {
  const latencies: number[] = [];
  let over = false;
  void during.finally(() => (over = true));
  await rest(at.rest, IN_FLIGHT, (post) =>
    openLoop({
      rate: () => NEIGHBOUR.rate,
      goesOn: (seconds) => seconds < NEIGHBOUR.seconds && !over,
      async send(due) {
        await post('/v1/orders', restOrder());
        latencies.push(performance.now() - due);
      },
    }),
  );
  await during;
  return { p50: median(latencies), p99: quantile(latencies, 0.99) };
}

/** What a neighbour notices of a stream that runs as fast as it can. */
async function notice(rate: number) {
  const seconds = NEIGHBOUR.seconds;
  const alone = await neighbour(delay(seconds * 1_000));
  const beside = await neighbour(WAYS['gRPC stream']!(at, Math.round(rate * seconds)));
  const told = ({ p50, p99 }: typeof alone) => `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
  say(`\nREST, ${NEIGHBOUR.rate} orders/s: alone ${told(alone)}; beside a stream ${told(beside)}`);
  return { alone, beside };
}

async function measure(way: Way): Promise<Measured> {
  const server = [String(child.pid)];
  const { rows } = await database.query<{ pid: number }>('SELECT pid FROM pg_stat_activity');
  const postgres = rows.map(({ pid }) => String(pid));
  const before = [await cpuOf(server), await cpuOf(postgres)] as const;
  const appended = async () => sum(await look(), 'holdfast_append_duration_seconds_sum');
  const appending = await appended();
  const ours = process.cpuUsage();
  const began = performance.now();
  const latencies = await way(at, orders);
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(ours);
  if (latencies.length !== orders) throw new Error(`${latencies.length} of ${orders} were answered`);
  // What placing them leaves to be done is part of what they cost.
  await settled();
  const per = (cpu: number) => (cpu / orders) * 1_000;
  return {
    rate: orders / seconds,
    appending: ((await appended()) - appending) / seconds,
    p50: median(latencies),
    p99: quantile(latencies, 0.99),
    client: per((user + system) / 1e6),
    server: per((await cpuOf(server)) - before[0]),
    postgres: per((await cpuOf(postgres)) - before[1]),
  };
}

async function end(): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function profile(way: Way): Promise<void> {
  await way(at, orders);
  const began = performance.now();
  await way(at, orders * 3);
  const seconds = (performance.now() - began) / 1_000;
  await end();
  await reportProfile(folder, (orders * 3) / seconds, seconds);
}

async function compare(): Promise<void> {
  say(
    `${orders} orders, ${rounds} rounds, Node ${process.version}, ${cpus().length} cores${pinned ? ', the server on one of them' : ''}\n` +
      `in flight: ${IN_FLIGHT} requests, ${BATCHES_IN_FLIGHT} batches of ${BATCH}, ${IN_FLIGHT} calls, ${STREAM_IN_FLIGHT} messages of one stream\n`,
  );
  const weights: Record<string, number> = {};
  for (const name of names) {
    const way = WAYS[name]!;
    // The first thousands of each way warm both sides up.
    await way(at, orders / 4);
    const port = name.startsWith('REST') ? at.rest : at.grpc;
    const bytes = await weigh(port, (proxy) => way({ rest: proxy, grpc: proxy }, WEIGHED));
    weights[name] = bytes / WEIGHED;
  }
  await settled();

  const all: Record<string, Measured[]> = {};
  for (let round = 0; round < rounds; round += 1) {
    // Another one begins each time.
    for (const name of [...names.slice(round % names.length), ...names.slice(0, round % names.length)])
      (all[name] ??= []).push(await measure(WAYS[name]!));
  }
  const result = Object.fromEntries(
    names.map((name) => {
      const of = (figure: keyof Measured) => median(all[name]!.map((each) => each[figure]));
      const figures = {
        rate: of('rate'),
        p50: of('p50'),
        p99: of('p99'),
        client: of('client'),
        server: of('server'),
        postgres: of('postgres'),
        appending: of('appending'),
      };
      return [name, { ...figures, bytes: weights[name]! }];
    }),
  );
  say(
    '                 orders/s    p50 ms   p99 ms   CPU s per 1,000 orders: client, server, Postgres   bytes an order   appending',
  );
  for (const [name, { rate, p50, p99, client, server, postgres, bytes, appending }] of Object.entries(
    result,
  )) {
    const times = rate / result['REST']!.rate;
    say(
      `${name.padEnd(14)} ${rate.toFixed(0).padStart(7)} ${`${times.toFixed(2)}x`.padStart(6)} ${p50.toFixed(1).padStart(7)} ${p99.toFixed(1).padStart(8)}` +
        `   ${[client, server, postgres].map((each) => each.toFixed(3).padStart(12)).join('')} ${bytes.toFixed(0).padStart(24)} ${(appending * 100).toFixed(0).padStart(9)} %`,
    );
  }
  const noticed = await notice(result['gRPC stream']!.rate);
  if (options.json) {
    const machine = { node: process.version, cpus: cpus().length, roles: options.roles, orders, rounds };
    await writeFile(
      options.json,
      `${JSON.stringify({ ...machine, ways: result, neighbour: noticed, rounds: all }, null, 2)}\n`,
    );
  }
  if (options.svg) {
    const rows = Object.entries(result);
    const bars = (...figures: (keyof Measured | 'bytes')[]) =>
      rows.map(([name, row]) => ({ name, values: figures.map((figure) => row[figure]) }));
    await writeFile(
      options.svg,
      chart([
        { title: 'Orders a second', names: ['orders/s'], bars: bars('rate'), digits: 0 },
        {
          title: 'CPU seconds per 1,000 orders',
          names: ['client', 'server', 'Postgres'],
          bars: bars('client', 'server', 'postgres'),
          digits: 2,
          stacked: true,
        },
        { title: 'Milliseconds to the answer', names: ['p50', 'p99'], bars: bars('p50', 'p99'), digits: 1 },
        { title: 'Bytes on the wire an order, both ways', names: ['bytes'], bars: bars('bytes'), digits: 0 },
      ]),
    );
  }
}

try {
  await database.connect();
  const profiled = options.profile === undefined ? undefined : WAYS[options.profile];
  if (options.profile === undefined) await compare();
  else if (profiled) await profile(profiled);
  else throw new Error(`--profile: one of ${names.join(', ')}`);
} finally {
  await database.end();
  await end();
  await services.stop();
}
