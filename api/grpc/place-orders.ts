import { setTimeout as delay } from 'node:timers/promises';
import { RateLimited } from '../limiter/rate-limited.ts';
import { toProblem } from '../to-problem.ts';
import { type Undecodable, decoded, isUndecodable } from './decode.ts';
import type { PlaceOrdersRequest, PlaceOrdersResponse } from './generated/orders.ts';
import { type BidiStream, type Call, stoppingProblem } from './method.ts';
import { place } from './place-order.ts';
import { statusOf } from './status.ts';

export const placeOrders: BidiStream<PlaceOrdersRequest, PlaceOrdersResponse> = {
  scope: 'orders:write',
  counted: undefined,
  /** A message is read when there is a place in the window, and its place is free when its answer has been taken; HTTP/2 holds back a sender that is faster. */
  async run(call, requests, send) {
    const { gone, stopping, window, watch } = call;
    const done = Promise.withResolvers<void>();
    let [read, underWay, ended] = [0, 0, false];

    async function answer(message: PlaceOrdersRequest | Undecodable, sequence: number): Promise<void> {
      const outcome = await outcomeOf(call, message);
      const idempotency_key = isUndecodable(message) ? '' : message.idempotency_key;
      await send({ sequence, idempotency_key, outcome });
      underWay -= 1;
      window.leave();
      settle();
    }
    function settle(): void {
      if (underWay > 0) return;
      if (watch.lapsed.aborted) done.reject(watch.lapsed.reason);
      else if (ended) done.resolve();
      else if (stopping.aborted) done.reject(stoppingProblem());
    }
    function goOn(): void {
      if (!stopping.aborted && !watch.lapsed.aborted) requests.resume();
    }
    function stop(): void {
      requests.pause();
      settle();
    }

    requests.on('data', (message: PlaceOrdersRequest | Undecodable) => {
      underWay += 1;
      window.enter();
      if (window.isFull()) {
        requests.pause();
        window.onRoom(goOn);
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
      stopping.removeEventListener('abort', stop);
    }
  },
};

async function outcomeOf(
  call: Call,
  message: PlaceOrdersRequest | Undecodable,
): Promise<PlaceOrdersResponse['outcome']> {
  try {
    const request = decoded(message);
    await withinQuota(call);
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
