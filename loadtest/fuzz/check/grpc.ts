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
import { billingAddressOf } from './fold/document.ts';
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
  const { failures, tallies, wasUp } = options;
  const { method, requests } = planned;
  const [sent] = requests;
  const { status, hang, began } = called;
  const note = (kind: string, detail = '') =>
    failures.note({
      area: 'contract',
      kind: `gRPC: ${kind}`,
      at: sent,
      detail: `${method} ${detail}`,
      answer: shownStatus(status),
    });
  const name = status === undefined ? 'broken' : (codes[status.code] ?? String(status.code));
  tallies.statuses.set(`gRPC ${name}`, (tallies.statuses.get(`gRPC ${name}`) ?? 0) + 1);
  if (hang && wasUp(began)) note('no status within 20 seconds');
  const isOpen = status === undefined || (OPEN_CODES.has(status.code) && status.details === undefined);
  if (isOpen && !hang && !sent.silence && wasUp(began)) note(`ended with ${name} without details`);
  const failed = status === undefined ? unknown('broken') : verdictOfStatus(options, sent, status, note);
  const call: CheckedCall = { options, sent, called, failed, note };
  if (method === 'PlaceOrder') checkPlaceOrder(call);
  else if (method === 'PlaceOrders') checkPlaceOrders(call);
  else if (method === 'GetOrder') checkGetOrder(call);
  else if (method === 'WatchEvents') checkWatchEvents(call);
  else if (status?.code !== codes.UNIMPLEMENTED) note(`an unknown method ended with ${name}`);
}

interface CheckedCall {
  options: Options;
  sent: Sent;
  called: Called;
  /** The verdict of the status; `undefined` for OK. */
  failed: Verdict | undefined;
  note: Note;
}

/** Records the verdict of one message. */
function keep({ options, sent, called }: CheckedCall, verdict: Verdict, item: number): void {
  const { index, n } = sent;
  const { began, ended } = called;
  const [key, tenant] = [sent.keys[item], options.tenantOf(sent.caller)];
  const attempt: Attempt = { index, n, item, key, tenant, sent, verdict, began, ended, events: 0 };
  options.ledger.attempts.push(attempt);
}

function checkPlaceOrder(call: CheckedCall): void {
  const { sent, called, failed } = call;
  const [bytes] = called.messages;
  const isPlaced = bytes !== undefined && called.status?.code === codes.OK;
  const verdict = isPlaced ? placed(PlaceOrderResponse.decode(bytes)) : failed;
  for (let item = 0; item < sent.keys.length; item += 1) keep(call, verdict ?? unknown('no response'), item);
}

function checkPlaceOrders(call: CheckedCall): void {
  const { options, sent, called, failed, note } = call;
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
  if (called.status?.code === codes.OK && outcomes.size < sent.keys.length && sent.form === 'whole') {
    const answered = `${outcomes.size} of ${sent.keys.length}`;
    note('a stream ended with OK before it answered every message', answered);
  }
  // A message without a response may have taken effect: the client retries it.
  const rest = failed?.kind === 'refused' && isOfCaller(failed) ? failed : unknown('no response');
  for (let item = 0; item < sent.keys.length; item += 1) keep(call, outcomes.get(item + 1) ?? rest, item);
}

function checkGetOrder({ options, sent, called, note }: CheckedCall): void {
  const [bytes] = called.messages;
  const { order } = bytes ? GetOrderResponse.decode(bytes) : { order: undefined };
  const { index, n } = sent;
  if (order) {
    const { id: orderId, version } = order;
    const document = documentOf(order);
    options.ledger.readings.push({ index, n, orderId, version, document, spelling: 'grpc' });
  } else if (called.status?.code === codes.NOT_FOUND && isThere(options, sent))
    note('NOT_FOUND for an order that exists');
}

function checkWatchEvents({ options, sent, called, note }: CheckedCall): void {
  const { index, n } = sent;
  const tenant = options.tenantOf(sent.caller);
  let last = 0;
  for (const bytes of called.messages) {
    const { position, event } = WatchEventsResponse.decode(bytes);
    if (position < last) note('positions of a stream of events decrease');
    last = position;
    if (event)
      options.ledger.sightings.push({ index, n, position: event.position, eventId: event.id, tenant });
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

/** An order message as a document: `v2` with the status of `v1`. */
function documentOf({ currency, ...order }: Order): object {
  const { status, payment_status, fulfillment_status, payment_terms } = order;
  const word = (value: string, prefix: string) => value.replace(prefix, '').toLowerCase();
  const money = (amount: number) => ({ amount, currency });
  const amounts = Object.entries(order).filter(([name]) => MONEY.test(name));
  const parts = <Part extends object>(part: Part) =>
    Object.fromEntries(
      Object.entries(part).map(([name, value]) => [name, MONEY.test(name) ? money(value as number) : value]),
    );
  const taxes = (list: Order['taxes']) => list.map((tax) => ({ ...parts(tax), rate: tax.rate ?? null }));
  const orNull = (names: readonly (keyof typeof order)[]) =>
    Object.fromEntries(names.map((name) => [name, order[name] ?? null]));
  return {
    ...order,
    ...Object.fromEntries(amounts.map(([name, amount]) => [name, money(amount as number)])),
    ...orNull(['number', 'reference', 'email', 'phone', 'note']),
    status: word(status, 'ORDER_STATUS_'),
    payment_status: word(payment_status, 'PAYMENT_STATUS_'),
    fulfillment_status: word(fulfillment_status, 'FULFILLMENT_STATUS_'),
    payment_terms: word(payment_terms, 'PAYMENT_TERMS_'),
    customer_id: order.customer_id || null,
    lines: order.lines.map((line) => ({
      ...parts(line),
      sku: line.sku || null,
      reference: line.reference ?? null,
      metadata: Object.fromEntries(line.metadata),
      taxes: taxes(line.taxes),
    })),
    charges: order.charges.map((charge) => ({
      ...parts(charge),
      kind: word(charge.kind, 'CHARGE_KIND_'),
      name: charge.name ?? null,
    })),
    discounts: order.discounts.map((each) => ({
      ...parts(each),
      name: each.name ?? null,
      code: each.code ?? null,
    })),
    taxes: taxes(order.taxes),
    metadata: Object.fromEntries(order.metadata),
    shipping_address: plain(order.shipping_address),
    billing_address: billingAddressOf(plain(order.billing_address)),
    placed_at: timeText(order.placed_at),
    updated_at: timeText(order.updated_at),
    ordered_at: timeText(order.ordered_at),
  };
}

/** Members of an order, a line, a charge, a discount or a tax that are amounts. */
const MONEY = /^(?:amount(?:_\w+)?|(?:\w+_)?total|rounding|unit_price|price|discount|tax)$/;

/** Without absent members; `null` for an absent message. */
const plain = (message: object | undefined) =>
  message === undefined ? null : (JSON.parse(JSON.stringify(message)) as object);

const timeText = (at: Order['placed_at']) =>
  new Date((at?.seconds ?? 0) * 1_000 + (at?.nanos ?? 0) / 1_000_000).toISOString();
