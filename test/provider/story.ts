/**
 * The story of a contract's examples: an order is placed, paid, shipped, returned, refunded. The
 * verification plays it against the server to create the resources of other requests, and to check
 * the examples.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Contract, Operation } from './contract.ts';
import { type Answer, type Request, type Target, exchange } from './exchange.ts';

/** Values of earlier responses: ids by path parameter, headers and members by name. */
export type KnownValues = Record<string, string>;

export interface Step {
  operation: Operation;
  request: Request;
  answer: Answer;
}

/** An operation with its example body, or with another one. */
type Line = string | { id: string; body: object };

const PAID = ['placeOrder', 'recordPayment'];
const SHIPPED = [...PAID, 'recordShipment'];
const AUTHORIZED = ['placeOrder', 'recordAuthorization'];
const HELD = ['placeOrder', 'placeHold'];
const ALL_SHIPPED: Line[] = [
  ...SHIPPED,
  // The example ships the first line only.
  { id: 'recordShipment', body: { lines: [{ line_id: 'line_2', quantity: 1 }] } },
];
/** The steps before an operation. */
const BEFORE: Record<string, Line[]> = {
  placeOrder: [],
  placeOrders: [],
  updateOrder: ['placeOrder'],
  recordPayment: ['placeOrder'],
  recordShipment: PAID,
  recordReturn: SHIPPED,
  recordRefund: PAID,
  recordAuthorization: ['placeOrder'],
  voidAuthorization: AUTHORIZED,
  listAuthorizations: AUTHORIZED,
  getAuthorization: AUTHORIZED,
  reversePayment: PAID,
  editOrder: ['placeOrder'],
  listEdits: ['placeOrder', 'editOrder'],
  getEdit: ['placeOrder', 'editOrder'],
  placeHold: ['placeOrder'],
  releaseHold: HELD,
  listHolds: HELD,
  getHold: HELD,
  cancelOrder: ['placeOrder'],
  getCancellation: ['placeOrder', 'cancelOrder'],
  completeOrder: ALL_SHIPPED,
  getCompletion: [...ALL_SHIPPED, 'completeOrder'],
  getCustomerSummary: PAID,
  erasePersonalData: PAID,
};
/** An endpoint for completed orders only, so that the story causes no deliveries. */
const ENDPOINT: Line = {
  id: 'createWebhookEndpoint',
  body: { url: 'https://receiver.invalid/events', event_types: ['OrderCompleted'] },
};
const SENT: Line[] = ['createWebhookEndpoint', 'placeOrder', 'listWebhookDeliveries'];
Object.assign(BEFORE, {
  createWebhookEndpoint: [],
  listWebhookEndpoints: [ENDPOINT],
  getWebhookEndpoint: [ENDPOINT],
  updateWebhookEndpoint: [ENDPOINT],
  deleteWebhookEndpoint: [ENDPOINT],
  getWebhookSecret: [ENDPOINT],
  rotateWebhookSecret: [ENDPOINT],
  createWebhookReplay: [ENDPOINT],
  getWebhookReplay: [ENDPOINT, 'createWebhookReplay'],
  listWebhookDeliveries: SENT,
  getWebhookDelivery: SENT,
  redeliverWebhook: SENT,
});
const REST: Line[] = [...SHIPPED, 'recordReturn', 'recordRefund'];

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const tax = (amount: number) => [{ name: 'VAT', rate: 19, amount: eur(amount) }];
const shipping = { kind: 'shipping', name: 'Parcel', price: eur(500), discount: eur(100), tax: eur(0) };
const address = {
  name: 'Ada Byrne',
  company: 'Kelp Ltd',
  line1: '3 Harbour Row',
  line2: 'Back door',
  line3: 'Third bell',
  city: 'Galway',
  region: 'Connacht',
  postal_code: 'H91 KX2',
  phone: '+353 91 1',
  country: 'IE',
};
/**
 * A guest's order with each member, and each event that an order can have. Only v2 has its words.
 */
const WHOLE: Line[] = [
  {
    id: 'placeOrder',
    body: {
      customer_id: null,
      email: 'ada@example.com',
      phone: '+353 91 1',
      series: 'W-',
      note: 'two\nlines',
      tags: ['b2b', 'fragile'],
      ordered_at: '2026-03-14T09:26:53Z',
      prices_include_tax: true,
      payment_terms: 'open',
      rounding: { amount: -1, currency: 'EUR' },
      discounts: [{ name: 'Voucher', code: 'TEN', amount: eur(100) }],
      charges: [shipping],
      stated: { total: eur(3_299) },
      shipping_address: address,
      billing_address: address,
      lines: [
        {
          sku: 'KELP-1',
          name: 'Kelp',
          quantity: 3,
          unit_price: eur(1_000),
          discount: eur(500),
          taxes: tax(300),
          reference: 'item-1',
          metadata: { shelf: 'B4' },
        },
        { name: 'Recipe', quantity: 1, unit_price: eur(500), tax: eur(80), ships: false },
      ],
    },
  },
  { id: 'updateOrder', body: { billing_address: { line3: null }, note: null, tags: ['vip'], email: 'a@b' } },
  'recordAuthorization',
  'voidAuthorization',
  'placeHold',
  'releaseHold',
  {
    id: 'editOrder',
    body: {
      cancel: [{ line_id: 'line_1', quantity: 1 }],
      add: [{ sku: 'ROPE-9', name: 'Rope', quantity: 1, unit_price: eur(900), tax: eur(100) }],
      charges: [{ kind: 'fee', price: eur(200) }],
      edited_at: '2026-03-15T00:00:00+01:00',
    },
  },
  { id: 'recordPayment', body: { amount: eur(300), paid_at: '2026-03-15T00:00:00Z' } },
  'reversePayment',
  { id: 'recordPayment', body: { amount: eur(9_000), method: 'wire', accept_excess: true } },
  { id: 'recordShipment', body: { lines: [{ line_id: 'line_1', quantity: 2 }] } },
  'recordReturn',
  {
    id: 'recordRefund',
    body: {
      amount: eur(1_155),
      charges: [{ charge_id: 'charge_1', amount: eur(300) }],
      lines: [{ line_id: 'line_1', quantity: 1 }],
      adjustment: eur(50),
    },
  },
  { id: 'recordRefund', body: { amount: eur(1_000) } },
  { id: 'recordShipment', body: { lines: [{ line_id: 'line_3', quantity: 1 }] } },
  'completeOrder',
];

/** Plays the steps before an operation. */
export async function playBefore(
  target: Target,
  contract: Contract,
  { id }: Operation,
): Promise<{ known: KnownValues; steps: Step[] }> {
  const known: KnownValues = {};
  const steps: Step[] = [];
  const isWhole = contract.operations.some((operation) => operation.id === 'editOrder');
  for (const line of BEFORE[id] ?? (isWhole ? WHOLE : REST)) {
    const { id: name, body } = typeof line === 'string' ? { id: line, body: undefined } : line;
    const operation = contract.operations.find((one) => one.id === name)!;
    const request = exampleOf(operation, known, body);
    const answer = await untilNotEmpty(operation, () => exchange(target, operation, request));
    Object.assign(known, valuesOf(contract, operation, request, answer));
    steps.push({ operation, request, answer });
  }
  return { known, steps };
}

/** Repeats a list request while the list is empty, for up to 5 seconds: deliveries need time. */
async function untilNotEmpty({ id }: Operation, ask: () => Promise<Answer>): Promise<Answer> {
  const isEmpty = ({ json }: Answer) => (json as { data?: unknown[] } | undefined)?.data?.length === 0;
  let answer = await ask();
  for (let n = 0; n < 100 && id.startsWith('list') && isEmpty(answer); n += 1) {
    await delay(50);
    answer = await ask();
  }
  return answer;
}

/** The example request of the contract, with known ids. */
export function exampleOf({ parameters, body }: Operation, known: KnownValues, other?: object): Request {
  // A list may lag behind a write, so read after the last one.
  const required = parameters.filter(
    (parameter) =>
      parameter.in === 'header' &&
      (parameter.required || (parameter.name === 'Holdfast-Read-After' && 'Holdfast-Position' in known)),
  );
  const headers = required.map(({ name, 'x-from-answer': source }) => [
    name,
    source ? (known[source] ?? '') : `"${randomUUID()}"`,
  ]);
  return {
    path: known,
    query: {},
    headers: { ...Object.fromEntries(headers), ...(body && { 'Content-Type': body.mediaType }) },
    body: body && JSON.stringify(other ?? withFreshNames(body.example)),
  };
}

/** Names that exist once in a tenant. */
const UNIQUE = new Set(['idempotency_key', 'reference']);

/** Replaces names of the example that cannot be used for two requests. */
function withFreshNames(example: unknown): unknown {
  return JSON.parse(JSON.stringify(example), (name, value: unknown) =>
    UNIQUE.has(name) ? randomUUID() : value,
  );
}

/** The values of a response: headers and the id of a created resource; no cursor. */
export function valuesOf(
  contract: Contract,
  operation: Operation,
  request: Request,
  answer: Answer,
): KnownValues {
  const { id } = (answer.json ?? {}) as { id?: string };
  const key = request.headers['Idempotency-Key']?.replaceAll('"', '');
  const known: KnownValues = {};
  const parameterNames = new Set(
    contract.operations.flatMap(({ parameters }) => parameters.map(({ name }) => name)),
  );
  for (const [name, value] of Object.entries(answer.json ?? {})) {
    if (parameterNames.has(name) && typeof value === 'string') known[name] = value;
  }
  for (const name of ['ETag', 'Holdfast-Position']) {
    const value = answer.headers.get(name);
    if (value !== null) known[name] = value;
  }
  if (key && answer.status < 300) known['idempotency_key'] = key;
  const parameter = contract.operations
    .map(({ path }) => path.slice(operation.path.length))
    .find((rest, n) => contract.operations[n]!.path.startsWith(operation.path) && /^\/\{\w+\}$/.test(rest));
  const [first] = (answer.json as { data?: { id?: string }[] } | undefined)?.data ?? [];
  const made = operation.method === 'POST' && answer.status < 300 ? id : first?.id;
  if (made && parameter) known[parameter.slice(2, -1)] = made;
  return known;
}
