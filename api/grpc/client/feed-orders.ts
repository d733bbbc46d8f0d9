/**
 * A client of PlaceOrders that does not give up: each order gets an answer that is final, however often the connection breaks. What has not been
 * answered is sent again, with the same keys.
 */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Metadata, ServiceError } from '@grpc/grpc-js';
import { type Advice, adviceOf, adviceOfError, isPassing } from './advice.ts';
import type { NewOrder, OrderServiceClient, PlacedOrder, PlaceOrdersResponse } from '../generated/orders.ts';

/** Orders that are sent and have no answer, at most: a few of the server's windows, so that it never waits for us. */
const UNANSWERED = 1_024;
/** Pauses between streams that break, in ms: the first, and the longest. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5_000;

export interface Fed {
  idempotency_key: string;
  order: NewOrder;
}

export interface FeedOptions<Item extends Fed> {
  client: OrderServiceClient;
  /** The API key, and the token if there is one. */
  metadata: Metadata;
  /** Told once of each item, in the order of the answers. */
  answered: (item: Item, outcome: { placed: PlacedOrder } | { refused: Advice }) => void;
  /** Told each time that the server took a stream; the quota is of all its orders. */
  accepted?: (quota: { count: number; ms: number } | undefined) => void;
  /** Told each time that a stream broke, and will be taken up again. */
  broke: (advice: Advice) => void;
  /** Stops it. */
  signal: AbortSignal;
  /** Milliseconds of trouble after which it is given up: no connection, or orders that are put off, and none that gets its answer. */
  patience: number;
}

/** The server does not take this feed, or is gone for too long. What was answered before stays so. */
export class FeedError extends Error {
  override name = 'FeedError';
}

/**
 * Places orders, and resolves when each has its answer.
 *
 * @throws {FeedError}
 */
export async function feedOrders<Item extends Fed>(
  items: AsyncIterable<Item>,
  options: FeedOptions<Item>,
): Promise<void> {
  const { broke, signal, patience } = options;
  const source = items[Symbol.asyncIterator]();
  const progress: Progress<Item> = {
    unanswered: new Set(),
    exhausted: false,
    answers: 0,
    trouble: undefined,
  };
  try {
    for (let failures = 0; !signal.aborted;) {
      const before = progress.answers;
      const failure = await oneStream(source, progress, options);
      if ((progress.exhausted && progress.unanswered.size === 0) || signal.aborted) return;
      const advice = failure && adviceOfError(failure);
      if (advice && !isPassing(advice)) throw new FeedError(advice.detail);
      if (advice) troubled(progress, advice);
      if (isHopeless(progress, patience)) {
        const why = progress.trouble?.advice.detail ?? '';
        throw new FeedError(`No answer for ${patience / 1_000} seconds. ${why}`.trim());
      }
      if (advice) broke(advice);
      failures = progress.answers > before ? 0 : failures + 1;
      const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures) * (0.5 + Math.random() / 2);
      await delay(Math.max(pause, advice?.wait ?? 0), undefined, { signal }).catch(() => {});
    }
  } finally {
    await source.return?.();
  }
}

interface Progress<Item> {
  /** In the order in which they came. */
  unanswered: Set<Item>;
  /** No more come. */
  exhausted: boolean;
  /** How many there were. */
  answers: number;
  /** Since when there has been nothing else, in monotonic ms, and the last that was said. Waiting for a quota is none. */
  trouble: { since: number; advice: Advice } | undefined;
}

function troubled(progress: Progress<unknown>, advice: Advice): void {
  progress.trouble = { since: progress.trouble?.since ?? performance.now(), advice };
}

const isHopeless = ({ trouble }: Progress<unknown>, patience: number): boolean =>
  trouble !== undefined && performance.now() - trouble.since > patience;

/** @returns why the stream ended, if it did not end well */
async function oneStream<Item extends Fed>(
  source: AsyncIterator<Item>,
  progress: Progress<Item>,
  { client, metadata, answered, accepted, signal, patience }: FeedOptions<Item>,
): Promise<ServiceError | undefined> {
  const { unanswered } = progress;
  const stream = client.placeOrders(metadata);
  const sent = new Map<number, Item>();
  let sequence = 0;
  let failure: ServiceError | undefined;
  const over = new AbortController();
  let wake = () => {};
  const cancel = () => stream.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const impatient = setInterval(() => {
    if (isHopeless(progress, patience)) stream.cancel();
  }, 1_000);

  const send = async (item: Item): Promise<void> => {
    sent.set((sequence += 1), item);
    const { idempotency_key, order } = item;
    if (!stream.write({ idempotency_key, order }))
      await once(stream, 'drain', { signal: over.signal }).catch(() => {});
  };
  stream.on('data', ({ sequence, outcome }: PlaceOrdersResponse) => {
    const item = sent.get(sequence);
    if (item === undefined || outcome === undefined) return;
    sent.delete(sequence);
    if (outcome.$case === 'refused') {
      const advice = adviceOf(outcome.value);
      if (isPassing(advice)) {
        troubled(progress, advice);
        setTimeout(
          () => {
            if (!over.signal.aborted) void send(item);
          },
          Math.max(advice.wait, FIRST_PAUSE),
        );
        return;
      }
      answered(item, { refused: advice });
    } else {
      answered(item, { placed: outcome.value });
    }
    unanswered.delete(item);
    progress.answers += 1;
    progress.trouble = undefined;
    wake();
  });
  stream.once('metadata', (headers: Metadata) => accepted?.(quotaOf(headers)));
  const end = () => {
    over.abort();
    wake();
  };
  stream.once('end', end);
  stream.once('error', (error: ServiceError) => {
    failure = error;
    end();
  });
  const change = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });

  try {
    for (const item of unanswered) await send(item);
    while (!over.signal.aborted && !progress.exhausted) {
      if (unanswered.size >= UNANSWERED) {
        await change();
        continue;
      }
      const next = await source.next();
      if (next.done === true) {
        progress.exhausted = true;
        break;
      }
      unanswered.add(next.value);
      if (!over.signal.aborted) await send(next.value);
    }
    while (!over.signal.aborted && unanswered.size > 0) await change();
    stream.end();
    if (!over.signal.aborted) await once(over.signal, 'abort');
    return failure;
  } finally {
    clearInterval(impatient);
    signal.removeEventListener('abort', cancel);
    stream.cancel();
  }
}

/**
 * The `RateLimit-Policy` of REST, which the server sends when it takes a stream:
 * `"write";q=600;w=60`.
 */
function quotaOf(headers: Metadata): { count: number; ms: number } | undefined {
  const [, count, seconds] =
    /^"write";q=(\d+);w=(\d+)$/.exec(String(headers.get('ratelimit-policy')[0] ?? '')) ?? [];
  return count === undefined ? undefined : { count: Number(count), ms: Number(seconds) * 1_000 };
}
