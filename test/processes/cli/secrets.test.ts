/** `npx holdfast secrets`, and a server that lacks the key. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TEST_REDIS, type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { ended, launch, startServer } from '../../setup/processes/server-process.ts';
import { newApiKey, send, until } from '../../setup/shop.ts';

const [older, newer] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const apiKey = newApiKey();

let database: TestDatabase;
let folder: string;
let file: string;
beforeAll(async () => {
  database = await cloneDatabase();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-secrets-'));
  file = join(folder, 'keys');
  await writeFile(file, `${newer}\n${older}\n`);
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

const run = (env: Record<string, string>, ...args: string[]) =>
  holdfast(['secrets', ...args], { DATABASE_URL: database.url, ...env });
const serverEnv = (env: Record<string, string>) => ({
  DATABASE_URL: database.url,
  REDIS_URL: TEST_REDIS,
  HOLDFAST_BOOTSTRAP_KEY: apiKey,
  ...env,
});

test('an installation turns encryption on, changes the key, and refuses to start without it', async () => {
  const clear = await startServer({ env: serverEnv({}) });
  await until(() => clear.output().includes('stored in the clear: HOLDFAST_SECRETS_KEY is not set'));
  const made = await send(`${clear.url}/v2/webhook-endpoints`, {
    apiKey,
    body: { url: 'https://example.com/hook' },
  });
  expect(made.status).toBe(201);
  const secretAt = async (url: string) =>
    (await send(`${url}/v2/webhook-endpoints/${made.json.id}/secret`, { apiKey })).json.secret as string;
  const secret = await secretAt(clear.url);
  expect(await clear.end('SIGTERM')).toBe(0);

  const without = await run({}, 'rotate');
  expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('Set HOLDFAST_SECRETS_KEY') });
  const first = await run({ HOLDFAST_SECRETS_KEY: older }, 'rotate', '--json');
  expect(first.json).toEqual({ key_id: expect.any(String), rotated: 3, replaced: 0 });
  const changed = await run({ HOLDFAST_SECRETS_KEY_FILE: file }, 'rotate');
  expect(changed).toMatchObject({ code: 0, stderr: '' });
  const status = await run({ HOLDFAST_SECRETS_KEY_FILE: file }, 'status', '--json');
  const [newerId, olderId] = status.json.configured_key_ids;
  expect(olderId).toBe(first.json.key_id);
  expect(status.json).toMatchObject({
    active_key_id: newerId,
    secrets: [{ key_id: newerId, webhook_secrets: 1, earlier_webhook_secrets: 0, instance_secrets: 2 }],
  });
  expect((await run({ HOLDFAST_SECRETS_KEY: older }, 'status')).stdout).toMatch(
    new RegExp(`^${newerId} +NOT CONFIGURED +1 +0 +2$`, 'm'),
  );

  for (const env of [{ HOLDFAST_SECRETS_KEY: '' }, { HOLDFAST_SECRETS_KEY: older }]) {
    const { code, output } = await ended(launch({ env: serverEnv({ HOLDFAST_LOG_LEVEL: 'warn', ...env }) }));
    expect([code, output]).toEqual([
      1,
      expect.stringContaining(`secrets under the key ${newerId} (3 of them)`),
    ]);
    expect(output).not.toContain(older);
    expect(output).not.toMatch(/\n +at /); // no stack
  }
  const sealed = await startServer({
    env: serverEnv({ HOLDFAST_SECRETS_KEY: newer, HOLDFAST_WORKERS: '2' }),
  });
  expect(await secretAt(sealed.url)).toBe(secret);
  expect(sealed.output()).not.toContain(newer);
  expect(await sealed.end('SIGTERM')).toBe(0);

  expect(await run({ HOLDFAST_SECRETS_KEY: newer }, 'rotate', '--to-clear')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('All secrets are in the clear: 3 changed.'),
  });
}, 120_000);

test.each([
  [['rotate', '--replace', 'all'], 2, '--replace must be the id of a key'],
  [['rotate', '--replace', 'KEY'], 1, 'is configured, so it is not lost'],
])('%j is refused', async (args, code, words) => {
  const { json } = await run({ HOLDFAST_SECRETS_KEY: older }, 'status', '--json');
  const [keyId] = json.configured_key_ids as string[];
  const given = args.map((arg) => (arg === 'KEY' ? keyId! : arg));
  expect(await run({ HOLDFAST_SECRETS_KEY: older }, ...given)).toMatchObject({
    code,
    stderr: expect.stringContaining(words),
  });
});
