/** Personal data in every byte that an installation writes: none in the clear. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect } from '../grpc/client.ts';
import { v2Order } from '../personal/orders.ts';
import { personalMarks } from '../personal/secrets.ts';
import { holdfast } from '../setup/processes/command.ts';
import { type ServerProcess, startServer } from '../setup/processes/server-process.ts';
import { anOrder, newApiKey, send } from '../setup/shop.ts';

const run = promisify(execFile);
const seed = randomBytes(4).toString('hex');
const control = `Control${randomBytes(4).toString('hex')}`;
const { metadata: _metadata, reason, ...contact } = personalMarks(seed);
const apiKey = newApiKey();
let traces = '';
const collector = createServer(async (request, response) => {
  for await (const chunk of request) traces += String(chunk);
  response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
});

let folder: string;
let env: Record<string, string>;
let server: ServerProcess;
beforeAll(async () => {
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  folder = await mkdtemp(join(tmpdir(), 'holdfast-personal-'));
  // Else root's Postgres, which runs as another user, has its files elsewhere.
  await chmod(folder, 0o755);
  env = {
    HOLDFAST_DATA_DIR: join(folder, 'data'),
    HOLDFAST_PERSONAL_KEY: randomBytes(32).toString('base64'),
    HOLDFAST_ERASURES_FILE: join(folder, 'erasures.jsonl'),
    HOLDFAST_BOOTSTRAP_KEY: apiKey,
    HOLDFAST_LOG_LEVEL: 'trace',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
  };
}, 60_000);
afterAll(async () => {
  await server?.end('SIGTERM');
  collector.closeAllConnections();
  collector.close();
  await rm(folder, { recursive: true, force: true });
});

/** The files below a folder that have a text, in any case of its letters. */
async function filesWith(text: string): Promise<string[]> {
  const wanted = text.toLowerCase();
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if ((await readFile(path, 'latin1')).toLowerCase().includes(wanted)) found.push(path);
  }
  return found;
}

const ask = (path: string, given: Omit<Parameters<typeof send>[1], 'apiKey'> = {}) =>
  send(server.url + path, { apiKey, ...given });

test('no byte of the data directory, log, trace or export has it, before and after the erasure', async () => {
  server = await startServer({ env });
  const customer_id = 'cus_scan';
  const { shipping_address } = contact;
  const ofV1 = {
    name: shipping_address.name,
    line1: shipping_address.line1,
    city: 'x',
    postal_code: '1',
    country: 'IE',
  };
  const v1 = await ask('/v1/orders', { body: anOrder({ customer_id, shipping_address: ofV1 }) });
  const v2 = await ask('/v2/orders', { body: v2Order({ customer_id, ...contact, reference: control }) });
  const order = v2Order({ customer_id, ...contact });
  const batch = await ask('/v2/order-batches', { body: { orders: [{ idempotency_key: 'batch', order }] } });
  const client = connect(server.grpc, apiKey);
  const rpc = await client.placeOrder({
    idempotency_key: 'grpc',
    order: { ...anOrder({ customer_id }), email: contact.email, note: contact.note },
  });
  client.close();
  expect([v1.status, v2.status, batch.json.succeeded, rpc.replayed]).toEqual([201, 201, 1, false]);
  const path = `/v2/orders/${v2.json.id}`;
  await ask(path, {
    method: 'PATCH',
    body: { note: `${contact.note} again` },
    headers: { 'Content-Type': 'application/merge-patch+json', 'If-Match': '"1"' },
  });
  await ask(`${path}/holds`, { body: { reason } });
  await ask(`${path}/cancellation`, { body: { reason } });
  await ask('/v2/orders', { body: { ...order, currency: 7 } }); // refused: an error names no value
  expect((await ask(path)).text).toMatch(seed);

  const scan = async () => {
    const dump = await holdfast(['log', 'export'], env);
    await writeFile(join(folder, 'export.jsonl'), dump.stdout);
    expect(dump.stdout).toContain('$sealed');
    expect(await server.end('SIGTERM')).toBe(0); // with a checkpoint
    expect(await filesWith(seed)).toEqual([]);
    expect((await filesWith(control)).map((path) => path.slice(folder.length))).toEqual(
      expect.arrayContaining([expect.stringContaining('pg_wal'), expect.stringContaining('base')]),
    );
    expect(server.output().toLowerCase()).not.toContain(seed);
    expect(traces).not.toContain(seed);
    server = await startServer({ env });
  };
  await scan();
  // A backup of the stopped server.
  expect(await server.end('SIGTERM')).toBe(0);
  await run('cp', ['-a', join(folder, 'data'), join(folder, 'backup')]);
  server = await startServer({ env });
  const erased = await ask(`/v2/customers/${customer_id}/personal-data`, { method: 'DELETE' });
  expect(erased.status).toBe(200);
  await scan();
  expect((await ask(path)).json).toMatchObject({ email: null, note: null, total: v2.json.total });
  expect(await readFile(env['HOLDFAST_ERASURES_FILE']!, 'utf8')).toContain('"subject":"customer:cus_scan"');

  // The list is no part of the backup, so the restored database erases again.
  await server.end('SIGTERM');
  await rm(join(folder, 'data'), { recursive: true });
  await run('mv', [join(folder, 'backup'), join(folder, 'data')]);
  server = await startServer({ env });
  const restored = await ask(path);
  expect(restored.json).toMatchObject({ email: null, note: null, erased_at: expect.any(String) });
  expect(restored.text).not.toMatch(seed);
}, 180_000);
