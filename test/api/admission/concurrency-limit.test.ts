/** The adaptive limit, with a simulated clock. */
import { describe, expect, test } from '@jest/globals';
import { createLimit } from '../../../api/admission/admission.ts';

describe('the limit on requests in flight', () => {
  const clocked = () => {
    let at = 0;
    const limit = createLimit(() => at);
    return { ...limit, pass: (ms: number) => (at += ms) };
  };
  const fill = (limit: ReturnType<typeof clocked>) => {
    let entered = 0;
    while (limit.tryEnter('a')) entered += 1;
    return entered;
  };

  test('admits requests up to the limit, and one more for each that finishes', () => {
    const limit = clocked();
    const leave = limit.tryEnter('a')!;
    expect(fill(limit)).toBe(limit.limit() - 1);
    leave();
    expect([limit.tryEnter('a'), limit.tryEnter('a')]).toEqual([expect.any(Function), undefined]);
  });

  test('sinks by a tenth while responses are late, once for each group of concurrent requests, down to a minimum', () => {
    const limit = clocked();
    const before = limit.limit();
    fill(limit);
    for (let n = 0; n < 50; n += 1) limit.note(1_000);
    expect(limit.limit()).toBe(Math.floor(before * 0.9));
    for (let n = 0; n < 100; n += 1) {
      limit.pass(100);
      limit.note(1_000);
    }
    expect(limit.limit()).toBe(16);
  });

  test('does not sink while few requests are in flight, because the cause of the delay is elsewhere', () => {
    const limit = clocked();
    const before = limit.limit();
    for (let n = 0; n < 100; n += 1) {
      limit.pass(100);
      limit.note(1_000);
      limit.cut();
    }
    expect(limit.limit()).toBe(before);
  });

  test('rises while it is in use and responses are in time, and stays while it is not in use', () => {
    const limit = clocked();
    const before = limit.limit();
    for (let n = 0; n < 1_000; n += 1) limit.note(5);
    expect(limit.limit()).toBe(before);
    fill(limit);
    for (let n = 0; n < before; n += 1) limit.note(5);
    expect(limit.limit()).toBeGreaterThanOrEqual(before + 9);
    for (let n = 0; n < 200_000; n += 1) {
      if (n % 1_000 === 0) fill(limit);
      limit.note(5);
    }
    expect(limit.limit()).toBe(2_000);
  });
});
