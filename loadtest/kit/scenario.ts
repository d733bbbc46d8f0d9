/** What every kind of load has in common. */
import { openConnection, type Connection } from './connection.ts';
import { openLoop } from './open-loop.ts';
import type { Orders } from './orders.ts';
import { type Recorder, outcomeOf } from './recorder.ts';
import type { System } from './system.ts';

export interface Run {
  system: System;
  recorder: Recorder;
  orders: Orders;
  /** Says what is going on. */
  say: (text: string) => void;
  options: { rate: number; seconds: number; clients: number };
}

export interface Phase {
  name: string;
  /** Seconds since the start. */
  from: number;
  to: number;
}

export interface Verdict {
  text: string;
  ok: boolean;
}

export interface Outcome {
  phases: Phase[];
  /** Figures, by what they are. */
  figures: Record<string, number | string>;
  verdicts: Verdict[];
}

export type Scenario = (run: Run) => Promise<Outcome>;

/** Milliseconds that a client waits for an answer. */
export const TIMEOUT = 1_000;
/** Connections that an open loop makes at most; what is due then waits, and its latency tells. */
const MOST_CONNECTIONS = 2_000;
/** Times that a client sends the same before it gives up. */
const ATTEMPTS = 8;

/** One phase, under a name. */
export async function phase(
  run: Run,
  phases: Phase[],
  name: string,
  work: () => Promise<void>,
): Promise<Phase> {
  run.say(name);
  const from = run.recorder.now();
  await work();
  const done = { name, from, to: run.recorder.now() };
  phases.push(done);
  return done;
}

/** A connection that goes to the next node each time that it is made. */
let turn = 0;
export const connectTo = ({ nodes }: System): Connection =>
  openConnection(() => nodes[turn++ % nodes.length]!);

/** As many orders as so many clients can place, one after the other. */
export async function closedLoop(
  { system, recorder, orders }: Run,
  connections: number,
  ms: number,
): Promise<void> {
  const end = performance.now() + ms;
  const client = async (_: unknown, index: number) => {
    const connection = connectTo(system);
    const apiKey = system.apiKeys[index % system.apiKeys.length]!;
    while (performance.now() < end) {
      const { number, key, body } = orders.next();
      const began = performance.now();
      recorder.offer();
      const outcome = outcomeOf(
        await connection.send({ path: '/v1/orders', apiKey, key, body }, { timeout: TIMEOUT }),
      );
      recorder.note(outcome, performance.now() - began);
      if (outcome === 'placed' || outcome === 'replayed') orders.acknowledge(number);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, client));
}

/** Work at a given rate, each piece on a connection that nobody else uses; latencies count from when it was due. */
export async function atRate(
  { system, recorder }: Run,
  { rate, seconds }: { rate: number; seconds: number },
  work: (connection: Connection, apiKey: string, due: number) => Promise<void>,
): Promise<void> {
  const free: Connection[] = [];
  const waiting: ((connection: Connection) => void)[] = [];
  let made = 0;
  let number = 0;
  const acquire = async (): Promise<Connection> => {
    const idle = free.pop();
    if (idle) return idle;
    if (made < MOST_CONNECTIONS) {
      made += 1;
      return connectTo(system);
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  await openLoop({
    rate: () => rate,
    goesOn: (at) => at < seconds,
    async send(due) {
      recorder.offer();
      const connection = await acquire();
      number += 1;
      await work(connection, system.apiKeys[number % system.apiKeys.length]!, due);
      const next = waiting.shift();
      if (next) next(connection);
      else free.push(connection);
    },
  });
  for (const connection of free) connection.close();
}

/** One order as a good client places it: the same again, a little later each time, until it is told what became of it. */
export async function placePolitely(
  { recorder, orders }: Run,
  connection: Connection,
  apiKey: string,
  due: number,
): Promise<string | undefined> {
  const { number, key, body } = orders.next();
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const answer = await connection.send({ path: '/v1/orders', apiKey, key, body }, { timeout: TIMEOUT });
    const outcome = outcomeOf(answer);
    if (outcome === 'placed' || outcome === 'replayed') {
      recorder.note(outcome, performance.now() - due);
      orders.acknowledge(number);
      return typeof answer === 'string' ? undefined : answer.body;
    }
    recorder.note(outcome);
    const wait = (outcome === 'limited' || outcome === 'shed' ? 1_000 : 50) * 2 ** (attempt - 1);
    await new Promise((resolve) => setTimeout(resolve, Math.min(5_000, wait) * (0.5 + Math.random())));
  }
  return undefined;
}

/** What the log says of all that was acknowledged. */
export async function askTheLog({
  system,
  orders,
  say,
}: Run): Promise<Pick<Outcome, 'figures' | 'verdicts'>> {
  say('reading the log');
  const { lost, duplicates, unacknowledged, placed } = await orders.compare(system);
  return {
    figures: {
      'orders sent': orders.sent(),
      'orders acknowledged': orders.acknowledged(),
      'orders in the log': placed,
      'in the log, though nobody was told': unacknowledged,
      'acknowledged and lost': lost,
      'placed twice': duplicates,
    },
    verdicts: [
      { text: 'Every acknowledged order is in the log', ok: lost === 0 },
      { text: 'No order is in the log twice', ok: duplicates === 0 },
    ],
  };
}
