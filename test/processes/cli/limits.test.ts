/** The commands that limit keys and tenants, and the record of administrative acts. */
import { hostname, userInfo } from 'node:os';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ensurePartitions } from '../../../store/partitions.ts';
import type { DatabasePool } from '../../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';
import { holdfast } from '../../setup/processes/command.ts';

let database: TestDatabase;
let pool: DatabasePool;
let tenantId: string;
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database);
  await ensurePartitions(pool, 4, []);
  tenantId = (await json('tenants', 'create', 'Kelp & Söhne')).tenant_id;
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const run = (...args: string[]) => holdfast(args, { DATABASE_URL: database.url });
const json = async (...args: string[]) => {
  const { json, stderr } = await run(...args, '--json');
  expect(stderr).toBe('');
  return json;
};

test('a key and a tenant get quotas, which the lists show; default and none remove them', async () => {
  const args = ['keys', 'create', '--tenant', tenantId, '--name', 'import'];
  const made = await json(...args, '--write', '6000/60', '--read', 'default');
  expect(made).toMatchObject({ write_quota: '6000/60', read_quota: null });
  expect(await json('keys', 'limit', made.key_id, '--read', '90/1')).toMatchObject({
    write_quota: '6000/60',
    read_quota: '90/1',
  });
  expect((await run('keys', 'list', '--tenant', tenantId)).stdout).toMatch(
    /import .* 6000\/60 +90\/1 +any +never +live/,
  );
  expect(await json('keys', 'rotate', made.key_id)).toMatchObject({
    write_quota: '6000/60',
    read_quota: '90/1',
  });
  const reset = await run('keys', 'limit', made.key_id, '--write', 'default');
  expect(reset.stdout).toBe(
    `${made.key_id}: writes default, reads 90/1, from any address, expires never. Every node applies it within 5 seconds.\n`,
  );

  const limited = await run('tenants', 'limit', 'Kelp & Söhne', '--write', '100/1', '--read', '200/1');
  expect(limited).toMatchObject({ code: 0, stderr: '' });
  expect((await run('tenants', 'list')).stdout).toMatch(/Kelp & Söhne .* 100\/1 +200\/1/);
  const free = await json('tenants', 'limit', tenantId, '--write', 'none');
  expect(free).toMatchObject({ write_quota: null, read_quota: '200/1' });
});

test('a key gets an end and networks; its successor keeps the networks and lives as long', async () => {
  const args = ['keys', 'create', '--tenant', tenantId, '--name', 'partner'];
  const made = await json(...args, '--expires-in', '10d', '--from', '10.0.0.0/8, 2001:DB8::/32,192.0.2.7');
  expect(made.networks).toEqual(['10.0.0.0/8', '2001:db8::/32', '192.0.2.7/32']);
  const left = Date.parse(made.expires_at) - Date.now();
  expect(Math.round(left / 86_400_000)).toBe(10);
  const listed = await run('keys', 'list', '--tenant', tenantId);
  expect(listed.stdout).toContain(`10.0.0.0/8,2001:db8::/32,192.0.2.7/32  ${made.expires_at}  live`);
  expect(listed.stdout).toContain(
    `${made.key_id} "partner" expires in 10 days at most. Replace it: npx holdfast keys rotate ${made.key_id}`,
  );
  const next = await json('keys', 'rotate', made.key_id);
  expect(next.networks).toEqual(made.networks);
  expect(Date.parse(next.expires_at)).toBeGreaterThanOrEqual(Date.parse(made.expires_at));
  const changed = await json('keys', 'limit', next.key_id, '--expires', '2037-01-31', '--from', 'any');
  expect(changed).toMatchObject({
    networks: [],
    expires_at: expect.stringMatching(/^2037-01-31T23:59:59/),
  });
  expect(await json('keys', 'limit', next.key_id, '--expires', 'never')).toMatchObject({
    expires_at: null,
  });
});

test.each([
  [['keys', 'create', '--tenant', 'T', '--write', '0/60'], '--write must be COUNT/SECONDS, such as 600/60'],
  [['keys', 'create', '--tenant', 'T', '--write', 'none'], 'or default, not "none"'],
  [['keys', 'limit', `key_${'0'.repeat(32)}`, '--read', '100001/60'], '--read must be COUNT/SECONDS'],
  [['keys', 'limit', `key_${'0'.repeat(32)}`], 'Set at least one of --write, --read, --from'],
  [['keys', 'create', '--tenant', 'T', '--expires', '2027-02-30'], '--expires must be a day such as'],
  [
    ['keys', 'create', '--tenant', 'T', '--expires', '2020-01-31'],
    '--expires must name a time in the future',
  ],
  [['keys', 'create', '--tenant', 'T', '--expires-in', '90'], 'such as 90d, 12h or 30m, not "90"'],
  [['keys', 'create', '--tenant', 'T', '--expires-in', '1d', '--expires', 'never'], 'exclude each other'],
  [['keys', 'create', '--tenant', 'T', '--from', '10.0.0.0/33'], '--from must be networks such as'],
  [['keys', 'create', '--tenant', 'T', '--from', '10.1'], '--from must be networks such as'],
  [['keys', 'create', '--tenant', 'T', '--from', '::ffff:10.0.0.0/104'], 'must be written as IPv4'],
  [['tenants', 'limit', 'T', '--write', '6000/min'], 'or none, not "6000/min"'],
  [['tenants', 'limit', 'T'], 'Set --write, --read, or both.'],
])('%j is refused before the database is asked', async (args, words) => {
  const { code, stdout, stderr } = await run(...args);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(words)]);
});

test('the audit lists acts with their user, by tenant and since a time', async () => {
  const all = await json('audit', '--tenant', tenantId);
  expect(all[0]).toEqual({
    recorded_at: expect.any(String),
    act: 'tenant_created',
    tenant_id: tenantId,
    tenant_name: 'Kelp & Söhne',
    subject: tenantId,
    actor: `user ${userInfo().username}`,
    origin: hostname(),
    details: { name: 'Kelp & Söhne' },
  });
  const acts = all.map(({ act }: { act: string }) => act);
  for (const act of ['key_created', 'key_rotated', 'key_limited', 'tenant_limited'])
    expect(acts).toContain(act);
  const formatted = await run('audit', '--tenant', tenantId, '--format', 'json', '--since', '1d');
  expect(JSON.parse(formatted.stdout)).toEqual(all);
  const newest = await run('audit', '--limit', '1');
  expect(newest.stdout).toContain('These are the newest 1 acts. For more, use --limit.');
  const later = await run('audit', '--since', '2037-01-31');
  expect(later.stdout).toBe('No administrative acts are recorded.\n');
  const wrong = await run('audit', '--since', 'yesterday');
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--since must be a day such as')]);
});
