/**
 * The story that the examples of a contract tell: an order is placed, paid, shipped, returned, refunded. Played against the server,
 * it makes what the other requests need, and shows that the examples work.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Contract, Operation } from './contract.ts';
import { type Answer, type Request, type Target, exchange } from './exchange.ts';

/** What earlier answers told: ids by the name of their path parameter, headers and members by their own. */
export type Told = Record<string, string>;

export interface Step {
  operation: Operation;
  request: Request;
  answer: Answer;
}

/** An operation whose example is sent, or another body than that. */
type Line = string | { id: string; body: object };

const PAID = ['placeOrder', 'recordPayment'];
const SHIPPED = [...PAID, 'recordShipment'];
const ALL_SHIPPED: Line[] = [
  ...SHIPPED,
  // The example ships the first line only.
  { id: 'recordShipment', body: { lines: [{ line_id: 'line_2', quantity: 1 }] } },
];
/** What must have happened for an operation to have something to do. */
const BEFORE: Record<string, Line[]> = {
  placeOrder: [],
  placeOrders: [],
  updateOrder: ['placeOrder'],
  recordPayment: ['placeOrder'],
  recordShipment: PAID,
  recordReturn: SHIPPED,
  recordRefund: PAID,
  cancelOrder: ['placeOrder'],
  getCancellation: ['placeOrder', 'cancelOrder'],
  completeOrder: ALL_SHIPPED,
  getCompletion: [...ALL_SHIPPED, 'completeOrder'],
};
/** What is sent only when orders are completed, of which a story of webhooks has none: its endpoints cost next to nothing. */
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
const REST = [...SHIPPED, 'recordReturn', 'recordRefund'];

/** Plays all that comes before an operation. */
export async function playBefore(
  target: Target,
  contract: Contract,
  { id }: Operation,
): Promise<{ told: Told; steps: Step[] }> {
  const told: Told = {};
  const steps: Step[] = [];
  for (const line of BEFORE[id] ?? REST) {
    const { id: name, body } = typeof line === 'string' ? { id: line, body: undefined } : line;
    const operation = contract.operations.find((one) => one.id === name)!;
    const request = exampleOf(operation, told, body);
    const answer = await patiently(operation, () => exchange(target, operation, request));
    Object.assign(told, toldBy(contract, operation, request, answer));
    steps.push({ operation, request, answer });
  }
  return { told, steps };
}

/** Asks again, for a while, as long as a list is empty: what it is about may be under way. */
async function patiently({ id }: Operation, ask: () => Promise<Answer>): Promise<Answer> {
  const isEmpty = ({ json }: Answer) => (json as { data?: unknown[] } | undefined)?.data?.length === 0;
  let answer = await ask();
  for (let n = 0; n < 100 && id.startsWith('list') && isEmpty(answer); n += 1) {
    await delay(50);
    answer = await ask();
  }
  return answer;
}

/** The request that the contract gives as an example, with the ids that were told. */
export function exampleOf({ parameters, body }: Operation, told: Told, other?: object): Request {
  // A read model may be behind what was just written; a client that cares says what it wrote last.
  const required = parameters.filter(
    (parameter) =>
      parameter.in === 'header' &&
      (parameter.required || (parameter.name === 'Holdfast-Read-After' && 'Holdfast-Position' in told)),
  );
  const headers = required.map(({ name, 'x-from-answer': source }) => [
    name,
    source ? (told[source] ?? '') : `"${randomUUID()}"`,
  ]);
  return {
    path: told,
    query: {},
    headers: { ...Object.fromEntries(headers), ...(body && { 'Content-Type': body.mediaType }) },
    body: body && JSON.stringify(other ?? withFreshKeys(body.example)),
  };
}

/** Keys are good for ever: that of the example of a batch has been used the second time that it is sent. */
function withFreshKeys(example: unknown): unknown {
  return JSON.parse(JSON.stringify(example), (name, value: unknown) =>
    name === 'idempotency_key' ? randomUUID() : value,
  );
}

/** What an answer tells: its headers, and the id of what was made. A cursor is for the walk that it comes from, which goes on at once. */
export function toldBy(contract: Contract, operation: Operation, request: Request, answer: Answer): Told {
  const { id } = (answer.json ?? {}) as { id?: string };
  const key = request.headers['Idempotency-Key']?.replaceAll('"', '');
  const told: Told = {};
  const places = new Set(contract.operations.flatMap(({ parameters }) => parameters.map(({ name }) => name)));
  for (const [name, value] of Object.entries(answer.json ?? {})) {
    if (places.has(name) && typeof value === 'string') told[name] = value;
  }
  for (const name of ['ETag', 'Holdfast-Position']) {
    const value = answer.headers.get(name);
    if (value !== null) told[name] = value;
  }
  if (key && answer.status < 300) told['idempotency_key'] = key;
  const parameter = contract.operations
    .map(({ path }) => path.slice(operation.path.length))
    .find((rest, n) => contract.operations[n]!.path.startsWith(operation.path) && /^\/\{\w+\}$/.test(rest));
  const [first] = (answer.json as { data?: { id?: string }[] } | undefined)?.data ?? [];
  const made = operation.method === 'POST' && answer.status < 300 ? id : first?.id;
  if (made && parameter) told[parameter.slice(2, -1)] = made;
  return told;
}
