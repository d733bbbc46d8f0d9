/** How many orders the streams of a tenant read ahead. */
import { expect, test } from '@jest/globals';
import type { Call, Requests } from '../../../api/grpc/methods/method.ts';
import { createOrderIntake } from '../../../api/grpc/methods/order-intake.ts';
import { STREAM_WAITING_MAX, TENANT_WAITING_MAX } from '../../../api/grpc/wire/limits.ts';

const { signal } = new AbortController();

/** A stream whose client always has another order. */
function open(tenantId: string) {
  let isPaused = false;
  let waiting = 0;
  const requests = {
    pause: () => (isPaused = true),
    resume: () => (isPaused = false),
    isPaused: () => isPaused,
  };
  const call = {
    bytes: { admits: () => true },
    principal: { tenantId },
    gone: signal,
    stopping: signal,
    watch: { lapsed: signal },
  };
  const outlet = { unsent: () => 0 };
  const intake = createOrderIntake(
    call as unknown as Call,
    requests as unknown as Requests<never>,
    outlet as never,
  );
  return {
    waiting: () => waiting,
    isPaused: () => isPaused,
    read() {
      while (!isPaused) {
        waiting += 1;
        intake.arrived(100);
      }
    },
    clear(count = waiting) {
      for (let n = 0; n < count; n += 1) {
        waiting -= 1;
        intake.cleared(100);
      }
    },
  };
}

test('many streams of a tenant together read ahead little more than one alone', () => {
  const streams = Array.from({ length: 100 }, () => open('a'));
  for (const stream of streams) stream.read();
  const sum = streams.reduce((total, stream) => total + stream.waiting(), 0);
  expect(sum).toBeLessThanOrEqual(TENANT_WAITING_MAX + streams.length);
  expect(streams.every((stream) => stream.waiting() > 0)).toBe(true);
  const other = open('b');
  other.read();
  expect(other.waiting()).toBe(STREAM_WAITING_MAX);
  for (const stream of [...streams, other]) stream.clear();
});

test('a stream reads on when its own order has its turn, and fully when the others have ended', () => {
  const others = Array.from({ length: 4 }, () => open('c'));
  for (const stream of others) stream.read();
  const last = open('c');
  last.read();
  expect([last.waiting(), last.isPaused()]).toEqual([1, true]);
  last.clear();
  expect(last.isPaused()).toBe(false);
  for (const stream of others) stream.clear();
  last.read();
  expect(last.waiting()).toBe(STREAM_WAITING_MAX);
  last.clear();
});
