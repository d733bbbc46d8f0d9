/** Installations in one database: of an earlier release, and two beside each other. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { migrate } from '../../../store/migrate.ts';
import { schemaOf, useSchema } from '../../../store/schema/names.ts';
import { TEST_REDIS, emptyDatabase } from '../../setup/database.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { type ServerProcess, ended, launch, startServer } from '../../setup/processes/server-process.ts';
import { anOrder, newApiKey, send, until } from '../../setup/shop.ts';

const apiKey = newApiKey();
let database: Awaited<ReturnType<typeof emptyDatabase>>;
let client: Client;
const running: ServerProcess[] = [];
beforeEach(async () => {
  database = await emptyDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query('CREATE TABLE public.notes (id int)');
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.end('SIGTERM')));
  await client.end();
  await database.drop();
});

const env = (more: Record<string, string> = {}) => ({
  DATABASE_URL: database.url,
  REDIS_URL: TEST_REDIS,
  HOLDFAST_BOOTSTRAP_KEY: apiKey,
  HOLDFAST_LOG_LEVEL: 'info',
  ...more,
});
async function start(more: Record<string, string> = {}): Promise<ServerProcess> {
  const server = await startServer({ env: env(more) });
  running.push(server);
  return server;
}
const place = async (server: ServerProcess): Promise<string> => {
  const { status, json } = await send(`${server.url}/v1/orders`, { body: anOrder(), apiKey });
  expect(status).toBe(201);
  return json.id;
};
const listed = async (server: ServerProcess): Promise<string[]> => {
  const { json } = await send(`${server.url}/v1/orders`, { apiKey });
  return (json.data as { id: string }[]).map(({ id }) => id);
};
const tablesOf = async (schema: string): Promise<string[]> => {
  const { rows } = await client.query<{ name: string }>(
    'SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 ORDER BY 1',
    [schema],
  );
  return rows.map(({ name }) => name);
};

describe('an installation of an earlier release', () => {
  beforeAll(() => useSchema('public'));
  afterAll(() => useSchema('holdfast'));
  beforeEach(async () => {
    await client.query('CREATE SCHEMA IF NOT EXISTS public');
    await migrate(database.url);
    expect(schemaOf('rebuild')).toBe('holdfast_rebuild');
  });

  test('stays in the schema public, and a rebuild keeps it there', async () => {
    const server = await start();
    // The log is written some time after the banner.
    await until(() => /"schema":"public".*"schema in use"/.test(server.output()));
    const id = await place(server);
    await until(async () => (await listed(server)).includes(id));
    const rebuilt = await holdfast(['projections', 'rebuild', 'orders'], env());
    expect([rebuilt.code, rebuilt.stderr]).toEqual([0, '']);
    expect(await listed(server)).toEqual([id]);
    expect(await tablesOf('public')).toContain('orders');
    expect(await tablesOf('holdfast_previous')).toEqual(['order_terms', 'orders']);
    expect(await tablesOf('holdfast')).toEqual([]);
  }, 120_000);

  test('is not hidden by an empty one when HOLDFAST_SCHEMA names another schema', async () => {
    const { code, output } = await ended(launch({ env: env({ HOLDFAST_SCHEMA: 'holdfast' }) }));
    const asked = await holdfast(['tenants', 'list'], env({ HOLDFAST_SCHEMA: 'holdfast' }));
    for (const [exit, text] of [
      [code, output],
      [asked.code, asked.stderr],
    ] as const) {
      expect(exit).toBe(1);
      expect(text).toContain('has Holdfast in the schema public, and none in holdfast.');
      expect(text).toContain('Set HOLDFAST_SCHEMA=public to use it.');
      expect(text).not.toMatch(/^\s+at /m);
    }
    expect(await tablesOf('holdfast')).toEqual([]);
  }, 60_000);
});

test('two installations in one database, beside a table orders, share nothing', async () => {
  await client.query('CREATE TABLE public.orders (id int); INSERT INTO public.orders VALUES (1)');
  const first = await start();
  const books = { HOLDFAST_SCHEMA: 'books' };
  const refused = await ended(launch({ env: env(books) }));
  expect([refused.code, refused.output]).toEqual([
    1,
    expect.stringContaining('HOLDFAST_SCHEMA=books npx holdfast migrate --new'),
  ]);
  expect(await holdfast(['migrate', '--new'], env(books))).toMatchObject({ code: 0, stderr: '' });
  const second = await start(books);

  const [ofFirst, ofSecond] = [await place(first), await place(second)];
  await until(async () => (await listed(first)).length > 0 && (await listed(second)).length > 0);
  expect([await listed(first), await listed(second)]).toEqual([[ofFirst], [ofSecond]]);

  const commands = [
    ['projections', 'rebuild', 'orders'],
    ['projections', 'verify', 'sales'],
    ['log', 'verify'],
  ];
  for (const command of commands)
    for (const ended of await Promise.all([holdfast(command, env()), holdfast(command, env(books))]))
      expect([command, ended.code, ended.stderr]).toEqual([command, 0, '']);
  expect([await listed(first), await listed(second)]).toEqual([[ofFirst], [ofSecond]]);
  for (const schema of ['holdfast', 'books'])
    expect(await tablesOf(`${schema}_previous`)).toEqual(['order_terms', 'orders']);
  expect(await tablesOf('public')).toEqual(['notes', 'orders']);
  expect((await client.query('SELECT id FROM public.orders')).rows).toEqual([{ id: 1 }]);

  const { rows: channels } = await client.query<{ query: string }>(`
    SELECT DISTINCT query FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'holdfast-wakeups' AND query LIKE 'LISTEN%'`);
  expect(channels.every(({ query }) => /^LISTEN holdfast_appended_(?:holdfast|books)$/.test(query))).toBe(
    true,
  );
}, 180_000);
