import { setTimeout as delay } from 'node:timers/promises';
import { RateLimited } from '../limiter/rate-limited.ts';
import { toProblem } from '../to-problem.ts';
import { decoded, stoppingProblem } from './frame.ts';
import type { PlaceOrdersRequest, PlaceOrdersResponse } from './generated/orders.ts';
import { type BidiStream, type Call, type Requests, type Send, Undecodable } from './method.ts';
import { place } from './place-order.ts';
import { statusOf } from './status.ts';

/**
 * Orders of one stream that are under way at a time: as many as one append statement takes. The next message is read when one of them has
 * been answered, and the answer taken; HTTP/2 holds back a sender that is faster.
 */
const WINDOW = 256;

export const placeOrders: BidiStream<PlaceOrdersRequest, PlaceOrdersResponse> = {
  scope: 'orders:write',
  counted: undefined,
  run: (call, requests, send) => new Intake(call, requests, send).done,
};

class Intake {
  /** Settled when every message that was read has been answered, and there are no more. */
  readonly done: Promise<void>;
  readonly #call: Call;
  readonly #requests: Requests<PlaceOrdersRequest>;
  readonly #send: Send<PlaceOrdersResponse>;
  readonly #settled = Promise.withResolvers<void>();
  #read = 0;
  #underWay = 0;
  #ended = false;

  constructor(call: Call, requests: Requests<PlaceOrdersRequest>, send: Send<PlaceOrdersResponse>) {
    this.#call = call;
    this.#requests = requests;
    this.#send = send;
    this.done = this.#settled.promise;
    requests.on('data', (message: PlaceOrdersRequest | Undecodable) => {
      this.#read += 1;
      this.#underWay += 1;
      if (this.#underWay >= WINDOW) requests.pause();
      void this.#take(message, this.#read);
    });
    requests.once('end', () => {
      this.#ended = true;
      this.#goOn();
    });
    const stop = () => {
      requests.pause();
      this.#goOn();
    };
    call.stopping.addEventListener('abort', stop, { once: true });
    call.gone.addEventListener('abort', () => this.#settled.resolve(), { once: true });
    void this.done.catch(() => {}).finally(() => call.stopping.removeEventListener('abort', stop));
    if (call.gone.aborted) this.#settled.resolve();
    if (call.stopping.aborted) stop();
  }

  async #take(message: PlaceOrdersRequest | Undecodable, sequence: number): Promise<void> {
    const outcome = await this.#outcomeOf(message);
    const idempotency_key = message instanceof Undecodable ? '' : message.idempotency_key;
    await this.#send({ sequence, idempotency_key, outcome });
    this.#underWay -= 1;
    this.#goOn();
  }

  async #outcomeOf(message: PlaceOrdersRequest | Undecodable): Promise<PlaceOrdersResponse['outcome']> {
    const call = this.#call;
    try {
      const request = decoded(message);
      await this.#quota();
      const { event, replayed } = await place(call, request);
      call.note(201, replayed);
      return {
        $case: 'placed',
        value: { order_id: event.order_id, position: event.position, replayed },
      };
    } catch (error) {
      const problem = toProblem(error);
      call.note(problem.status, false);
      return { $case: 'refused', value: statusOf(problem, call.requestId) };
    }
  }

  /** Over its quota a stream is not refused: it waits, and so does its sender. */
  async #quota(): Promise<void> {
    const { limits, principal, gone, stopping } = this.#call;
    for (;;) {
      try {
        return await limits.count('write', principal.keyId);
      } catch (error) {
        if (!(error instanceof RateLimited)) throw error;
        const signal = AbortSignal.any([gone, stopping]);
        await delay(error.decision.resetSeconds * 1_000, undefined, { signal }).catch(() => {
          throw stoppingProblem();
        });
      }
    }
  }

  #goOn(): void {
    const { stopping } = this.#call;
    if (this.#underWay === 0 && (this.#ended || stopping.aborted)) {
      if (this.#ended) this.#settled.resolve();
      else this.#settled.reject(stoppingProblem());
    } else if (this.#underWay < WINDOW && !stopping.aborted && this.#requests.isPaused()) {
      this.#requests.resume();
    }
  }
}
