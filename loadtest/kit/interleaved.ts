/**
 * Compares two ways to place orders: CPU seconds of the server and of Postgres per 1,000 orders,
 * with all that the consumers of the log do, and orders a second. The rounds are interleaved, and a
 * ratio is the median of the ratios of the rounds, because the machine's speed changes between
 * rounds.
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

interface Cost {
  server: number;
  postgres: number;
  rate: number;
}

interface Bounds {
  rounds: number;
  roundMs: number;
  connections: number;
}

/** Prints the cost of both sides, and the ratios of the first to the second. */
export async function compare(sides: [Side, Side], { rounds, roundMs, connections }: Bounds): Promise<void> {
  const costs = sides.map((): Cost[] => []);
  const watches = await Promise.all(sides.map(({ databaseUrl }) => watchCost(databaseUrl)));
  for (const { target } of sides) await load(target, connections, WARM_UP_MS);
  for (let round = 0; round < rounds; round += 1) {
    for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const { name, target, pid } = sides[index]!;
      const { settled, cpuSeconds } = watches[index]!;
      await settled();
      const before = [await cpuSecondsOf([pid]), await cpuSeconds()] as const;
      const { rate, statuses } = await load(target, connections, roundMs);
      await settled();
      const perThousand = 1_000 / statuses['201']!;
      const server = ((await cpuSecondsOf([pid])) - before[0]) * perThousand;
      const postgres = ((await cpuSeconds()) - before[1]) * perThousand;
      if (Object.keys(statuses).join() !== '201') throw new Error(`${name}: ${JSON.stringify(statuses)}`);
      costs[index]!.push({ server, postgres, rate });
    }
  }
  await Promise.all(watches.map(({ stop }) => stop()));
  const [first, second] = costs as [Cost[], Cost[]];
  const middle = (list: Cost[], of: keyof Cost) => median(list.map((cost) => cost[of]));
  for (const [index, list] of costs.entries())
    say(
      `${sides[index]!.name.padEnd(12)} per 1,000 orders: ${middle(list, 'server').toFixed(4)} CPU s of the server, ${middle(list, 'postgres').toFixed(4)} of Postgres; ${middle(list, 'rate').toFixed(0)} orders/s`,
    );
  const ratio = (of: keyof Cost) =>
    median(first.map((cost, round) => cost[of] / second[round]![of])).toFixed(3);
  say(
    `${connections} connections, ${rounds} rounds of ${roundMs / 1_000} s: CPU of the server ${ratio('server')}, of Postgres ${ratio('postgres')}, orders/s ${ratio('rate')} times ${sides[1].name}`,
  );
}
