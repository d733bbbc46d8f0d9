/**
 * Compares two ways to answer requests, mostly to place orders: CPU seconds of the server and of
 * Postgres per 1,000 of them, with all that the consumers of the log do, requests a second, and
 * their p50. The rounds are interleaved, and a ratio is the median of the ratios of the rounds,
 * because the machine's speed changes between rounds.
 */
import { cpuSecondsOf } from './cpu.ts';
import { type Target, load } from './http/http-client.ts';
import { median } from './open-loop.ts';
import { watchCost } from './postgres/cost.ts';

const WARM_UP_MS = 5_000;
const say = (text: string) => process.stdout.write(`${text}\n`);

/** The requests of one side, and the process that answers them. */
export interface Side {
  name: string;
  target: Target;
  pid: string;
  databaseUrl: string;
}

/** The status of every answer, and what a request is. */
interface Kind {
  status: '200' | '201';
  requests: string;
}
const ORDERS: Kind = { status: '201', requests: 'orders' };

interface Cost {
  server: number;
  postgres: number;
  rate: number;
  p50: number;
}

interface Bounds {
  rounds: number;
  roundMs: number;
  connections: number;
}

/** Prints the cost of both sides, and the ratios of the first to the second. */
export async function compare(
  sides: [Side, Side],
  { rounds, roundMs, connections }: Bounds,
  { status, requests }: Kind = ORDERS,
): Promise<void> {
  const costs = sides.map((): Cost[] => []);
  const watches = await Promise.all(sides.map(({ databaseUrl }) => watchCost(databaseUrl)));
  for (const { target } of sides) await load(target, connections, WARM_UP_MS);
  for (let round = 0; round < rounds; round += 1) {
    for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const { name, target, pid } = sides[index]!;
      const { settled, cpuSeconds } = watches[index]!;
      await settled();
      const before = [await cpuSecondsOf([pid]), await cpuSeconds()] as const;
      const { rate, p50, statuses } = await load(target, connections, roundMs);
      await settled();
      const perThousand = 1_000 / statuses[status]!;
      const server = ((await cpuSecondsOf([pid])) - before[0]) * perThousand;
      const postgres = ((await cpuSeconds()) - before[1]) * perThousand;
      if (Object.keys(statuses).join() !== status) throw new Error(`${name}: ${JSON.stringify(statuses)}`);
      costs[index]!.push({ server, postgres, rate, p50 });
    }
  }
  await Promise.all(watches.map(({ stop }) => stop()));
  const [first, second] = costs as [Cost[], Cost[]];
  const middle = (list: Cost[], of: keyof Cost) => median(list.map((cost) => cost[of]));
  for (const [index, list] of costs.entries())
    say(
      `${sides[index]!.name.padEnd(12)} per 1,000 ${requests}: ${middle(list, 'server').toFixed(4)} CPU s of the server, ${middle(list, 'postgres').toFixed(4)} of Postgres; ${middle(list, 'rate').toFixed(0)} ${requests}/s, p50 ${middle(list, 'p50').toFixed(2)} ms`,
    );
  const ratio = (of: keyof Cost) =>
    median(first.map((cost, round) => cost[of] / second[round]![of])).toFixed(3);
  say(
    `${connections} connections, ${rounds} rounds of ${roundMs / 1_000} s: CPU of the server ${ratio('server')}, of Postgres ${ratio('postgres')}, ${requests}/s ${ratio('rate')}, p50 ${ratio('p50')} times ${sides[1].name}`,
  );
}
