/** Runs cases, many at a time and each after those that it goes on from. */
import { type Case, type Lane, requestsOf } from './case.ts';
import { learn, judgeHttp, type JudgeOptions } from './judge-http.ts';
import { runHttpLane } from './http-lane.ts';
import type { Plan } from './plan.ts';
import type { Target } from './target.ts';

/** Cases under way; those that take seconds are not counted, and there are so many of them at most. */
const WIDTH = 48;
const MOST_SLOW = 400;
/** Cases back that are remembered. */
const MEMORY = 2_000;

export interface RunOptions extends JudgeOptions {
  plan: Plan;
  target: Target;
  /** Which cases, in their order. */
  indexes: Iterable<number>;
  /** Told of each case when it begins. */
  onBegin: (one: Case) => void;
  onEnd: (one: Case) => void;
}

/** Resolves when every case is over. */
export async function runCases(options: RunOptions): Promise<void> {
  const { plan, target, indexes, onBegin, onEnd } = options;
  const over = new Map<number, Promise<void>>();
  const free = createGate(WIDTH);
  const freeSlow = createGate(MOST_SLOW);
  for (const index of indexes) {
    await target.ready();
    const one = plan(index);
    const gate = one.isSlow ? freeSlow : free;
    await gate.enter();
    onBegin(one);
    const run = (async () => {
      try {
        await Promise.all(one.after.map((before) => over.get(before)));
        await runCase(options, one);
        onEnd(one);
      } finally {
        gate.leave();
      }
    })();
    over.set(index, run);
    over.delete(index - MEMORY);
  }
  await Promise.all(over.values());
}

async function runCase(options: RunOptions, one: Case): Promise<void> {
  for (const lanes of one.stages) await Promise.all(lanes.map((lane) => runLane(options, lane)));
}

async function runLane(options: RunOptions, lane: Lane): Promise<void> {
  const { target, lessons } = options;
  if (lane.kind === 'http') {
    const heard = await runHttpLane(lane, target.http, lessons.resolve, (answer) => learn(lessons, answer));
    judgeHttp(options, lane, heard);
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

/** Cases from the first on, until they have so many requests. */
export function* untilRequests(plan: Plan, requests: number): Generator<number> {
  let left = requests;
  for (let index = 0; left > 0; index += 1) {
    yield index;
    left -= requestsOf(plan(index)).length;
  }
}
