/** Runs cases concurrently, each after the cases that it depends on. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Advice } from '../check/catalogue.ts';
import type { Case, Lane } from '../case.ts';
import { learn, judgeHttp, type JudgeOptions } from '../check/http.ts';
import { type GrpcCaller, createGrpcCaller } from './grpc-client.ts';
import { runHttpLane } from './http-lane.ts';
import { judgeGrpc } from '../check/grpc.ts';
import { judgeLaw } from '../check/law.ts';
import type { Target } from './target.ts';

/** Concurrent cases: usual ones, ones that stall for seconds, heavy ones. */
const WIDTH = 48;
const MOST_SLOW = 400;
const MOST_HEAVY = 3;
/** Time until the exit of the server is known. */
const DEATH_NOTICE_MS = 250;
/** Cases back whose end is remembered; more than any case reaches. */
const MEMORY = 2_000;
/** Of gRPC. */
const UNAVAILABLE = 14;

export interface RunOptions extends JudgeOptions {
  catalogue: ReadonlyMap<string, Advice[]>;
  target: Target;
  /** In their order. */
  cases: Iterable<Case>;
  /** Called when a case begins. */
  onBegin: (one: Case) => void;
  onEnd: (one: Case) => void;
}

/** Resolves when every case has ended. */
export async function runCases(options: RunOptions): Promise<void> {
  const { target, cases, onBegin, onEnd } = options;
  const over = new Map<number, Promise<void>>();
  /** A case that stalls outlasts thousands of others. */
  const running = new Set<Promise<void>>();
  const free = createGate(WIDTH);
  const freeSlow = createGate(MOST_SLOW);
  const freeHeavy = createGate(MOST_HEAVY);
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
    over.delete(one.index - MEMORY);
    running.add(run);
    run.then(
      () => running.delete(run),
      () => {}, // stays, and fails the run
    );
  }
  await Promise.all(running);
  grpc?.close();
}

async function runCase(options: RunOptions, grpc: GrpcCaller | undefined, one: Case): Promise<void> {
  for (const lanes of one.stages) await Promise.all(lanes.map((lane) => runLane(options, grpc, one, lane)));
}

async function runLane(
  options: RunOptions,
  grpc: GrpcCaller | undefined,
  one: Case,
  lane: Lane,
): Promise<void> {
  const { target, lessons, failures } = options;
  if (lane.kind === 'http') {
    const heard = await runHttpLane(lane, target.http, lessons.resolve, (answer) => learn(lessons, answer));
    // Connections of a dying server close before its exit is known.
    if (heard.answers.length < heard.sentAt.length && heard.ending !== 'ours') await delay(DEATH_NOTICE_MS);
    judgeHttp(options, lane, heard);
    judgeLaw(one, lane, heard, failures);
  } else if (grpc !== undefined) {
    const called = await (lane.kind === 'grpc'
      ? grpc.call(lane, lessons.resolve)
      : grpc.sendFrames(lane, lessons.resolve));
    if (called.status === undefined || called.status.code === UNAVAILABLE) await delay(DEATH_NOTICE_MS);
    judgeGrpc(options, lane, called);
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
