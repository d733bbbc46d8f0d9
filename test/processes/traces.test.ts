/** One trace from the request to the webhook, at an OpenTelemetry collector. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TEST_REDIS, type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { type ServerProcess, startServer } from '../setup/processes/server-process.ts';
import { anOrder, newApiKey, send, until } from '../setup/shop.ts';
import { type Receiver, openReceiver } from '../workers/receiver.ts';

interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: Record<string, unknown> }[];
}

const apiKey = newApiKey();
const spans: Span[] = [];
const collector = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  expect(request.url).toBe('/v1/traces');
  for (const resource of JSON.parse(text).resourceSpans)
    for (const scope of resource.scopeSpans) spans.push(...(scope.spans as Span[]));
  response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
});

let database: TestDatabase;
let server: ServerProcess;
let receiver: Receiver;
beforeAll(async () => {
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  database = await cloneDatabase();
  receiver = await openReceiver();
  server = await startServer({
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: TEST_REDIS,
      HOLDFAST_BOOTSTRAP_KEY: apiKey,
      HOLDFAST_WEBHOOK_LOOPBACK: 'on',
      HOLDFAST_LOG_LEVEL: 'error',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    },
  });
}, 60_000);
afterAll(async () => {
  await server.end('SIGTERM');
  await receiver.close();
  collector.closeAllConnections();
  collector.close();
  await database.drop();
});

test('the request, its append, the read table and the webhook are one trace, which continues the trace of the client', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const made = await send(`${server.url}/v2/webhook-endpoints`, { body: { url: receiver.url }, apiKey });
  expect(made.status).toBe(201);
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
  const placed = await send(`${server.url}/v1/orders`, { body: anOrder(), apiKey, headers: { traceparent } });
  expect(placed.status).toBe(201);
  const names = () => spans.filter((span) => span.traceId === traceId).map(({ name }) => name);
  const all = ['POST /v1/orders', 'append', 'project orders', 'deliver webhook'];
  await until(() => all.every((name) => names().includes(name)), 15_000);

  const named = (name: string) => spans.find((span) => span.traceId === traceId && span.name === name)!;
  const request = named('POST /v1/orders');
  expect(request.parentSpanId).toBe('00f067aa0ba902b7');
  for (const name of all.slice(1)) expect(named(name).parentSpanId).toBe(request.spanId);
  expect(request.attributes).toContainEqual({ key: 'http.response.status_code', value: { intValue: 201 } });
  // The receiver can continue the trace.
  expect(receiver.messages[0]!.headers['traceparent']).toBe(
    `00-${traceId}-${named('deliver webhook').spanId}-01`,
  );
  // No key, no body, no address of a receiver.
  const exported = JSON.stringify(spans);
  for (const secret of [apiKey, 'cus_1', 'of-the-shop']) expect(exported).not.toContain(secret);
}, 40_000);
