/** Stands for `@jest/globals`: the functions of the runner, with the time limits that it lacks. */
import { ModernFakeTimers } from '@jest/fake-timers';

type Globals = typeof import('@jest/globals');
// oxlint-disable-next-line typescript/no-explicit-any -- a row of test.each has any types
type Run = (...row: any[]) => unknown;
type Define = (name: string, run: Run, limitMs?: number) => void;
type Hook = (run: Run, limitMs?: number) => void;

/** A test or hook that takes longer fails, so that the run goes on. */
const LIMIT_MS = 120_000;

const given = globalThis as unknown as Globals;

/** @returns a function without parameters: the runner would take a parameter for a callback */
function limited(run: Run, limitMs = LIMIT_MS): Run {
  return async (...row) => {
    let timer: NodeJS.Timeout | undefined;
    const end = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`exceeded its limit of ${limitMs} ms`)), limitMs);
    });
    try {
      return await Promise.race([run(...row), end]);
    } finally {
      clearTimeout(timer);
    }
  };
}

const limitedTest =
  (define: Define): Define =>
  (name, run, limitMs) =>
    define(name, limited(run, limitMs));
const limitedHook =
  (hook: Hook): Hook =>
  (run, limitMs) =>
    hook(limited(run, limitMs));

const { each } = given.test as unknown as { each: (...table: unknown[]) => Define };

export const { expect, describe } = given;
export const test = Object.assign(limitedTest(given.test as Define), given.test, {
  each: (...table: unknown[]) => limitedTest(each(...table)),
});
export const beforeAll = limitedHook(given.beforeAll as Hook);
export const afterAll = limitedHook(given.afterAll as Hook);
export const beforeEach = limitedHook(given.beforeEach as Hook);
export const afterEach = limitedHook(given.afterEach as Hook);

const timers = new ModernFakeTimers({ config: {} as never, global: globalThis as never });
/** Streams and sockets need them. */
const doNotFake = ['nextTick', 'setImmediate', 'queueMicrotask'] as const;

/** The fake clock; nothing else of Jest's object is used. */
export const jest = {
  useFakeTimers: () => timers.useFakeTimers({ doNotFake } as never),
  useRealTimers: () => timers.useRealTimers(),
  advanceTimersByTimeAsync: (ms: number) => timers.advanceTimersByTimeAsync(ms),
};
