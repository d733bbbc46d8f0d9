import { setTimeout as delay } from 'node:timers/promises';
import { RateLimited } from '../../limiter/rate-limited.ts';
import { toProblem } from '../../problem/to-problem.ts';
import { type Undecodable, decoded, isUndecodable, sizeOf } from '../wire/decode.ts';
import type { PlaceOrdersRequest, PlaceOrdersResponse } from '../generated/orders.ts';
import { STREAM_UNSENT_BYTES_MAX, STREAM_WAITING_BYTES_MAX, STREAM_WAITING_MAX } from '../wire/limits.ts';
import { type BidiStream, type Call, stoppingProblem } from './method.ts';
import { place } from './place-order.ts';
import { statusOf } from '../status.ts';

/**
 * How often it is looked whether a caller may send more, in ms, when nothing of this stream is
 * under way.
 */
const ROOM_LOOK_MS = 100;

export const placeOrders: BidiStream<PlaceOrdersRequest, PlaceOrdersResponse> = {
  scope: 'orders:place',
  counted: undefined,
  /**
   * A message is read, waits for its quota and a place in the window, is placed, and answered.
   * Reading stops while too much waits at one end or the other, and HTTP/2 holds the sender back. A
   * stream that is not read holds no place in the window.
   */
  async run(call, requests, outlet) {
    const { gone, stopping, watch, bytes, principal } = call;
    const done = Promise.withResolvers<void>();
    let [read, underWay, ended] = [0, 0, false];
    const waiting = { orders: 0, bytes: 0 };
    let looking: NodeJS.Timeout | undefined;

    async function answer(message: PlaceOrdersRequest | Undecodable, sequence: number): Promise<void> {
      const size = sizeOf(message);
      const release = size > 0 ? bytes.hold(principal.keyId, size, outlet.cut) : undefined;
      const outcome = await outcomeOf(call, message, () => {
        waiting.orders -= 1;
        waiting.bytes -= size;
        goOn();
      });
      release?.();
      const idempotency_key = isUndecodable(message) ? '' : message.idempotency_key;
      await outlet.send(outlet.encode({ sequence, idempotency_key, outcome }));
      underWay -= 1;
      goOn();
      settle();
    }
    function settle(): void {
      if (underWay > 0) return;
      if (watch.lapsed.aborted) done.reject(watch.lapsed.reason);
      else if (ended) done.resolve();
      else if (stopping.aborted) done.reject(stoppingProblem());
    }
    const hasRoom = () =>
      waiting.orders < STREAM_WAITING_MAX &&
      waiting.bytes < STREAM_WAITING_BYTES_MAX &&
      outlet.unsent() < STREAM_UNSENT_BYTES_MAX;
    const isAdmitted = () => bytes.admits(principal.keyId);
    const isOver = () => stopping.aborted || watch.lapsed.aborted || gone.aborted;
    function goOn(): void {
      // Half of them at a time: to pause and go on for each costs more than the order.
      if (waiting.orders > STREAM_WAITING_MAX / 2 || !requests.isPaused()) return;
      if (isOver() || !hasRoom()) return;
      if (isAdmitted()) requests.resume();
      else lookAgain();
    }
    function lookAgain(): void {
      looking ??= setTimeout(() => {
        looking = undefined;
        goOn();
      }, ROOM_LOOK_MS);
    }
    function stop(): void {
      requests.pause();
      settle();
    }

    requests.on('data', (message: PlaceOrdersRequest | Undecodable) => {
      underWay += 1;
      waiting.orders += 1;
      waiting.bytes += sizeOf(message);
      if (!hasRoom()) requests.pause();
      else if (!isAdmitted()) {
        requests.pause();
        lookAgain();
      }
      void answer(message, (read += 1));
    });
    requests.once('end', () => {
      ended = true;
      settle();
    });
    gone.addEventListener('abort', () => done.resolve(), { once: true });
    stopping.addEventListener('abort', stop, { once: true });
    watch.lapsed.addEventListener('abort', stop, { once: true });
    if (gone.aborted) done.resolve();
    if (stopping.aborted) stop();
    try {
      await done.promise;
    } finally {
      clearTimeout(looking);
      stopping.removeEventListener('abort', stop);
    }
  },
};

/**
 * @param cleared called once, when the order waits for nothing any more but the log, or is refused
 */
async function outcomeOf(
  call: Call,
  message: PlaceOrdersRequest | Undecodable,
  cleared: () => void,
): Promise<PlaceOrdersResponse['outcome']> {
  const size = sizeOf(message);
  let [isCleared, isInside] = [false, false];
  const clear = () => {
    if (!isCleared) cleared();
    isCleared = true;
  };
  try {
    const request = decoded(message);
    await withinQuota(call);
    const wait = call.window.enter(size);
    if (wait) await wait;
    isInside = true;
    clear();
    const late = call.watch.confirm();
    if (late) await late;
    const { event, replayed } = await place(call, request);
    call.note(201, replayed);
    return { $case: 'placed', value: { order_id: event.order_id, position: event.position, replayed } };
  } catch (error) {
    const problem = toProblem(error);
    call.note(problem.status, false);
    call.fault(problem);
    return { $case: 'refused', value: statusOf(problem, call.requestId) };
  } finally {
    if (isInside) call.window.leave(size);
    clear();
  }
}

/** Over its quota a stream is not refused: it waits, and so does its sender. */
async function withinQuota({ limits, principal, watch, gone, stopping }: Call): Promise<void> {
  for (;;) {
    try {
      return await limits.count('write', principal.keyId);
    } catch (error) {
      if (!(error instanceof RateLimited)) throw error;
      const signal = AbortSignal.any([gone, stopping, watch.lapsed]);
      await delay(error.decision.resetSeconds * 1_000, undefined, { signal }).catch(() => {
        watch.lapsed.throwIfAborted();
        throw stoppingProblem();
      });
    }
  }
}
