/**
 * npm run bench:large-orders [-- --reads 30 --concurrent 40 --seconds 5]
 *
 * The cost of an order whose history is as large as its bound allows: reads and writes of it, and
 * the list of another tenant while many requests read it at once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { median, quantile } from '../kit/open-loop.ts';
import { startSystem } from '../kit/system.ts';

const { values: options } = parseArgs({
  options: {
    reads: { type: 'string', default: '30' },
    concurrent: { type: 'string', default: '40' },
    seconds: { type: 'string', default: '5' },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const QUOTA = '100000/60';

const system = await startSystem({
  nodes: 1,
  shops: 2,
  env: { HOLDFAST_RATE_LIMIT_READ: QUOTA, HOLDFAST_RATE_LIMIT_WRITE: QUOTA },
});
const [{ host, port } = { host: '', port: 0 }] = system.nodes;
const [large = '', other = ''] = system.apiKeys;

interface Sent {
  status: number;
  text: string;
  ms: number;
}

let keys = 0;
async function ask(apiKey: string, path: string, given: RequestInit = {}): Promise<Sent> {
  const began = performance.now();
  const headers = new Headers(given.headers);
  headers.set('Authorization', `Bearer ${apiKey}`);
  if (given.method !== undefined) headers.set('Idempotency-Key', `large-${(keys += 1)}`);
  if (given.body !== undefined && !headers.has('Content-Type'))
    headers.set('Content-Type', 'application/json');
  const response = await fetch(`http://${host}:${port}${path}`, { ...given, headers });
  const text = await response.text();
  return { status: response.status, text, ms: performance.now() - began };
}

const euros = (amount: number) => ({ amount, currency: 'EUR' });
const lines = [{ name: 'Kelp', quantity: 2, unit_price: euros(500) }];
const post = (body: object): RequestInit => ({ method: 'POST', body: JSON.stringify(body) });
const place = async (apiKey: string): Promise<string> => {
  const { text, status } = await ask(apiKey, '/v2/orders', post({ customer_id: 'cus_1', lines }));
  if (status !== 201) throw new Error(text);
  return `/v2/orders/${JSON.parse(text).id}`;
};

/** Patches an order with the largest metadata until it takes no more. @returns its version */
async function fill(path: string): Promise<number> {
  const metadata = Object.fromEntries(
    Array.from({ length: 20 }, (_, n) => [`entry-${n}`.padEnd(40, 'm'), '鯨'.repeat(500)]),
  );
  for (let version = 1; ; version += 1) {
    const { status } = await ask(large, path, {
      method: 'PATCH',
      body: JSON.stringify({ metadata }),
      headers: { 'If-Match': `"${version}"`, 'Content-Type': 'application/merge-patch+json' },
    });
    if (status !== 200) return version;
  }
}

const figures = (times: readonly number[]) =>
  `p50 ${median(times).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms`;

async function timed(name: string, send: () => Promise<Sent>): Promise<void> {
  const times: number[] = [];
  for (let n = 0; n < Number(options.reads); n += 1) {
    const { status, text, ms } = await send();
    if (status >= 300) throw new Error(`${name}: ${status} ${text}`);
    times.push(ms);
  }
  say(`${name.padEnd(34)} ${figures(times)}`);
}

const LISTS_PER_SECOND = 20;

/** The list of the other tenant, 20 times a second, beside so many requests at once each second. */
async function listBeside(name: string, send?: () => Promise<Sent>): Promise<void> {
  const lists: Promise<Sent>[] = [];
  const others: Promise<Sent>[] = [];
  for (let n = 0; n < Number(options.seconds) * LISTS_PER_SECOND; n += 1) {
    if (send !== undefined && n % LISTS_PER_SECOND === 0)
      others.push(...Array.from({ length: Number(options.concurrent) }, send));
    lists.push(ask(other, '/v2/orders?limit=20'));
    await delay(1_000 / LISTS_PER_SECOND);
  }
  const sent = await Promise.all(lists);
  const beside = (await Promise.all(others)).filter(({ status }) => status === 200);
  if (sent.some(({ status }) => status !== 200)) say(`${name}: some lists were refused`);
  const reads = send === undefined ? '' : `; these: ${figures(beside.map(({ ms }) => ms))}`;
  say(`list of another tenant, ${name.padEnd(26)} ${figures(sent.map(({ ms }) => ms))}${reads}`);
}

try {
  for (let n = 0; n < 50; n += 1) await place(other);
  const small = await place(large);
  const path = await place(large);
  const version = await fill(path);
  say(`${version} events`);
  await timed('GET of the order', () => ask(large, path));
  await timed('GET of half its events', () => ask(large, `${path}?version=${Math.floor(version / 2)}`));
  await timed('GET of one event', () => ask(large, `${path}/events?limit=1`));
  await timed('a write (authorization)', () =>
    ask(large, `${path}/authorizations`, post({ amount: euros(1) })),
  );
  await timed('GET of a small order', () => ask(large, small));
  await listBeside('alone');
  await listBeside(`${options.concurrent} GETs of a small one`, () => ask(large, small));
  await listBeside(`${options.concurrent} GETs beside`, () => ask(large, path));
  await listBeside(`${options.concurrent} GETs of ?version=`, () =>
    ask(large, `${path}?version=${Math.floor(version / 2)}`),
  );
  await listBeside(`${options.concurrent} event pages`, () => ask(large, `${path}/events?limit=1`));
} finally {
  await system.stop();
}
