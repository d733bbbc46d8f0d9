/** The building blocks of all scenarios: phases, loops, clients and the check of the log. */
import { openConnection, type Connection } from './http/connection.ts';
import { openLoop } from './open-loop.ts';
import type { Orders } from './orders.ts';
import { type Recorder, outcomeOf } from './recorder.ts';
import type { System } from './system.ts';

export interface Run {
  system: System;
  recorder: Recorder;
  orders: Orders;
  /** Prints the progress. */
  say: (text: string) => void;
  options: { rate: number; seconds: number; clients: number };
}

export interface Phase {
  name: string;
  /** Seconds since the start. */
  from: number;
  to: number;
}

/** A promise of the product, kept or broken. */
export interface Verdict {
  text: string;
  ok: boolean;
}

/** The result of a scenario. */
export interface Outcome {
  phases: Phase[];
  /** Figures by name. */
  figures: Record<string, number | string>;
  verdicts: Verdict[];
}

export type Scenario = (run: Run) => Promise<Outcome>;

/** A client waits this long for a response. */
export const TIMEOUT_MS = 1_000;
/** Connections of an open loop. Beyond these, requests wait, which adds to their latency. */
const CONNECTIONS_MAX = 2_000;
/** Attempts of a well-behaved client. */
const ATTEMPTS_MAX = 8;
const BACKOFF_MS_INITIAL = 50;
/** After a 429 or 503, whose `Retry-After` is at least one second. */
const REFUSED_BACKOFF_MS_INITIAL = 1_000;
const BACKOFF_MS_MAX = 5_000;

/** Runs one phase. */
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

/** A connection that goes to the next node each time it is opened. */
let turn = 0;
export const connectTo = ({ nodes }: System): Connection =>
  openConnection(() => nodes[turn++ % nodes.length]!);

/** Places orders with a number of clients, each one order after the other. */
export async function closedLoop(
  { system, recorder, orders }: Run,
  connections: number,
  durationMs: number,
): Promise<void> {
  const end = performance.now() + durationMs;
  const client = async (_: unknown, index: number) => {
    const connection = connectTo(system);
    const apiKey = system.apiKeys[index % system.apiKeys.length]!;
    while (performance.now() < end) {
      const { number, key, body } = orders.next();
      const began = performance.now();
      recorder.offer();
      const outcome = outcomeOf(
        await connection.send({ path: orders.path, apiKey, key, body }, { timeoutMs: TIMEOUT_MS }),
      );
      recorder.note(outcome, performance.now() - began);
      if (outcome === 'placed' || outcome === 'replayed') orders.acknowledge(number);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, client));
}

/** Starts work at a given rate, each piece on an idle connection. */
export async function atRate(
  { system, recorder }: Run,
  { rate, seconds }: { rate: number; seconds: number },
  work: (connection: Connection, apiKey: string, dueMs: number) => Promise<void>,
): Promise<void> {
  const idle: Connection[] = [];
  const waiting: ((connection: Connection) => void)[] = [];
  let opened = 0;
  let number = 0;
  const acquire = async (): Promise<Connection> => {
    const connection = idle.pop();
    if (connection) return connection;
    if (opened < CONNECTIONS_MAX) {
      opened += 1;
      return connectTo(system);
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  await openLoop({
    rate: () => rate,
    goesOn: (at) => at < seconds,
    async send(dueMs) {
      recorder.offer();
      const connection = await acquire();
      number += 1;
      await work(connection, system.apiKeys[number % system.apiKeys.length]!, dueMs);
      const next = waiting.shift();
      if (next) next(connection);
      else idle.push(connection);
    },
  });
  for (const connection of idle) connection.close();
}

/**
 * Places one order as a well-behaved client: it retries with the same key, backoff and jitter.
 *
 * @returns the body of the response; `undefined` if the attempts are used up
 */
export async function placePolitely(
  { recorder, orders }: Run,
  connection: Connection,
  apiKey: string,
  dueMs: number,
): Promise<string | undefined> {
  const { number, key, body } = orders.next();
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const response = await connection.send(
      { path: orders.path, apiKey, key, body },
      { timeoutMs: TIMEOUT_MS },
    );
    const outcome = outcomeOf(response);
    if (outcome === 'placed' || outcome === 'replayed') {
      recorder.note(outcome, performance.now() - dueMs);
      orders.acknowledge(number);
      return typeof response === 'string' ? undefined : response.body;
    }
    recorder.note(outcome);
    const isRefused = outcome === 'limited' || outcome === 'shed';
    const waitMs = (isRefused ? REFUSED_BACKOFF_MS_INITIAL : BACKOFF_MS_INITIAL) * 2 ** (attempt - 1);
    const jitter = 0.5 + Math.random();
    await new Promise((resolve) => setTimeout(resolve, Math.min(BACKOFF_MS_MAX, waitMs) * jitter));
  }
  return undefined;
}

/** Compares the log with the acknowledged orders. */
export async function checkLog({ system, orders, say }: Run): Promise<Pick<Outcome, 'figures' | 'verdicts'>> {
  say('read the log');
  const { lost, duplicates, unacknowledged, placed, numbers } = await orders.compare(system);
  return {
    figures: {
      'orders sent': orders.sent(),
      'orders acknowledged': orders.acknowledged(),
      'orders in the log': placed,
      'orders in the log without acknowledgement': unacknowledged,
      'orders acknowledged and lost': lost,
      'orders placed twice': duplicates,
      ...(numbers && {
        'numbers given': numbers.given,
        'numbers missing': numbers.missing,
        'numbers given twice': numbers.twice,
        'numbers out of the order of the log': numbers.late,
      }),
    },
    verdicts: [
      { text: 'The log has every acknowledged order', ok: lost === 0 },
      { text: 'The log has no order twice', ok: duplicates === 0 },
      ...(numbers
        ? [
            {
              text: 'The orders of each shop have the numbers 1001 to N, each once, in the order of the log',
              ok: numbers.given > 0 && numbers.missing + numbers.twice + numbers.late === 0,
            },
          ]
        : []),
    ],
  };
}
