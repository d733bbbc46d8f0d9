/** Runs cases concurrently, each after the cases that it depends on. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Advice } from '../check/catalogue.ts';
import type { Case, Connection } from '../case.ts';
import { learn, checkHttp, type CheckOptions } from '../check/http.ts';
import { type GrpcCaller, createGrpcCaller } from './grpc-client.ts';
import { runHttpConnection } from './http-connection.ts';
import { checkGrpc } from '../check/grpc.ts';
import { checkLaw } from '../check/law.ts';
import type { Target } from './target.ts';

/** Concurrent cases: usual ones, ones that stall for seconds, heavy ones. */
const CASES_MAX = 48;
const SLOW_CASES_MAX = 400;
const HEAVY_CASES_MAX = 3;
/** Time until an exit of the server is known. */
const EXIT_NOTICE_MS = 250;
/** Ended cases that are remembered, more than REACH_CASES. */
const ENDED_CASES_MAX = 2_000;
/** gRPC status code. */
const UNAVAILABLE_CODE = 14;

export interface RunOptions extends CheckOptions {
  catalogue: ReadonlyMap<string, Advice[]>;
  target: Target;
  /** In sequence. */
  cases: Iterable<Case>;
  /** Called when a case begins. */
  onBegin: (one: Case) => void;
  onEnd: (one: Case) => void;
}

/** Resolves when every case has ended. */
export async function runCases(options: RunOptions): Promise<void> {
  const { target, cases, onBegin, onEnd } = options;
  const over = new Map<number, Promise<void>>();
  /** A stalling case lasts longer than thousands of others. */
  const running = new Set<Promise<void>>();
  const free = createGate(CASES_MAX);
  const freeSlow = createGate(SLOW_CASES_MAX);
  const freeHeavy = createGate(HEAVY_CASES_MAX);
  const grpc = target.grpc === undefined ? undefined : createGrpcCaller(target.grpc);
  for (const one of cases) {
    await target.ready();
    const gate = one.kind === 'heavy' ? freeHeavy : one.isSlow ? freeSlow : free;
    await gate.enter();
    onBegin(one);
    const run = (async () => {
      try {
        await Promise.all(one.after.map((before) => over.get(before)));
        await runCase(options, grpc, one);
        onEnd(one);
      } finally {
        gate.leave();
      }
    })();
    over.set(one.index, run);
    over.delete(one.index - ENDED_CASES_MAX);
    running.add(run);
    run.then(
      () => running.delete(run),
      () => {}, // stays in `running` and fails the run
    );
  }
  await Promise.all(running);
  grpc?.close();
}

async function runCase(options: RunOptions, grpc: GrpcCaller | undefined, one: Case): Promise<void> {
  for (const connections of one.stages)
    await Promise.all(connections.map((connection) => runConnection(options, grpc, one, connection)));
}

async function runConnection(
  options: RunOptions,
  grpc: GrpcCaller | undefined,
  one: Case,
  connection: Connection,
): Promise<void> {
  const { target, lessons, failures } = options;
  if (connection.kind === 'http') {
    const heard = await runHttpConnection(connection, target.http, lessons.resolve, (answer) =>
      learn(lessons, answer),
    );
    // The connections of a dying server close before its exit is known.
    if (heard.answers.length < heard.sentAt.length && heard.ending !== 'ours') await delay(EXIT_NOTICE_MS);
    checkHttp(options, connection, heard);
    checkLaw(one, connection, heard, failures);
  } else if (grpc !== undefined) {
    const called = await (connection.kind === 'grpc'
      ? grpc.call(connection, lessons.resolve)
      : grpc.sendFrames(connection, lessons.resolve));
    if (called.status === undefined || called.status.code === UNAVAILABLE_CODE) await delay(EXIT_NOTICE_MS);
    checkGrpc(options, connection, called);
  }
}

function createGate(width: number) {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return {
    async enter(): Promise<void> {
      if (inside >= width) await new Promise<void>((go) => waiting.push(go));
      inside += 1;
    },
    leave(): void {
      inside -= 1;
      waiting.shift()?.();
    },
  };
}
