/** Secrets at rest: none in the clear once rotated, signatures that verify all the time. */
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { activeKeyId, countSecrets } from '../../../store/secrets/count-secrets.ts';
import { type Keyring, createKeyring } from '../../../store/secrets/keyring.ts';
import { rotateSecrets } from '../../../store/secrets/rotate-secrets.ts';
import { listActs } from '../../../store/audit/list-acts.ts';
import { toUuid } from '../../../store/ids.ts';
import type { DatabasePool } from '../../../store/pool.ts';
import { until } from '../../setup/shop.ts';
import type { Message } from '../../workers/receiver.ts';
import { arrived, openWebhooks } from '../../workers/webhook-shop.ts';

const keys = [randomBytes(32), randomBytes(32)] as const;
/** A key that the server does not have. */
const foreign = randomBytes(32);
const keyring = createKeyring(keys);
const [first = '', second = ''] = keyring.ids;
const foreignId = createKeyring([foreign]).ids[0]!;
const all = createKeyring([...keys, foreign]);

const { aShop, pool } = openWebhooks({
  HOLDFAST_SECRETS_KEY: keys.map((key) => key.toString('base64')).join(','),
});
const rotateTo = (target: string | null, ring: Keyring = all) =>
  rotateSecrets(pool(), { keyring: ring, target });
beforeEach(() => rotateTo(first));

const bytesOf = (text: string) => Buffer.from(text.slice('whsec_'.length), 'base64');
const verifies = (text: string, { text: body, headers }: Message) => {
  try {
    new Webhook(text).verify(body, headers);
    return true;
  } catch {
    return false;
  }
};

/** Every column of every row of every table, as text. */
async function dump(database: DatabasePool): Promise<string> {
  const tables = await database.anyFirst(sql.type(z.object({ name: z.string() }))`
    SELECT relname AS name FROM pg_class WHERE relnamespace = 'holdfast'::regnamespace AND relkind = 'r' ORDER BY 1`);
  const texts = [];
  for (const name of tables) {
    texts.push(
      ...(await database.anyFirst(
        sql.type(
          z.object({ row: z.string() }),
        )`SELECT row_to_json(t)::text AS row FROM ${sql.identifier([name])} AS t`,
      )),
    );
  }
  return texts.join('\n');
}

/** Whether a text holds a secret, in a spelling that Postgres or Holdfast may use. */
const holds = (text: string, secret: Buffer) =>
  [secret.toString('hex'), secret.toString('base64'), secret.toString('base64url')].some((form) =>
    text.toLowerCase().includes(form.toLowerCase()),
  );

async function anEndpoint() {
  const shop = await aShop();
  const endpoint = await shop.connect();
  const secrets = [await endpoint.secret()];
  const rotate = async (hours = 24) => {
    const answer = await shop.ask(`${endpoint.path}/secret-rotations`, {
      body: { previous_secret_hours: hours },
    });
    if (answer.status === 201) secrets.push(await endpoint.secret());
    return answer;
  };
  return { ...shop, endpoint, secrets, rotate, uuid: toUuid(endpoint.id) };
}

const instanceSecrets = async () =>
  Promise.all(
    (
      await pool().any(sql.type(z.object({ name: z.string(), stored: z.instanceof(Buffer) }))`
        SELECT name, coalesce(secret, sealed_secret) AS stored FROM instance_secrets ORDER BY name`)
    ).map(({ name, stored }) => all.open(stored, ['instance secret', name])),
  );

test('a new database with a key seals from its first secret', async () => {
  const { secrets, endpoint, uuid } = await anEndpoint();
  expect(await activeKeyId(pool())).toBe(first);
  const { sealed } = await pool().one(sql.type(z.object({ sealed: z.instanceof(Buffer) }))`
    SELECT sealed_secret AS sealed FROM webhook_endpoints WHERE endpoint_id = ${uuid} AND secret IS NULL`);
  expect(sealed).toHaveLength(69);
  expect(holds(await dump(pool()), bytesOf(secrets[0]!))).toBe(false);
  expect(await endpoint.secret()).toBe(secrets[0]);
});

test('no secret is in any column of any table once rotated, and each one still signs', async () => {
  await rotateTo(null);
  const { secrets, rotate, place, endpoint } = await anEndpoint();
  await rotate(24);
  await rotate(1);
  const hidden = [...secrets.map(bytesOf), ...(await instanceSecrets())];
  // The search finds each of them while they are in the clear.
  const before = await dump(pool());
  expect(hidden.map((secret) => holds(before, secret))).toEqual(hidden.map(() => true));

  await rotateTo(first);
  const after = await dump(pool());
  expect(hidden.map((secret) => holds(after, secret))).toEqual(hidden.map(() => false));
  expect((await countSecrets(pool())).map(({ key_id }) => key_id)).toEqual([first]);
  expect(await instanceSecrets()).toEqual(hidden.slice(secrets.length));
  await place();
  await arrived(endpoint.receiver, 1);
  const [message] = endpoint.receiver.messages;
  expect(secrets.map((secret) => verifies(secret, message!))).toEqual(secrets.map(() => true));
  const read = await endpoint.get('/secret');
  expect(read).toMatchObject({ secret: secrets[2], previous_secret: secrets[1] });
  expect(read.previous_secrets.map((each: { secret: string }) => each.secret)).toEqual([
    secrets[0],
    secrets[1],
  ]);
});

test('a sealed endpoint keeps promised secrets, ends them with 0 hours, and refuses an eleventh', async () => {
  const { secrets, rotate, endpoint } = await anEndpoint();
  while (secrets.length < 10) expect((await rotate()).status).toBe(201);
  expect((await rotate()).status).toBe(422);
  expect((await endpoint.get('/secret')).previous_secrets).toHaveLength(9);
  expect((await rotate(0)).status).toBe(201);
  expect(await endpoint.get('/secret')).toMatchObject({ previous_secret: null, previous_secrets: [] });
  const text = await dump(pool());
  expect(secrets.filter((secret) => holds(text, bytesOf(secret)))).toEqual([]);
});

test('keys change under traffic, and every message verifies with every promised secret', async () => {
  const { secrets, rotate, place, endpoint } = await anEndpoint();
  const targets = [second, null, first, second, first];
  const state = { done: false };
  const placing = (async () => {
    let placed = 0;
    for (; !state.done; placed += 1) await place();
    return placed;
  })();
  placing.catch(() => {}); // thrown where it is awaited
  try {
    for (const target of targets) {
      const [{ failures }] = await Promise.all([rotateTo(target), rotate(48)]);
      expect(failures).toEqual([]);
      const count = endpoint.receiver.messages.length;
      await arrived(endpoint.receiver, count + 2);
    }
  } finally {
    state.done = true;
  }
  const placed = await placing;
  await arrived(endpoint.receiver, placed);
  // The first secret was promised all along; the newest signs what comes now.
  expect(endpoint.receiver.messages.filter((message) => !verifies(secrets[0]!, message))).toEqual([]);
  await place();
  await arrived(endpoint.receiver, placed + 1);
  const last = endpoint.receiver.messages.at(-1)!;
  expect(secrets.map((secret) => verifies(secret, last))).toEqual(secrets.map(() => true));
  await rotateTo(first);
  expect((await countSecrets(pool())).map(({ key_id }) => key_id)).toEqual([first]);
}, 60_000);

describe('a secret that does not decrypt', () => {
  test('copied from another tenant: its deliveries wait and say why, others go on, 0 hours repair it', async () => {
    const [robbed, copied] = [await anEndpoint(), await anEndpoint()];
    await pool().query(sql.unsafe`
      UPDATE webhook_endpoints SET sealed_secret = (SELECT sealed_secret FROM webhook_endpoints WHERE endpoint_id = ${robbed.uuid})
       WHERE endpoint_id = ${copied.uuid}`);
    await copied.place();
    await robbed.place();
    await arrived(robbed.endpoint.receiver, 1);
    await until(async () => (await copied.endpoint.deliveries())[0]?.last_error === 'secret_not_decrypted');
    expect(await copied.endpoint.deliveries()).toMatchObject([{ status: 'pending', attempt_count: 0 }]);
    expect(copied.endpoint.receiver.messages).toEqual([]);
    expect(await copied.endpoint.get()).toMatchObject({ status: 'enabled', failing_since: null });
    expect((await copied.ask(`${copied.endpoint.path}/secret`)).json).toMatchObject({
      status: 503,
      code: 'unavailable',
      detail: expect.stringContaining('cannot decrypt'),
    });
    expect((await copied.rotate(24)).status).toBe(503);
    expect((await copied.rotate(0)).status).toBe(201);
    await arrived(copied.endpoint.receiver, 1, 40_000); // it rests for 10 s
    expect(verifies(copied.secrets.at(-1)!, copied.endpoint.receiver.messages[0]!)).toBe(true);
    await until(async () => (await copied.endpoint.deliveries())[0]?.status === 'delivered');
    expect(await copied.endpoint.deliveries()).toMatchObject([{ last_error: null }]);
  }, 60_000);

  test('under a key that the server lacks: it waits, a new endpoint is refused, and goes on with the key', async () => {
    const { endpoint, secrets, place, ask } = await anEndpoint();
    await rotateTo(foreignId);
    await place();
    await until(async () => (await endpoint.deliveries())[0]?.last_error === 'secret_not_decrypted');
    const refused = await ask('/v2/webhook-endpoints', { body: { url: endpoint.receiver.url } });
    expect([refused.status, refused.json.code]).toEqual([503, 'unavailable']);
    await rotateTo(first);
    await arrived(endpoint.receiver, 1, 40_000); // it rests for 10 s
    expect(verifies(secrets[0]!, endpoint.receiver.messages[0]!)).toBe(true);
  }, 60_000);

  test('is reported by a rotation, which rotates all others', async () => {
    const [damaged, sound] = [await anEndpoint(), await anEndpoint()];
    await pool().query(sql.unsafe`
      UPDATE webhook_endpoints SET sealed_secret = overlay(sealed_secret PLACING '\\x00000000'::bytea FROM 30)
       WHERE endpoint_id = ${damaged.uuid}`);
    const { failures } = await rotateTo(second);
    expect(failures).toEqual([expect.stringContaining(damaged.uuid)]);
    expect(failures[0]).toContain('was changed');
    expect(await sound.endpoint.secret()).toBe(sound.secrets[0]);
    expect((await countSecrets(pool())).map(({ key_id }) => key_id).toSorted()).toEqual(
      [first, second].toSorted(),
    );
    await damaged.rotate(0);
  });
});

test('a rotation that ends in the middle is continued by the next one', async () => {
  const { ask, endpoint } = await anEndpoint();
  for (let n = 0; n < 120; n += 1) {
    const made = await ask('/v2/webhook-endpoints', {
      body: { url: endpoint.receiver.url, description: 'many' },
    });
    expect(made.status).toBe(201);
  }
  let sealed = 0;
  const dying: Keyring = {
    ...all,
    seal(...given) {
      if (++sealed > 70) throw new Error('killed');
      return all.seal(...given);
    },
  };
  await expect(rotateTo(second, dying)).rejects.toThrow('killed');
  const countOf = async (keyId: string) =>
    (await countSecrets(pool())).find(({ key_id }) => key_id === keyId)?.webhook_secrets ?? 0;
  const done = await countOf(second);
  expect(done).toBeGreaterThanOrEqual(50);
  expect(await countOf(first)).toBeGreaterThanOrEqual(50);
  const rest = await rotateTo(second);
  expect([await countOf(first), rest.failures]).toEqual([0, []]);
  expect(await rotateTo(second)).toEqual({ rotated: 0, replaced: 0, failures: [] });
}, 60_000);

test('a write of the release before to a sealed row changes nothing', async () => {
  const { endpoint, secrets, uuid } = await anEndpoint();
  await expect(
    pool().query(sql.unsafe`
      UPDATE webhook_endpoints SET previous_secret = secret, previous_secret_expires_at = now() + interval '1 day',
             secret = sha256('new'), generation = generation + 1 WHERE endpoint_id = ${uuid}`),
  ).rejects.toThrow();
  expect(await endpoint.secret()).toBe(secrets[0]);
});

test('each activation of a key is on record', async () => {
  await rotateTo(second);
  await rotateTo(second);
  const acts = await listActs(pool(), { since: undefined, tenantId: undefined, limit: 1_000 });
  const activated = acts.filter(({ act }) => act === 'secrets_key_activated').map(({ subject }) => subject);
  expect(activated.slice(-2)).toEqual([first, second]);
});
