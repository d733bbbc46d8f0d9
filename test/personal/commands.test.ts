/** `npx holdfast customers` and `personal`. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CliContext } from '../../command-line/command.ts';
import { customers } from '../../store/cli/customers.ts';
import { personal } from '../../store/cli/personal.ts';
import { toId } from '../../store/ids.ts';
import { type Shop, openShop, until } from '../setup/shop.ts';
import { PERSONAL_KEY, v2Order } from './orders.ts';

let shop: Shop;
let folder: string;
const written: string[] = [];
let keys = [Buffer.from(PERSONAL_KEY, 'base64')];
const context = (): CliContext => ({
  database: async () => shop.pool,
  grpcAccess: () => Promise.reject(new Error('not used')),
  httpAccess: () => Promise.reject(new Error('not used')),
  secretsKeys: () => [],
  personalKeys: () => keys,
  erasuresFile: () => join(folder, 'erasures'),
  write: async (text) => void written.push(text),
});
const run = (group: typeof customers, name: string, id: string[], values = {}, flags: string[] = []) =>
  group[name]!.run({ positionals: id, values, flags: new Set(flags) }, context());

beforeAll(async () => {
  shop = await openShop({ HOLDFAST_PERSONAL_KEY: PERSONAL_KEY });
  folder = await mkdtemp(join(tmpdir(), 'holdfast-customers-'));
});
afterAll(async () => {
  await shop.close();
  await rm(folder, { recursive: true });
});

const place = async (change: object) =>
  (await shop.ask('/v2/orders', { body: v2Order({ email: 'a@example.com', ...change }) })).json;
const emailOf = async (id: string) => (await shop.ask(`/v2/orders/${id}`)).json.email as string | null;

test('erase erases a customer, the order of a guest, or a whole tenant, and lists it', async () => {
  const tenant = toId('ten', shop.tenantId);
  const [ada, guest, other] = [
    await place({ customer_id: 'ada' }),
    await place({ customer_id: null }),
    await place({ customer_id: 'other' }),
  ];
  await run(customers, 'erase', ['ada'], { tenant });
  await until(async () => (await emailOf(ada.id)) === null, 1_000);
  expect([await emailOf(guest.id), await emailOf(other.id)]).toEqual(['a@example.com', 'a@example.com']);
  await run(customers, 'erase', [guest.id], { tenant }, ['order']);
  await until(async () => (await emailOf(guest.id)) === null, 1_000);
  await run(customers, 'erase-all', [tenant]);
  await until(async () => (await emailOf(other.id)) === null, 1_000);
  expect((await shop.ask('/v2/events?types=CustomerErased')).json.data).toHaveLength(3);
  await run(customers, 'erasures', []);
  expect(written.join('')).toBe(await readFile(join(folder, 'erasures'), 'utf8'));
  expect((await run(customers, 'apply', [join(folder, 'erasures')]))?.data).toEqual({
    erasures: 3,
    destroyed: 0,
  });
  const after = await place({ customer_id: 'ada' });
  expect(await emailOf(after.id)).toBe('a@example.com');
});

test('mark seals entries of metadata', async () => {
  await run(customers, 'mark', [], { tenant: toId('ten', shop.tenantId), metadata: 'gift' });
  await new Promise((resolve) => setTimeout(resolve, 600));
  const { id } = await place({ customer_id: 'm', metadata: { gift: 'for Ada', channel: 'web' } });
  const { rows } = await shop.pool.query({
    ...(await import('slonik')).sql
      .unsafe`SELECT data::text FROM events WHERE order_id = ${id.slice(4)}::uuid`,
  });
  expect((rows[0] as { data: string }).data).not.toContain('for Ada');
  expect((await shop.ask(`/v2/orders/${id}`)).json.metadata).toEqual({ gift: 'for Ada', channel: 'web' });
});

test('rotate moves all keys to the first master key, and status shows it', async () => {
  keys = [randomBytes(32), ...keys];
  const rotated = await run(personal, 'rotate', []);
  const status = (await run(personal, 'status', []))?.data as {
    key_id: string;
    master_keys: { key_id: string }[];
  };
  expect(status.master_keys.map(({ key_id }) => key_id)).toEqual([status.key_id]);
  expect(rotated?.data).toMatchObject({ key_id: status.key_id });
  expect((await run(personal, 'seal', []))?.data).toEqual({ sealed: 0 });
});
