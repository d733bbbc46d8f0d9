/** One PlaceOrders stream of the client, from its first message to its end. */
import { once } from 'node:events';
import type { ClientDuplexStream, Metadata, ServiceError } from '@grpc/grpc-js';
import type {
  NewOrder,
  OrderServiceClient,
  PlaceOrdersRequest,
  PlaceOrdersResponse,
  PlacedOrder,
} from '../generated/orders.ts';
import { parseWritePolicy } from '../../cli/quota.ts';
import { type Advice, adviceOf, isPassing } from './advice.ts';
import { type Progress, isHopeless, noteTrouble } from './progress.ts';

/** Sent and unanswered orders: twice the in-flight limit, so that the server never waits. */
const UNANSWERED_ORDERS_MAX = 1_024;
const PATIENCE_INTERVAL_MS = 1_000;
/** Shortest delay before an order, or all of them on a new stream, are sent again. */
export const RETRY_DELAY_MS_MIN = 100;

export interface OrderToSend {
  idempotency_key: string;
  order: NewOrder;
}

export interface SendOptions<Item extends OrderToSend> {
  client: OrderServiceClient;
  /** API key, and service token if there is one. */
  metadata: Metadata;
  /** Called once for each order, in the order of the answers. */
  answered: (item: Item, outcome: { placed: PlacedOrder } | { refused: Advice }) => void;
  /** Called when the server accepts a stream, with the write quota of the API key. */
  accepted?: (quota: { count: number; ms: number } | undefined) => void;
  /** Called when a stream breaks and another one follows. */
  broke: (advice: Advice) => void;
  /** Stops the sending. */
  signal: AbortSignal;
  /** Gives up after this time without a final answer, unless a quota is the reason. */
  patienceMs: number;
}

interface OpenStream<Item> {
  stream: ClientDuplexStream<PlaceOrdersRequest, PlaceOrdersResponse>;
  /** Unanswered orders of this stream, by sequence number. */
  sent: Map<number, Item>;
  /** Of the last order that was sent. */
  sequence: number;
  /** Aborts when the stream has ended. */
  over: AbortController;
  failure: ServiceError | undefined;
  /** Ends the wait for the next answer. */
  wake: () => void;
}

/**
 * Opens a stream, sends all unanswered orders and then those of the source.
 *
 * @returns the error that ended the stream; `undefined` for a regular end
 */
export async function runStream<Item extends OrderToSend>(
  source: AsyncIterator<Item>,
  progress: Progress<Item>,
  options: SendOptions<Item>,
): Promise<ServiceError | undefined> {
  const { signal, patienceMs } = options;
  const open = openStream(progress, options);
  const cancel = () => open.stream.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const timer = setInterval(() => {
    if (isHopeless(progress, patienceMs)) cancel();
  }, PATIENCE_INTERVAL_MS);
  try {
    await sendAll(open, source, progress);
    if (!open.over.signal.aborted) await once(open.over.signal, 'abort');
    return open.failure;
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

function openStream<Item extends OrderToSend>(
  progress: Progress<Item>,
  options: SendOptions<Item>,
): OpenStream<Item> {
  const { client, metadata, accepted } = options;
  const stream = client.placeOrders(metadata);
  const open: OpenStream<Item> = {
    stream,
    sent: new Map(),
    sequence: 0,
    over: new AbortController(),
    failure: undefined,
    wake: () => {},
  };
  const end = () => {
    open.over.abort();
    open.wake();
  };
  stream.on('data', (response: PlaceOrdersResponse) => receive(open, progress, options, response));
  stream.once('metadata', (headers: Metadata) => accepted?.(quotaOf(headers)));
  stream.once('end', end);
  stream.once('error', (error: ServiceError) => {
    open.failure = error;
    end();
  });
  return open;
}

async function sendAll<Item extends OrderToSend>(
  open: OpenStream<Item>,
  source: AsyncIterator<Item>,
  progress: Progress<Item>,
): Promise<void> {
  const { unanswered } = progress;
  const { signal } = open.over;
  for (const item of unanswered) await send(open, item);
  while (!signal.aborted && !progress.isExhausted) {
    if (unanswered.size >= UNANSWERED_ORDERS_MAX) {
      await nextAnswer(open);
      continue;
    }
    const next = await source.next();
    if (next.done === true) {
      progress.isExhausted = true;
      break;
    }
    unanswered.add(next.value);
    if (!signal.aborted) await send(open, next.value);
  }
  while (!signal.aborted && unanswered.size > 0) await nextAnswer(open);
  open.stream.end();
}

/** Resolves when the stream has room for another order. */
async function send<Item extends OrderToSend>(open: OpenStream<Item>, item: Item): Promise<void> {
  open.sequence += 1;
  open.sent.set(open.sequence, item);
  const { idempotency_key, order } = item;
  if (!open.stream.write({ idempotency_key, order }))
    await once(open.stream, 'drain', { signal: open.over.signal }).catch(() => {});
}

/** Resolves at the next final answer, or at the end of the stream. */
const nextAnswer = (open: OpenStream<unknown>): Promise<void> =>
  new Promise((resolve) => {
    open.wake = resolve;
  });

function receive<Item extends OrderToSend>(
  open: OpenStream<Item>,
  progress: Progress<Item>,
  { answered }: Pick<SendOptions<Item>, 'answered'>,
  { sequence, outcome }: PlaceOrdersResponse,
): void {
  const item = open.sent.get(sequence);
  if (item === undefined || outcome === undefined) return;
  open.sent.delete(sequence);
  if (outcome.$case === 'refused') {
    const advice = adviceOf(outcome.value);
    if (isPassing(advice)) {
      noteTrouble(progress, advice);
      sendLater(open, item, Math.max(advice.waitMs, RETRY_DELAY_MS_MIN));
      return;
    }
    answered(item, { refused: advice });
  } else {
    answered(item, { placed: outcome.value });
  }
  progress.unanswered.delete(item);
  progress.answers += 1;
  progress.trouble = undefined;
  open.wake();
}

function sendLater<Item extends OrderToSend>(open: OpenStream<Item>, item: Item, delayMs: number): void {
  setTimeout(() => {
    if (!open.over.signal.aborted) void send(open, item);
  }, delayMs);
}

/** The quota of a stream, from its initial metadata. */
const quotaOf = (headers: Metadata) => parseWritePolicy(String(headers.get('ratelimit-policy')[0] ?? ''));
