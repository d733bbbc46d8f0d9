/**
 * Compares two ways to place orders: CPU seconds of the server per 1,000 orders, and orders a
 * second. The rounds are interleaved, and a ratio is the median of the ratios of the rounds,
 * because the machine's speed changes between rounds.
 */
import { cpuSecondsOf } from './cpu.ts';
import { type Target, load } from './http/http-client.ts';
import { median } from './open-loop.ts';

const WARM_UP_MS = 5_000;
const say = (text: string) => process.stdout.write(`${text}\n`);

/** The requests of one side, and the process that answers them. */
export interface Side {
  name: string;
  target: Target;
  pid: string;
}

interface Bounds {
  rounds: number;
  roundMs: number;
  connections: number;
}

/** Prints the cost of both sides, and the ratios of the first to the second. */
export async function compare(sides: [Side, Side], { rounds, roundMs, connections }: Bounds): Promise<void> {
  const costs = sides.map((): { cpu: number; rate: number }[] => []);
  for (const { target } of sides) await load(target, connections, WARM_UP_MS);
  for (let round = 0; round < rounds; round += 1) {
    for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const { name, target, pid } = sides[index]!;
      const before = await cpuSecondsOf([pid]);
      const { rate, statuses } = await load(target, connections, roundMs);
      const cpuSeconds = (await cpuSecondsOf([pid])) - before;
      if (Object.keys(statuses).join() !== '201') throw new Error(`${name}: ${JSON.stringify(statuses)}`);
      costs[index]!.push({ cpu: (cpuSeconds / statuses['201']!) * 1_000, rate });
    }
  }
  const [first, second] = costs as [(typeof costs)[0], (typeof costs)[0]];
  for (const [index, list] of costs.entries())
    say(
      `${sides[index]!.name.padEnd(12)} ${median(list.map(({ cpu }) => cpu)).toFixed(4)} CPU s of the server per 1,000 orders, ${median(list.map(({ rate }) => rate)).toFixed(0)} orders/s`,
    );
  const ratio = (of: (cost: { cpu: number; rate: number }) => number) =>
    median(first.map((cost, round) => of(cost) / of(second[round]!))).toFixed(3);
  say(
    `${connections} connections, ${rounds} rounds of ${roundMs / 1_000} s: CPU ${ratio(({ cpu }) => cpu)}, orders/s ${ratio(({ rate }) => rate)} times ${sides[1].name}`,
  );
}
