/**
 * The status-code contract: a request for each operation and each status of the spec. The server
 * runs with the contract judge, so that it can send no other status.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { SMALL_BODY_BYTES_MAX } from '../../api/body/body-room.ts';
import { type Operation, loadSpec } from '../../api/contract/spec.ts';
import { EDITIONS } from '../../api/editions.ts';
import { HANDLERS } from '../../api/operations.ts';
import { type ProblemCode, retriesOf } from '../../api/problem/problem.ts';
import { SCOPES, expandScopes } from '../../store/keys/scopes.ts';
import { ENDPOINTS_MAX } from '../../store/webhooks/endpoints.ts';
import { type Answer, type Ask, type Shop, anOrder, openShop, until } from '../setup/shop.ts';
import { type Scene, createScene, goodRequest } from './scene.ts';

const specs = EDITIONS.map(({ name }) => loadSpec(name));
type Retries = string | string[];
type Document = {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { $ref?: string; 'x-retry'?: Retries }> }>
  >;
  components: { responses: Record<string, { 'x-retry': Retries }> };
};
const documentOf = ({ path }: Operation) =>
  specs.find(({ name }) => path.startsWith(`/${name}/`))!.document as unknown as Document;
const responsesOf = (operation: Operation) =>
  documentOf(operation).paths[operation.path]![operation.method]!.responses;
const promisedRetries = (operation: Operation, status: number) => {
  const response = responsesOf(operation)[status]!;
  return response.$ref
    ? documentOf(operation).components.responses[response.$ref.split('/').at(-1)!]!['x-retry']
    : response['x-retry'];
};

let shop: Shop;
let strict: Shop;
let broken: Shop;
let ended: Shop;
let scene: Scene;
beforeAll(async () => {
  shop = await openShop({ HOLDFAST_PERSONAL_KEY: randomBytes(32).toString('base64') });
  strict = await openShop({
    REDIS_URL: '', // late answers of Redis would be counted elsewhere
    HOLDFAST_RATE_LIMIT_WRITE: '1/60',
    HOLDFAST_RATE_LIMIT_READ: '1/60',
  });
  broken = await openBroken();
  ended = await openShop({ HOLDFAST_V1_AFTER_SUNSET: 'gone' }, () => Date.parse('2028-01-01T00:00:00Z'));
  scene = await createScene(shop);
});
afterAll(async () => {
  await shop.close();
  await strict.close();
  await broken.close();
  await ended.close();
});

/** Sends a valid request for an operation, with changes. */
async function send(
  operation: Operation,
  change: (good: { path: string; ask: Ask }) => { path?: string; ask?: Ask } = () => ({}),
  at = shop,
) {
  const good = await goodRequest(operation, scene);
  const { path = good.path, ask = {} } = change(good);
  return at.ask(path, { ...good.ask, ...ask, headers: { ...good.ask.headers, ...ask.headers } });
}

type Earner = (operation: Operation) => Promise<Answer>;

/** A request for each status, for all operations that promise it. */
const EARNERS: Record<number, Earner> = {
  200: (operation) => send(operation),
  201: (operation) => send(operation),
  202: (operation) => send(operation),
  204: (operation) => send(operation),
  207: (operation) => send(operation),
  304: (operation) => send(operation, () => ({ ask: { headers: { 'If-None-Match': '*' } } })),
  400: (operation) => send(operation, ({ path }) => ({ path: `${path}?surprise=1` })),
  401: (operation) => send(operation, () => ({ ask: { apiKey: null } })),
  403: async (operation) => {
    const { apiKey } = await shop.addTenant(
      SCOPES.filter((scope) => !expandScopes([scope]).has(operation.scope)),
    );
    return send(operation, () => ({ ask: { apiKey } }));
  },
  404: (operation) =>
    send(operation, ({ path }) => ({ path: path.replace(/(?:ord|whe)_[0-9a-f]{32}|[^/]+$/, 'nothing') })),
  406: (operation) => send(operation, () => ({ ask: { headers: { Accept: 'text/html' } } })),
  408: (operation) => half(operation),
  409: async (operation) => {
    if (operation.id === 'createWebhookEndpoint') return sendFull(operation);
    if (operation.path.includes('/webhook-endpoints/')) return sendDisabled(operation);
    if (operation.id === 'placeOrder') return sendTaken(operation);
    if (operation.id === 'erasePersonalData') return send(operation, () => ({}), ended);
    if (['voidAuthorization', 'reversePayment'].includes(operation.id)) return sendTwice(operation);
    const { json } = await shop.ask('/v1/orders', { body: anOrder() });
    const order = `/v1/orders/${json.id}`;
    await shop.ask(`${order}/cancellation`, { body: {} });
    return send(operation, ({ path }) => ({
      path: path.replace(/\/orders\/[^/]+/, `/orders/${json.id}`),
      ask: {
        headers: { 'If-Match': '*' },
        ...(operation.id === 'updateOrder' && { body: { shipping_address: null } }),
      },
    }));
  },
  410: (operation) => send(operation, () => ({}), ended),
  412: (operation) => send(operation, () => ({ ask: { headers: { 'If-Match': '"99"' } } })),
  413: (operation) =>
    send(operation, () => ({
      ask: { body: JSON.stringify({ x: 'y'.repeat(operation.body?.maxBytes ?? SMALL_BODY_BYTES_MAX) }) },
    })),
  415: (operation) => send(operation, () => ({ ask: { headers: { 'Content-Type': 'text/csv' } } })),
  422: async (operation) => {
    if (operation.body) return send(operation, () => ({ ask: { body: [] } }));
    // Without a body only the key can be wrong.
    await (operation.id === 'erasePersonalData'
      ? shop.ask('/v1/orders', { body: anOrder(), key: operation.id })
      : shop.ask('/v1/webhook-endpoints', { body: { url: 'https://receiver.invalid' }, key: operation.id }));
    return send(operation, () => ({ ask: { key: operation.id } }));
  },
  428: async (operation) => {
    const { path, ask } = await goodRequest(operation, scene);
    const { 'If-Match': _ifMatch, ...headers } = ask.headers ?? {};
    return shop.ask(path, { ...ask, headers });
  },
  429: async (operation) => {
    const { apiKey } = await strict.addTenant();
    await send(operation, () => ({ ask: { apiKey } }), strict);
    return send(operation, () => ({ ask: { apiKey } }), strict);
  },
  500: async (operation) => {
    const { path, ask } = await goodRequest(operation, scene);
    return broken.ask(path, ask);
  },
};

/**
 * Answers to half a body, by operation. The requests run concurrently, because the server waits
 * half a minute for the rest.
 */
let halves: Map<Operation, Promise<Answer>> | undefined;

function half(operation: Operation): Promise<Answer> {
  halves ??= new Map(
    specs.flatMap(({ operations }) =>
      operations.filter(({ method }) => method !== 'get').map((each) => [each, sendHalf(each)] as const),
    ),
  );
  return halves.get(operation)!;
}

async function sendHalf(operation: Operation): Promise<Answer> {
  const { path } = await goodRequest(operation, scene);
  const request = httpRequest(`${shop.url}${path}`, {
    method: operation.method,
    headers: {
      Authorization: `Bearer ${shop.apiKey}`,
      'Content-Type': operation.body?.mediaType ?? 'application/json',
      'Content-Length': '100',
      'Idempotency-Key': `half of ${operation.path}`.replaceAll(' ', '-'),
    },
  });
  request.write('{');
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
  const headers = new Headers(response.headers as Record<string, string>);
  return { status: response.statusCode!, headers, text, json: JSON.parse(text) };
}

/** Places an order under the reference of another. */
async function sendTaken(operation: Operation): Promise<Answer> {
  const named = () =>
    send(operation, ({ ask }) => ({
      ask: { body: { ...(ask.body as object), reference: 'taken' } },
    }));
  await named();
  return named();
}

/** Ends an authorization or a payment that has ended. */
async function sendTwice(operation: Operation): Promise<Answer> {
  const { path, ask } = await goodRequest(operation, scene);
  await shop.ask(path, { ...ask, body: {} });
  return shop.ask(path, { ...ask, body: {} });
}

/** Creates an endpoint beyond the limit of its tenant. */
async function sendFull(operation: Operation): Promise<Answer> {
  const { tenantId, apiKey } = await shop.addTenant();
  await shop.pool.query(sql.unsafe`
    INSERT INTO webhook_endpoints (endpoint_id, tenant_id, partition, edition, url, description, max_per_second, since_position, secret)
    SELECT gen_random_uuid(), ${tenantId}, 0, 'v1', 'https://receiver.invalid', '', 1, 0, sha256('')
      FROM generate_series(1, ${ENDPOINTS_MAX})`);
  return send(operation, () => ({ ask: { apiKey } }));
}

/** Requests a delivery to a disabled endpoint. */
async function sendDisabled(operation: Operation): Promise<Answer> {
  const endpoint = `/v1/webhook-endpoints/${scene.ids['endpoint_id']}`;
  const put = (status: string) =>
    shop.ask(endpoint, {
      method: 'PATCH',
      body: { status },
      headers: { 'If-Match': '*', 'Content-Type': 'application/merge-patch+json' },
    });
  await put('disabled');
  const answer = await send(operation);
  await put('enabled');
  return answer;
}

/** A shop in which every handler has a bug. */
async function openBroken(): Promise<Shop> {
  const honest = { ...HANDLERS };
  for (const id of Object.keys(honest)) {
    HANDLERS[id] = async () => {
      throw new Error('a bug');
    };
  }
  try {
    return await openShop();
  } finally {
    Object.assign(HANDLERS, honest);
  }
}

describe.each(
  specs.flatMap(({ name, operations }) =>
    operations.map((operation) => [`${name} ${operation.id}`, operation] as const),
  ),
)('%s', (_id, operation) => {
  const statuses = Object.keys(responsesOf(operation))
    .map(Number)
    .filter((status) => status !== 503);

  test.each(statuses)('answers %i in its case', async (status) => {
    const earn = EARNERS[status];
    if (earn === undefined) throw new Error(`nothing here earns ${status}`);
    const answer = await earn(operation);
    expect(answer.status).toBe(status);
    if (status < 400) return;
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect([promisedRetries(operation, status)].flat()).toContain(answer.json.retry);
    expect(retriesOf(answer.json.code as ProblemCode)).toContain(answer.json.retry);
    if (answer.json.retry === 'same_key_after')
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });
});

test('during an outage of Postgres, each operation answers 503 with Retry-After', async () => {
  const operations = specs.flatMap((spec) => spec.operations);
  const lost = await openShop();
  await lost.ask('/v1/orders'); // the node caches the API key
  const name = new URL(lost.database.url).pathname.slice(1);
  const allow = (yes: boolean) =>
    shop.pool.query(sql.unsafe`UPDATE pg_database SET datallowconn = ${yes} WHERE datname = ${name}`);
  await allow(false);
  await shop.pool.query(
    sql.unsafe`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`,
  );
  const requests = await Promise.all(operations.map((operation) => goodRequest(operation, scene)));
  const answers = await Promise.all(
    requests.map(({ path, ask }) => lost.ask(path, { ...ask, apiKey: lost.apiKey })),
  );
  await allow(true);
  await until(async () => (await lost.ask('/v1/orders', { body: anOrder() })).status === 201);
  await lost.close();
  const outcomes = answers.map(({ status, json, headers }) => {
    // Each order of a batch has its own outcome, unless the key look-up fails too.
    const item = status === 207 ? json.data[0] : undefined;
    const retryAfter = Number(item?.retry_after ?? headers.get('retry-after'));
    return [item?.status ?? status, (item?.problem ?? json).retry, retryAfter >= 1];
  });
  expect(outcomes).toEqual(operations.map(() => [503, 'same_key_after', true]));
}, 120_000);
