/** gRPC clients: streams of new orders, and streams of events. */
import {
  type ClientReadableStream,
  Metadata,
  type ServiceError,
  credentials,
  status as Status,
} from '@grpc/grpc-js';
import {
  type Event,
  OrderServiceClient,
  PaymentTerms,
  type PlaceOrdersResponse,
  type WatchEventsResponse,
} from '../../../api/grpc/generated/orders.ts';
import { adviceOf, adviceOfError, isPassing } from '../../../api/grpc/client/advice.ts';
import type { Line } from '../../../test/model/model.ts';
import type { Random } from '../../fuzz/chance.ts';
import type { Entry, ShownEvent } from '../history/entry.ts';
import type { HistoryRecorder } from '../history/recorder.ts';
import type { Shop } from './client.ts';
import { customerOf, linesFor } from './shopper.ts';

export interface GrpcOptions {
  name: string;
  random: Random;
  shop: Shop;
  /** `127.0.0.1:50051`, of each node. */
  addresses: readonly string[];
  history: HistoryRecorder;
}

const ORDERS_MAX = 12;
const STREAMS_MAX = 12;
const STREAM_TIMEOUT_MS = 6_000;

interface Ordered {
  key: string;
  customer: string;
  lines: Line[];
  startMs: number;
}

export interface GrpcClient {
  /** Places some orders by one stream, and by others until each has a final answer. */
  placeSome: (newKey: () => string) => Promise<void>;
  close: () => void;
}

const open = (address: string) =>
  new OrderServiceClient(address, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 500,
  });

function metadataOf({ apiKey }: Shop): Metadata {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${apiKey}`);
  return metadata;
}

export function createGrpcClient({ name, random, shop, addresses, history }: GrpcOptions): GrpcClient {
  const clients = addresses.map(open);

  /** Sends orders by one stream. @returns those without a final answer */
  function stream(orders: readonly Ordered[], node: number): Promise<Ordered[]> {
    const unanswered = new Map<number, Ordered>();
    const again: Ordered[] = [];
    const { promise, resolve } = Promise.withResolvers<Ordered[]>();
    const call = clients[node]!.placeOrders(metadataOf(shop), { deadline: Date.now() + STREAM_TIMEOUT_MS });
    const record = (
      { key, customer, lines, startMs }: Ordered,
      rest: Partial<Entry> & Pick<Entry, 'status'>,
    ) =>
      history.record({
        client: name,
        tenant: shop.tenant,
        node,
        edition: 'grpc',
        wish: { kind: 'place', customer, lines },
        key,
        startMs,
        endMs: history.now(),
        ...rest,
      });
    call.on('data', ({ sequence, outcome }: PlaceOrdersResponse) => {
      const order = unanswered.get(sequence);
      if (order === undefined || outcome === undefined) return;
      unanswered.delete(sequence);
      if (outcome.$case === 'placed') {
        const { order_id: orderId, position, replayed } = outcome.value;
        record(order, { status: 201, orderId, position, replayed });
      } else {
        const advice = adviceOf(outcome.value);
        const status = isPassing(advice) ? 503 : 422;
        record(order, { status, code: advice.code });
        if (isPassing(advice)) again.push(order);
      }
      if (unanswered.size === 0) call.end();
    });
    const end = (error?: ServiceError) => {
      const status = error === undefined || isPassing(adviceOfError(error)) ? 'reset' : 400;
      for (const order of unanswered.values())
        record(order, { status, ...(error && { code: adviceOfError(error).code }) });
      resolve([...again, ...unanswered.values()]);
      unanswered.clear();
    };
    call.once('error', end).once('end', () => end());
    for (const order of orders) {
      order.startMs = history.now();
      unanswered.set(unanswered.size + 1, order);
      call.write({ idempotency_key: order.key, order: messageOf(order) });
    }
    return promise;
  }

  return {
    async placeSome(newKey) {
      let orders: Ordered[] = Array.from({ length: random.between(1, ORDERS_MAX) }, () => ({
        key: newKey(),
        customer: customerOf(random),
        lines: linesFor(random),
        startMs: 0,
      }));
      for (let streams = 0; orders.length > 0 && streams < STREAMS_MAX; streams += 1)
        orders = await stream(orders, random.between(0, clients.length - 1));
    },
    close: () => clients.forEach((client) => client.close()),
  };
}

const messageOf = ({ customer, lines }: Ordered) => ({
  customer_id: customer,
  currency: 'EUR',
  lines: lines.map(({ quantity, unitPrice }, n) => ({
    sku: `KELP-${n + 1}`,
    name: 'Kelp',
    quantity,
    unit_price: unitPrice,
    discount: 0,
    tax: 0,
    taxes: [],
    metadata: new Map<string, string>(),
  })),
  shipping_address: undefined,
  metadata: new Map<string, string>(),
  tags: [],
  discounts: [],
  taxes: [],
  charges: [],
  prices_include_tax: false,
  rounding: 0,
  billing_address: undefined,
  ordered_at: undefined,
  payment_terms: PaymentTerms.UNSPECIFIED,
  stated: undefined,
});

const TYPES: Record<NonNullable<Event['data']>['$case'], string> = {
  order_placed: 'OrderPlaced',
  order_updated: 'OrderUpdated',
  payment_recorded: 'PaymentRecorded',
  items_shipped: 'ItemsShipped',
  items_returned: 'ItemsReturned',
  refund_recorded: 'RefundRecorded',
  order_cancelled: 'OrderCancelled',
  order_completed: 'OrderCompleted',
  authorization_recorded: 'AuthorizationRecorded',
  authorization_voided: 'AuthorizationVoided',
  payment_reversed: 'PaymentReversed',
  order_edited: 'OrderEdited',
  hold_placed: 'HoldPlaced',
  hold_released: 'HoldReleased',
  customer_erased: 'CustomerErased',
};

const shownEvent = ({ id, position, order_id, version, data }: Event): ShownEvent => ({
  id,
  position,
  order: order_id,
  version,
  type: data === undefined ? '' : TYPES[data.$case],
});

export interface Watcher {
  /** The position to resume at. */
  position: () => number;
  close: () => void;
}

const RESUME_MS = 200;

/** Watches all events of a tenant, and resumes after each break. */
export function watch({ name, random, shop, addresses, history }: GrpcOptions): Watcher {
  const clients = addresses.map(open);
  let after = 0;
  let isClosed = false;
  let call: ClientReadableStream<WatchEventsResponse> | undefined;
  /** @returns when the answer ended */
  function record(node: number, startMs: number, answer: Pick<Entry, 'status' | 'code' | 'events'>): number {
    const endMs = history.now();
    const wish = { kind: 'feed', reader: name } as const;
    history.record({
      client: name,
      tenant: shop.tenant,
      node,
      edition: 'grpc',
      wish,
      startMs,
      endMs,
      ...answer,
    });
    return endMs;
  }
  function resume(): void {
    if (isClosed) return;
    const node = random.between(0, clients.length - 1);
    let startMs = history.now();
    let isOver = false;
    call = clients[node]!.watchEvents({ after, types: [], since: undefined }, metadataOf(shop));
    call.on('data', ({ position, event }: WatchEventsResponse) => {
      after = position;
      if (event === undefined) return;
      startMs = record(node, startMs, { status: 200, events: [shownEvent(event)] });
    });
    const end = (error?: ServiceError) => {
      if (isOver) return;
      isOver = true;
      if (error?.code === Status.INVALID_ARGUMENT) restart(node, startMs, error);
      setTimeout(resume, RESUME_MS);
    };
    call.once('error', end).once('end', () => end());
  }
  /** The log lost its position. */
  function restart(node: number, startMs: number, error: ServiceError): void {
    after = 0;
    record(node, startMs, { status: 400, code: adviceOfError(error).code });
  }
  resume();
  return {
    position: () => after,
    close() {
      isClosed = true;
      call?.cancel();
      for (const client of clients) client.close();
    },
  };
}
