import { setTimeout as delay } from 'node:timers/promises';
import type { Release } from '../../../platform/fair-share.ts';
import { RateLimited } from '../../limiter/rate-limited.ts';
import { requestStarts } from '../../admission/request-starts.ts';
import { confirmedBy } from '../../problem/confirmed-answer.ts';
import { toProblem } from '../../problem/to-problem.ts';
import type { PlaceOrdersRequest, PlaceOrdersResponse } from '../generated/orders.ts';
import { statusOf } from '../status.ts';
import { type Undecodable, decoded, isUndecodable, sizeOf } from '../wire/decode.ts';
import type { Outlet } from '../wire/sink.ts';
import { type BidiStream, type Call, stoppingProblem } from './method.ts';
import { createOrderIntake } from './order-intake.ts';
import { place } from './place-order.ts';

/**
 * Then a waiting order checks again: its quota may be raised, or a replay gave a place back. With
 * the cache of the authenticator it stays below the 5 seconds of docs/keys.md.
 */
const QUOTA_WAIT_MS = 1_000;

type Message = PlaceOrdersRequest | Undecodable;

export const placeOrders: BidiStream<PlaceOrdersRequest, PlaceOrdersResponse> = {
  scope: 'orders:place',
  counted: undefined,
  /** Each message is read, waits for quota and in-flight limit, is placed, and answered. */
  async run(call, requests, outlet) {
    const { gone, stopping, watch } = call;
    const done = Promise.withResolvers<void>();
    const intake = createOrderIntake(call, requests, outlet);
    let [sequence, unanswered, hasEnded] = [0, 0, false];

    function endWhenAnswered(): void {
      if (unanswered > 0) return;
      if (watch.lapsed.aborted) done.reject(watch.lapsed.reason);
      else if (hasEnded) done.resolve();
      else if (stopping.aborted) done.reject(stoppingProblem());
    }
    async function read(message: Message): Promise<void> {
      unanswered += 1;
      sequence += 1;
      const size = sizeOf(message);
      intake.arrived(size);
      await answer(call, outlet, { message, sequence }, () => intake.cleared(size));
      unanswered -= 1;
      intake.resume();
      endWhenAnswered();
    }
    function stop(): void {
      requests.pause();
      endWhenAnswered();
    }

    requests.on('data', (message: Message) => void read(message));
    requests.once('end', () => {
      hasEnded = true;
      endWhenAnswered();
    });
    gone.addEventListener('abort', () => done.resolve(), { once: true });
    stopping.addEventListener('abort', stop, { once: true });
    watch.lapsed.addEventListener('abort', stop, { once: true });
    if (gone.aborted) done.resolve();
    if (stopping.aborted) stop();
    try {
      await done.promise;
    } finally {
      intake.end();
      stopping.removeEventListener('abort', stop);
    }
  },
};

/** Places an order and sends the answer. Resolves when the client has room for another one. */
async function answer(
  call: Call,
  outlet: Outlet<PlaceOrdersResponse>,
  { message, sequence }: { message: Message; sequence: number },
  cleared: () => void,
): Promise<void> {
  const size = sizeOf(message);
  const release = size > 0 ? call.bytes.hold(call.principal.tenantId, size, outlet.cut) : undefined;
  const outcome = await outcomeOf(call, message, cleared);
  release?.();
  const idempotency_key = isUndecodable(message) ? '' : message.idempotency_key;
  await outlet.send(outlet.encode({ sequence, idempotency_key, outcome }));
}

/** @param cleared called once: when the order waits for nothing but the append, or is refused */
async function outcomeOf(
  call: Call,
  message: Message,
  cleared: () => void,
): Promise<PlaceOrdersResponse['outcome']> {
  const size = sizeOf(message);
  let isCleared = false;
  let leave: Release | undefined;
  const clear = () => {
    if (!isCleared) cleared();
    isCleared = true;
  };
  try {
    await requestStarts.begin(call.principal.tenantId);
    await withinQuota(call);
    const request = decoded(message);
    const entered = call.inFlight.enter(call.principal.tenantId, size);
    leave = entered instanceof Promise ? await entered : entered;
    clear();
    const late = call.watch.confirm();
    if (late) await late;
    const { event, replayed } = await confirmedBy(call.services.primary, () => place(call, request));
    call.note(201, replayed);
    return { $case: 'placed', value: { order_id: event.order_id, position: event.position, replayed } };
  } catch (error) {
    const problem = toProblem(error);
    call.note(problem.status, false);
    call.fault(problem);
    return { $case: 'refused', value: statusOf(problem, call.requestId) };
  } finally {
    leave?.();
    clear();
  }
}

/** The end of the line of each stream whose orders wait for their quota. */
const lines = new WeakMap<Call['watch'], Promise<unknown>>();

/** Waits for the quota: a stream over its quota is slowed down, not refused. */
async function withinQuota(call: Call): Promise<void> {
  // One order of a stream checks, the others behind it wait: there may be thousands on a node.
  if (!lines.has(call.watch) && (await isWithinQuota(call))) return;
  const ahead = lines.get(call.watch);
  const turn = (async () => {
    await ahead?.catch(() => {});
    while (!(await isWithinQuota(call))) await pause(call);
  })();
  lines.set(call.watch, turn);
  try {
    await turn;
  } finally {
    if (lines.get(call.watch) === turn) lines.delete(call.watch);
  }
}

async function isWithinQuota({ limits, standing }: Call): Promise<boolean> {
  try {
    await limits.count('write', standing.principal);
    return true;
  } catch (error) {
    if (error instanceof RateLimited) return false;
    throw error;
  }
}

/** Waits, then reads the quotas of the key again. */
async function pause({ watch, gone, stopping }: Call): Promise<void> {
  const signal = AbortSignal.any([gone, stopping, watch.lapsed]);
  await delay(QUOTA_WAIT_MS, undefined, { signal }).catch(() => {
    watch.lapsed.throwIfAborted();
    throw stoppingProblem();
  });
  try {
    await watch.confirm();
  } catch {
    // An outage of the store proves nothing about the key.
    watch.lapsed.throwIfAborted();
  }
}
