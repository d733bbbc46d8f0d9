/**
 * npm run bench:place -- --against COMMIT [--rounds 3 --seconds 4 --connections 64]
 *
 * What placing an order costs here and at another commit: CPU seconds of the server for 1,000 orders, and orders a second, interleaved in
 * one run. Each of the two has a Postgres and a Redis of its own. The ratio is the median of those of the rounds: the machine may be
 * slower in one round than in the next, but hardly within one.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from '../kit/http-client.ts';
import { cpuOf } from '../kit/cpu.ts';
import { median } from '../kit/open-loop.ts';
import { startServices } from '../kit/services.ts';
import { apiKey, placeOrder } from '../kit/order-request.ts';
import { serve } from '../serve.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const WARM_UP_MS = 5_000;
const say = (text: string) => process.stdout.write(`${text}\n`);

interface Options {
  commit: string;
  rounds: number;
  milliseconds: number;
  connections: number;
}

export async function benchAgainst({ commit, rounds, milliseconds, connections }: Options): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-against-'));
  const other = join(folder, 'checkout');
  execFileSync('git', ['worktree', 'add', '--detach', other, commit], { cwd: root, stdio: 'ignore' });
  // Dependencies are those of here: it is our own code that is compared.
  await symlink(join(root, 'node_modules'), join(other, 'node_modules'));
  const ends: (() => Promise<void> | void)[] = [];
  try {
    const sides = { here: await start(root, ends), [commit]: await start(other, ends) };
    const costs: Record<string, { cpu: number; rate: number }[]> = {};
    for (const { port } of Object.values(sides))
      await load({ host: '127.0.0.1', port, request: placeOrder }, connections, WARM_UP_MS);
    for (let round = 0; round < rounds; round += 1) {
      const order = Object.entries(sides);
      for (const [name, { port, pid }] of round % 2 === 0 ? order : order.toReversed()) {
        const before = await cpuOf([pid]);
        const { rate, statuses } = await load(
          { host: '127.0.0.1', port, request: placeOrder },
          connections,
          milliseconds,
        );
        const placed = statuses['201'] ?? 0;
        if (Object.keys(statuses).join() !== '201') throw new Error(`${name}: ${JSON.stringify(statuses)}`);
        (costs[name] ??= []).push({ cpu: (((await cpuOf([pid])) - before) / placed) * 1_000, rate });
      }
    }
    const [here = [], there = []] = [costs['here'], costs[commit]];
    for (const [name, list] of Object.entries(costs))
      say(
        `${name.padEnd(12)} ${median(list.map(({ cpu }) => cpu)).toFixed(4)} CPU s of the server for 1,000 orders, ${median(list.map(({ rate }) => rate)).toFixed(0)} orders/s`,
      );
    const ratio = (of: (side: { cpu: number; rate: number }) => number) =>
      median(here.map((side, round) => of(side) / of(there[round]!))).toFixed(3);
    say(
      `${connections} connections, ${rounds} rounds of ${milliseconds / 1_000} s: CPU ${ratio(({ cpu }) => cpu)}, orders/s ${ratio(({ rate }) => rate)} of ${commit}`,
    );
  } finally {
    for (const end of ends.toReversed()) await end();
    execFileSync('git', ['worktree', 'remove', '--force', other], { cwd: root, stdio: 'ignore' });
    await rm(folder, { recursive: true, force: true });
  }
}

async function start(checkout: string, ends: (() => Promise<void> | void)[]) {
  const services = await startServices();
  ends.push(services.stop);
  const { child, port } = await serve(
    [join(checkout, 'main.ts')],
    {
      PORT: '0',
      ADMIN_PORT: '0',
      GRPC_PORT: '0',
      DATABASE_URL: services.databaseUrl,
      REDIS_URL: services.redisUrl,
      HOLDFAST_BOOTSTRAP_KEY: apiKey,
      HOLDFAST_RATE_LIMIT_WRITE: '100000/1',
    },
    /API +http:\/\/localhost:(\d+)/,
  );
  ends.push(() => void child.kill('SIGKILL'));
  return { port, pid: String(child.pid) };
}
