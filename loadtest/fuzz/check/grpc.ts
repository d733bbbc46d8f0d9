/** Checks the outcome of a gRPC call, and records it in the ledger. */
import { status as codes } from '@grpc/grpc-js';
import { ErrorInfo } from '../../../api/grpc/generated/google/rpc/error_details.ts';
import { Status } from '../../../api/grpc/generated/google/rpc/status.ts';
import {
  GetOrderResponse,
  type Order,
  PlaceOrderResponse,
  PlaceOrdersResponse,
  WatchEventsResponse,
} from '../../../api/grpc/generated/orders.ts';
import type { FrameCall, GrpcCall, Sent } from '../case.ts';
import type { Advice } from './catalogue.ts';
import type { Called } from '../send/grpc-client.ts';
import type { CheckOptions } from './http.ts';
import type { Attempt, Verdict } from './ledger.ts';

/** Without details, these leave open whether the call took effect. */
const OPEN_CODES = new Set<number>([codes.CANCELLED, codes.DEADLINE_EXCEEDED, codes.UNAVAILABLE]);
/** grpc-js answers frames that it cannot parse with these. */
const UNREADABLE_CODES = new Set<number>([
  codes.INTERNAL,
  codes.UNIMPLEMENTED,
  codes.INVALID_ARGUMENT,
  codes.UNKNOWN,
]);

type Options = CheckOptions & { catalogue: ReadonlyMap<string, Advice[]> };

export function checkGrpc(options: Options, planned: GrpcCall | FrameCall, called: Called): void {
  const { failures, ledger, tenantOf, tallies, wasUp } = options;
  const [sent] = planned.requests;
  const { status, hang, began, ended } = called;
  const note = (kind: string, detail = '') =>
    failures.note({
      area: 'contract',
      kind: `gRPC: ${kind}`,
      at: sent,
      detail: `${planned.method} ${detail}`,
      answer: shownStatus(status),
    });
  const name = status === undefined ? 'broken' : (codes[status.code] ?? String(status.code));
  tallies.statuses.set(`gRPC ${name}`, (tallies.statuses.get(`gRPC ${name}`) ?? 0) + 1);
  if (hang && wasUp(began)) note('no status within 20 seconds');
  const isOpen = status === undefined || (OPEN_CODES.has(status.code) && status.details === undefined);
  if (isOpen && !hang && !sent.silence && wasUp(began)) note(`ended with ${name} without details`);
  const failed = status === undefined ? unknown('broken') : verdictOfStatus(options, sent, status, note);
  const keep = (verdict: Verdict, item: number) => {
    const { index, n } = sent;
    const [key, tenant] = [sent.keys[item], tenantOf(sent.caller)];
    ledger.attempts.push({
      index,
      n,
      item,
      key,
      tenant,
      sent,
      verdict,
      began,
      ended,
      events: 0,
    } satisfies Attempt);
  };

  switch (planned.method) {
    case 'PlaceOrder': {
      const [bytes] = called.messages;
      const verdict = bytes && status?.code === codes.OK ? placed(PlaceOrderResponse.decode(bytes)) : failed;
      for (let item = 0; item < sent.keys.length; item += 1) keep(verdict ?? unknown('no response'), item);
      return;
    }
    case 'PlaceOrders': {
      const outcomes = new Map<number, Verdict>();
      for (const bytes of called.messages) {
        const { sequence, idempotency_key, outcome } = PlaceOrdersResponse.decode(bytes);
        const key = sent.keys[sequence - 1];
        if (key === undefined) note('a response to a message that was not sent', `sequence ${sequence}`);
        else if (sent.form === 'whole' && key !== idempotency_key)
          note('a response has the key of another message');
        if (outcomes.has(sequence)) note('two responses to one message', `sequence ${sequence}`);
        outcomes.set(sequence, outcomeVerdict(options, sent, outcome, note));
      }
      if (status?.code === codes.OK && outcomes.size < sent.keys.length && sent.form === 'whole')
        note(
          'a stream ended with OK before it answered every message',
          `${outcomes.size} of ${sent.keys.length}`,
        );
      // A message without a response may have taken effect: the client retries it.
      const rest = failed?.kind === 'refused' && isOfCaller(failed) ? failed : unknown('no response');
      for (let item = 0; item < sent.keys.length; item += 1) keep(outcomes.get(item + 1) ?? rest, item);
      return;
    }
    case 'GetOrder': {
      const [bytes] = called.messages;
      const { order } = bytes ? GetOrderResponse.decode(bytes) : { order: undefined };
      const { index, n } = sent;
      if (order)
        ledger.readings.push({
          index,
          n,
          orderId: order.id,
          version: order.version,
          document: documentOf(order),
          spelling: 'v1',
        });
      else if (status?.code === codes.NOT_FOUND && isThere(options, sent))
        note('NOT_FOUND for an order that exists');
      return;
    }
    case 'WatchEvents': {
      let last = 0;
      for (const bytes of called.messages) {
        const { position, event } = WatchEventsResponse.decode(bytes);
        if (position < last) note('positions of a stream of events decrease');
        last = position;
        const { index, n } = sent;
        if (event)
          ledger.sightings.push({
            index,
            n,
            position: event.position,
            eventId: event.id,
            tenant: tenantOf(sent.caller),
          });
      }
      return;
    }
    case 'NoSuchMethod':
      if (status?.code !== codes.UNIMPLEMENTED) note(`an unknown method ended with ${name}`);
  }
}

/** Refusals of the caller, before the server reads a message. */
const isOfCaller = ({ code }: { code: string }) => code === 'unauthenticated' || code === 'scope_missing';

const unknown = (why: string): Verdict => ({ kind: 'unknown', why });

function placed({ order, position, replayed }: PlaceOrderResponse): Verdict {
  const reported = { position, ...(order && { orderId: order.id, version: order.version }) };
  return { kind: 'done', replayed, reported };
}

type Note = (kind: string, detail?: string) => void;

function outcomeVerdict(
  options: Options,
  sent: Sent,
  outcome: PlaceOrdersResponse['outcome'],
  note: Note,
): Verdict {
  if (outcome?.$case === 'placed') {
    const { order_id: orderId, position, replayed } = outcome.value;
    return { kind: 'done', replayed, reported: { orderId, position } };
  }
  if (outcome === undefined) {
    note('a response without an outcome');
    return unknown('no outcome');
  }
  const details = Buffer.from(Status.encode(outcome.value).finish());
  const { code, message } = outcome.value;
  return verdictOfStatus(options, sent, { code, message, details }, note) ?? unknown('OK');
}

/** @returns `undefined` for OK */
function verdictOfStatus(
  { catalogue }: Options,
  sent: Sent,
  { code, message, details }: NonNullable<Called['status']>,
  note: Note,
): Verdict | undefined {
  if (code === codes.OK) return undefined;
  if (details === undefined) {
    if (OPEN_CODES.has(code)) return unknown(codes[code] ?? '');
    if (code === codes.RESOURCE_EXHAUSTED) return refused('message too large', 'never');
    if (sent.target === 'NoSuchMethod') return refused('no such method', 'never');
    if (sent.form !== 'whole' && UNREADABLE_CODES.has(code)) return unknown(codes[code] ?? '');
    note(`${codes[code]} without details: ${message.slice(0, 100)}`);
    return unknown(codes[code] ?? '');
  }
  const info = Status.decode(details).details.find(({ type_url }) =>
    type_url.endsWith('/google.rpc.ErrorInfo'),
  );
  const metadata = info && ErrorInfo.decode(info.value).metadata;
  const problem = metadata?.get('code') ?? 'none';
  const retry = metadata?.get('retry') ?? 'none';
  if (code === codes.INTERNAL) note(`INTERNAL: ${problem}`);
  if (!catalogue.get(problem)?.some((row) => row.retry === retry))
    note(`problem ${problem} with retry ${retry} is not in docs/retry-contract.md`);
  if (problem === 'rate_limited' || /took no effect/.test(message)) return refused(problem, retry);
  return retry === 'same_key' || retry === 'same_key_after' ? unknown(problem) : refused(problem, retry);
}

const refused = (code: string, retry: string): Verdict => ({ kind: 'refused', status: 400, code, retry });

const isThere = ({ lessons }: Options, { orderToken }: Sent): boolean => {
  const [, index, n] = /@(\d+)\.(\d+)@/.exec(orderToken ?? '') ?? [];
  return index !== undefined && lessons.idOf('ord', { index: Number(index), n: Number(n) }) !== undefined;
};

const shownStatus = (status: Called['status']): string =>
  status === undefined ? 'the connection broke' : `${codes[status.code]} ${status.message.slice(0, 300)}`;

/** An order message as a v1 document. */
function documentOf({ status, metadata, shipping_address, placed_at, updated_at, ...order }: Order): object {
  const text = (at: Order['placed_at']) =>
    new Date((at?.seconds ?? 0) * 1_000 + (at?.nanos ?? 0) / 1_000_000).toISOString();
  const address = shipping_address && (JSON.parse(JSON.stringify(shipping_address)) as object);
  return {
    ...order,
    status: status.replace('ORDER_STATUS_', '').toLowerCase(),
    metadata: Object.fromEntries(metadata),
    shipping_address: address ?? null,
    placed_at: text(placed_at),
    updated_at: text(updated_at),
  };
}
