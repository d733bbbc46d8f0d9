/** How fast the client of a stream must read. */
import { EventEmitter } from 'node:events';
import type { ServerErrorResponse } from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { createSink } from '../../../api/grpc/wire/sink.ts';
import { slowReadersCut } from '../../../platform/metrics.ts';
import { until } from '../../setup/shop.ts';

const MESSAGE = Buffer.alloc(1_000);
const PACE = { stallMs: 1_000, bytesPerSecondMin: 100_000, windowMs: 1_500, checkIntervalMs: 50 };

/** A call whose client takes messages when the test does. */
function aCall() {
  const waiting: (() => void)[] = [];
  const errors: Error[] = [];
  const raw = Object.assign(new EventEmitter(), {
    destroyed: false,
    call: { stream: { close: () => raw.emit('close') } },
    write(_message: Buffer, taken: () => void) {
      waiting.push(taken);
      return false;
    },
    end: () => {},
  });
  raw.on('error', (error: Error) => errors.push(error));
  const slow = Object.assign(new Error('slow'), { code: 8 }) as unknown as ServerErrorResponse;
  const sink = createSink('WatchEvents', raw, new AbortController().signal, () => slow, PACE);
  return { sink, raw, errors, take: () => waiting.shift()?.() };
}

const cuts = async () =>
  (await slowReadersCut.get()).values.find(({ labels }) => labels.edge === 'grpc')?.value ?? 0;

describe('a stream ends when its client', () => {
  test('takes nothing', async () => {
    const before = await cuts();
    const { sink, errors } = aCall();
    void sink.send(MESSAGE);
    await until(() => errors.length === 1);
    expect([errors[0]!.message, (await cuts()) - before]).toEqual(['slow', 1]);
  });

  test('takes a message now and then, with others waiting all the time', async () => {
    const { sink, errors, take } = aCall();
    for (let n = 0; n < 60; n += 1) void sink.send(MESSAGE);
    const taking = setInterval(take, 200);
    await until(() => errors.length === 1);
    clearInterval(taking);
    expect(sink.unsent()).toBeGreaterThan(0);
  });
});

test('a stream whose client takes all that there is stays open, however little that is', async () => {
  const { sink, raw, errors, take } = aCall();
  const beganAt = performance.now();
  while (performance.now() - beganAt < 2 * PACE.windowMs) {
    void sink.send(MESSAGE);
    await new Promise((resolve) => setTimeout(resolve, 20));
    take();
  }
  expect(errors).toEqual([]);
  raw.emit('close');
});
