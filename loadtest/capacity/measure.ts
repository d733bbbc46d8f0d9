/**
 * npm run bench:capacity [-- --seconds 10] [--check]
 *
 * Measures what each action costs, and writes `costs.json`. With --check, measures loads of other
 * mixes and rates instead, and prints them beside what the model predicts.
 */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchAppend } from '../bench/append.ts';
import { placeOrder } from '../kit/order-request.ts';
import { load } from '../kit/http/http-client.ts';
import { startServices } from '../kit/services.ts';
import { serveHoldfast } from '../serve.ts';
import { type Installation, NO_LOAD, openInstallation } from './installation.ts';
import { ACTIONS, type Action, COSTS, type Cost, type Costs, type Rates, costOf, mapCost } from './model.ts';

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '10' }, check: { type: 'boolean', default: false } },
});
const SECONDS = Number(options.seconds);
const COSTS_FILE = fileURLToPath(new URL('costs.json', import.meta.url));
/**
 * Actions a second of the calibration. They keep a process half busy, so that commands share
 * appends as they do on a node that is used well. Deliveries come with as many orders.
 */
const RATES: Rates = { place: 900, command: 600, get: 900, page: 300, delivery: 600 };
const CONNECTIONS_COUNT = 64;
const WARM_UP_MS = 5_000;
const WARM_UP_SECONDS = 2;

/** Loads that the calibration did not have. */
const CHECKS: Record<string, Rates> = {
  'orders, a third as fast': { ...NO_LOAD, place: 300 },
  'a shop: 60 orders/s with 2 changes and 5 reads each': {
    ...NO_LOAD,
    place: 60,
    command: 120,
    get: 210,
    page: 90,
  },
  'reads, with few orders': { ...NO_LOAD, place: 20, get: 500, page: 100 },
  'the shop with a webhook endpoint': { place: 60, command: 120, get: 210, page: 90, delivery: 180 },
};

const say = (text: string) => process.stdout.write(`${text}\n`);
const services = await startServices();
const children: ChildProcess[] = [];
let installation: Installation | undefined;
try {
  const { child, port } = await serveHoldfast({ ...services, env: { HOLDFAST_WEBHOOK_LOOPBACK: 'on' } });
  children.push(child);
  await load({ host: '127.0.0.1', port, request: placeOrder }, CONNECTIONS_COUNT, WARM_UP_MS);
  installation = await openInstallation(services, port, String(child.pid));
  await installation.costOf({ ...RATES, delivery: 0 }, WARM_UP_SECONDS);
  if (options.check) await check(installation);
  else await calibrate(installation);
} finally {
  await installation?.close();
  for (const child of children) child.kill('SIGTERM');
  await services.stop();
}

async function calibrate(installation: Installation): Promise<void> {
  const idle = await installation.costOf(NO_LOAD, SECONDS);
  const own = async (action: Action, others: Partial<Rates>, less: Cost): Promise<Cost> => {
    const rate = RATES[action];
    const cost = await installation.costOf({ ...NO_LOAD, ...others, [action]: rate }, SECONDS);
    return mapCost((of) => Math.max(0, (cost[of] - less[of]) / rate));
  };
  const actions = {} as Record<Action, Cost>;
  for (const action of ['place', 'command', 'get', 'page'] as const)
    actions[action] = await own(action, {}, idle);
  // Reads store nothing: what grew meanwhile is the audit's.
  for (const action of ['get', 'page'] as const) actions[action].disk_bytes = 0;
  const place = RATES.delivery;
  const placing = mapCost((of) => idle[of] + place * actions.place[of]);
  actions.delivery = await own('delivery', { place }, placing);
  const connections = await installation.connections();
  for (const child of children) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  const { holdfast = 0 } = await benchAppend(services.databaseUrl, 3);
  const costs: Costs = {
    measured: `${new Date().toISOString().slice(0, 10)}, commit ${commitHere()}, Node ${process.version}, ${cpus().length} cores, ${SECONDS} s of each action`,
    idle: mapCost((of) => round(of === 'disk_bytes' ? 0 : idle[of])),
    actions: Object.fromEntries(
      ACTIONS.map((action) => [action, mapCost((of) => round(actions[action][of]))]),
    ) as Record<Action, Cost>,
    head_events_per_second: round(holdfast),
    connections,
  };
  writeFileSync(COSTS_FILE, `${JSON.stringify(costs, null, 2)}\n`);
  say(JSON.stringify(costs, null, 2));
}

async function check(installation: Installation): Promise<void> {
  const costs = JSON.parse(readFileSync(COSTS_FILE, 'utf8')) as Costs;
  for (const [what, rates] of Object.entries(CHECKS)) {
    const found = await installation.costOf(rates, SECONDS);
    const predicted = costOf(costs, rates);
    say(what);
    for (const of of COSTS)
      say(
        `  ${of.padEnd(12)} a second: ${found[of].toFixed(0).padStart(10)} measured, ${predicted[of].toFixed(0).padStart(10)} predicted, ${(predicted[of] / found[of]).toFixed(2)}`,
      );
  }
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

function commitHere(): string {
  return spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
}
