/**
 * npm run bench:place -- --against COMMIT [--rounds 3 --seconds 4 --connections 64]
 *
 * Compares this checkout with another commit: CPU seconds of the server per 1,000 orders, and
 * orders a second. The rounds are interleaved; each side has its own Postgres and Redis. The ratio
 * is the median of the ratios of the rounds, because the machine's speed changes between rounds.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from '../kit/http/http-client.ts';
import { cpuSecondsOf } from '../kit/cpu.ts';
import { median } from '../kit/open-loop.ts';
import { startServices } from '../kit/services.ts';
import { placeOrder } from '../kit/order-request.ts';
import { serveHoldfast } from '../serve.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const WARM_UP_MS = 5_000;
const say = (text: string) => process.stdout.write(`${text}\n`);

interface Options {
  commit: string;
  rounds: number;
  roundMs: number;
  connections: number;
}

export async function benchAgainst({ commit, rounds, roundMs, connections }: Options): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-against-'));
  const other = join(folder, 'checkout');
  execFileSync('git', ['worktree', 'add', '--detach', other, commit], { cwd: root, stdio: 'ignore' });
  // Both sides use the dependencies of this checkout: only the code differs.
  await symlink(join(root, 'node_modules'), join(other, 'node_modules'));
  const stops: (() => Promise<void> | void)[] = [];
  try {
    const sides = { here: await start(root, stops), [commit]: await start(other, stops) };
    const costs: Record<string, { cpu: number; rate: number }[]> = {};
    for (const { port } of Object.values(sides))
      await load({ host: '127.0.0.1', port, request: placeOrder }, connections, WARM_UP_MS);
    for (let round = 0; round < rounds; round += 1) {
      const order = Object.entries(sides);
      for (const [name, { port, pid }] of round % 2 === 0 ? order : order.toReversed()) {
        const before = await cpuSecondsOf([pid]);
        const { rate, statuses } = await load(
          { host: '127.0.0.1', port, request: placeOrder },
          connections,
          roundMs,
        );
        const placed = statuses['201'] ?? 0;
        if (Object.keys(statuses).join() !== '201') throw new Error(`${name}: ${JSON.stringify(statuses)}`);
        (costs[name] ??= []).push({ cpu: (((await cpuSecondsOf([pid])) - before) / placed) * 1_000, rate });
      }
    }
    const [here = [], there = []] = [costs['here'], costs[commit]];
    for (const [name, list] of Object.entries(costs))
      say(
        `${name.padEnd(12)} ${median(list.map(({ cpu }) => cpu)).toFixed(4)} CPU s of the server per 1,000 orders, ${median(list.map(({ rate }) => rate)).toFixed(0)} orders/s`,
      );
    const ratio = (of: (side: { cpu: number; rate: number }) => number) =>
      median(here.map((side, round) => of(side) / of(there[round]!))).toFixed(3);
    say(
      `${connections} connections, ${rounds} rounds of ${roundMs / 1_000} s: CPU ${ratio(({ cpu }) => cpu)}, orders/s ${ratio(({ rate }) => rate)} times ${commit}`,
    );
  } finally {
    for (const stop of stops.toReversed()) await stop();
    execFileSync('git', ['worktree', 'remove', '--force', other], { cwd: root, stdio: 'ignore' });
    await rm(folder, { recursive: true, force: true });
  }
}

async function start(checkout: string, stops: (() => Promise<void> | void)[]) {
  const services = await startServices();
  stops.push(services.stop);
  const { child, port } = await serveHoldfast({ ...services, main: join(checkout, 'main.ts') });
  stops.push(() => void child.kill('SIGKILL'));
  return { port, pid: String(child.pid) };
}
