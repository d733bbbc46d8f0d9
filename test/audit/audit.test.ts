/** The record of administrative acts: complete, with its actor, append-only, without secrets. */
import { hostname, userInfo } from 'node:os';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { setPaused } from '../../projections/pause.ts';
import { ordersProjection } from '../../projections/orders.ts';
import { rebuild, rollback } from '../../projections/rebuild/rebuild.ts';
import { listActs } from '../../store/audit/list-acts.ts';
import { recordAct } from '../../store/audit/record-act.ts';
import { toId } from '../../store/ids.ts';
import { findPrincipal, hashApiKey } from '../../store/keys/api-keys.ts';
import { issueKey, rotateKey } from '../../store/keys/issue-key.ts';
import { limitKey, limitTenant } from '../../store/keys/key-limits.ts';
import { revokeKey } from '../../store/keys/revoke-key.ts';
import { setSeries } from '../../store/order-series.ts';
import { createNamedTenant } from '../../store/tenants.ts';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const acts = (tenantId?: string) => listActs(shop.pool, { since: undefined, tenantId, limit: 1_000 });
const namesOf = async (tenantId: string) => (await acts(tenantId)).map(({ act }) => act);

test('acts on tenants and keys are recorded with their user and host', async () => {
  const { pool } = shop;
  const made = await createNamedTenant(pool, 'Kelp');
  const { tenant_id: tenantId, partition } = made!.tenant;
  const wanted = { tenantId, name: 'till', scopes: ['orders:read'], mode: 'live' } as const;
  const issued = await issueKey(pool, wanted);
  if (issued.kind !== 'issued') throw new Error('not issued');
  const { key_id: keyId } = issued.record;
  const next = await rotateKey(pool, keyId);
  if (next.kind !== 'issued') throw new Error('not issued');
  await limitKey(pool, keyId, { write: '6000/60', networks: ['10.0.0.0/8'] });
  await limitTenant(pool, tenantId, { read: '9/1' });
  await setSeries(pool, { tenantId, partition }, { series: 'W-', start: 7 });
  await revokeKey(pool, keyId);

  const recorded = await acts(tenantId);
  expect(recorded.map(({ act }) => act)).toEqual([
    'tenant_created',
    'key_created',
    'key_rotated',
    'key_limited',
    'tenant_limited',
    'series_set',
    'key_revoked',
  ]);
  for (const act of recorded) {
    expect(act).toMatchObject({ actor_key_id: null, actor_user: userInfo().username, origin: hostname() });
    expect(JSON.stringify(act)).not.toContain(issued.key.slice(8, 20));
    expect(JSON.stringify(act)).not.toContain(next.key.slice(8, 20));
  }
  const [, , rotated, limited] = recorded;
  expect(rotated?.subject).toBe(toId('key', keyId));
  expect(JSON.parse(rotated?.details ?? '')).toMatchObject({ successor: toId('key', next.record.key_id) });
  expect(JSON.parse(limited?.details ?? '')).toMatchObject({
    write_quota: '6000/60',
    networks: ['10.0.0.0/8'],
  });

  // What changes nothing is not recorded.
  await revokeKey(pool, keyId);
  await createNamedTenant(pool, 'Kelp');
  await issueKey(pool, wanted);
  expect((await issueKey(pool, wanted)).kind).toBe('two_live');
  expect((await namesOf(tenantId)).slice(7)).toEqual(['key_created']);
});

test('writes to webhook endpoints are recorded once, with key and address, without URLs and secrets', async () => {
  const { ask, tenantId, pool, apiKey } = shop;
  const url = 'https://example.com/hook?token=hush-hush';
  const body = { url, description: 'till' };
  const made = await ask('/v2/webhook-endpoints', { body, key: 'once' });
  expect([made.status, (await ask('/v2/webhook-endpoints', { body, key: 'once' })).status]).toEqual([
    201, 201,
  ]);
  const path = `/v2/webhook-endpoints/${made.json.id}`;
  const changed = await ask(path, {
    method: 'PATCH',
    body: { status: 'disabled' },
    headers: { 'Content-Type': 'application/merge-patch+json', 'If-Match': '*' },
  });
  expect(changed.status).toBe(200);
  expect((await ask(`${path}/secret-rotations`, { method: 'POST', body: {} })).status).toBe(201);
  expect((await ask(path, { method: 'DELETE', headers: { 'If-Match': '*' } })).status).toBe(204);
  // A refused write is not an act.
  expect((await ask(path, { method: 'DELETE', headers: { 'If-Match': '*' } })).status).toBe(404);

  const { keyId } = (await findPrincipal(pool, hashApiKey(apiKey)))!;
  const recorded = await acts(tenantId);
  expect(recorded.map(({ act, subject, details }) => [act, subject, JSON.parse(details)])).toEqual([
    ['endpoint_created', made.json.id, { given: ['url', 'description'] }],
    ['endpoint_changed', made.json.id, { given: ['status'] }],
    ['secret_rotated', made.json.id, { given: [] }],
    ['endpoint_deleted', made.json.id, { given: [] }],
  ]);
  for (const act of recorded)
    expect(act).toMatchObject({ actor_key_id: keyId, actor_user: null, origin: '127.0.0.1' });
  expect(JSON.stringify(recorded)).not.toContain('hush-hush');
});

test('acts on projections are recorded for the installation', async () => {
  const { pool } = shop;
  await setPaused(pool, 'orders', true);
  await setPaused(pool, 'orders', false);
  const options = { onProgress: () => {} };
  await rebuild(pool, ordersProjection, options);
  await rollback(pool, ordersProjection, options);
  const recorded = (await acts()).filter(({ tenant_id }) => tenant_id === null);
  expect(recorded.map(({ act, subject }) => [act, subject])).toEqual([
    ['projection_paused', 'orders'],
    ['projection_resumed', 'orders'],
    ['projection_rebuilt', 'orders'],
    ['projection_rolled_back', 'orders'],
  ]);
});

test.each([
  'UPDATE administrative_acts SET origin = origin',
  'DELETE FROM administrative_acts',
  'TRUNCATE administrative_acts',
])('the table refuses %s', async (statement) => {
  await expect(shop.pool.query({ ...sql.unsafe`-`, sql: statement })).rejects.toThrow(
    /append-only: (?:UPDATE|DELETE|TRUNCATE) refused/,
  );
});

test('an act that is rolled back leaves no record', async () => {
  const before = (await acts()).length;
  const act = shop.pool.transaction(async (transaction) => {
    await recordAct(transaction, { act: 'key_revoked', tenantId: null, subject: 'key_1' });
    throw new Error('taken back');
  });
  await expect(act).rejects.toThrow('taken back');
  expect(await acts()).toHaveLength(before);
});
