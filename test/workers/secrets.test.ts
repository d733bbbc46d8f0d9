/** Secrets that a rotation promised sign until their own end, however often an endpoint rotates. */
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { Webhook } from 'standardwebhooks';
import { toUuid } from '../../store/ids.ts';
import { SECRETS_MAX } from '../../store/webhooks/secrets.ts';
import type { Message } from './receiver.ts';
import { arrived, openWebhooks } from './webhook-shop.ts';

const { aShop, pool } = openWebhooks();

const verifies = (secret: string, { text, headers }: Message): boolean => {
  try {
    new Webhook(secret).verify(text, headers);
    return true;
  } catch {
    return false;
  }
};

async function anEndpoint() {
  const shop = await aShop();
  const endpoint = await shop.connect();
  const rotate = (hours?: number) =>
    shop.ask(`${endpoint.path}/secret-rotations`, {
      body: hours === undefined ? {} : { previous_secret_hours: hours },
    });
  /** The next message. */
  async function next(): Promise<Message> {
    const count = endpoint.receiver.messages.length;
    await shop.place();
    await arrived(endpoint.receiver, count + 1);
    return endpoint.receiver.messages[count]!;
  }
  return { ...shop, endpoint, rotate, next };
}

test('a secret that was promised for 24 hours verifies after three more rotations', async () => {
  const { endpoint, rotate, next } = await anEndpoint();
  const secrets = [await endpoint.secret()];
  for (const hours of [24, 1, undefined, 48]) {
    expect((await rotate(hours)).status).toBe(201);
    secrets.push(await endpoint.secret());
  }
  const message = await next();
  expect(secrets.map((secret) => verifies(secret, message))).toEqual(secrets.map(() => true));
  expect(message.headers['webhook-signature']!.split(' ')).toHaveLength(secrets.length);
  const read = await endpoint.get('/secret');
  const [first, second, third, fourth, fifth] = secrets;
  expect(read).toMatchObject({ secret: fifth, previous_secret: fourth });
  expect(read.previous_secrets.map((each: { secret: string }) => each.secret)).toEqual([
    fourth,
    third,
    first,
    second,
  ]);
});

test('an expired secret does not sign and is not shown; the others keep their own end', async () => {
  const { endpoint, rotate, next } = await anEndpoint();
  const first = await endpoint.secret();
  await rotate(24);
  const second = await endpoint.secret();
  await rotate(1);
  const expire = async (hours: number) => {
    const endpointId = toUuid(endpoint.id);
    await pool().query(sql.unsafe`
      UPDATE webhook_secrets SET expires_at = expires_at - ${hours} * interval '1 hour' WHERE endpoint_id = ${endpointId}`);
    await pool().query(sql.unsafe`
      UPDATE webhook_endpoints SET previous_secret_expires_at = previous_secret_expires_at - ${hours} * interval '1 hour'
       WHERE endpoint_id = ${endpointId}`);
  };
  await expire(2);
  const message = await next();
  expect([verifies(first, message), verifies(second, message)]).toEqual([true, false]);
  expect(await endpoint.get('/secret')).toMatchObject({
    previous_secret: null,
    previous_secret_expires_at: null,
    previous_secrets: [{ secret: first }],
  });
  await expire(24);
  const later = await next();
  expect([verifies(first, later), verifies(second, later)]).toEqual([false, false]);
  expect(verifies(await endpoint.secret(), later)).toBe(true);
});

test('0 hours end all earlier secrets, also those of earlier rotations', async () => {
  const { endpoint, rotate, next } = await anEndpoint();
  const leaked = [await endpoint.secret()];
  await rotate();
  leaked.push(await endpoint.secret());
  await rotate(0);
  const message = await next();
  expect(leaked.map((secret) => verifies(secret, message))).toEqual([false, false]);
  expect((await endpoint.get('/secret')).previous_secrets).toEqual([]);
});

test(`a rotation beyond ${SECRETS_MAX} secrets is refused and drops none; with 0 hours it is not`, async () => {
  const { endpoint, rotate, next } = await anEndpoint();
  const secrets = [await endpoint.secret()];
  while (secrets.length < SECRETS_MAX) {
    expect((await rotate()).status).toBe(201);
    secrets.push(await endpoint.secret());
  }
  const refused = await rotate();
  expect([refused.status, refused.json.code]).toEqual([422, 'invalid_body']);
  expect(refused.json.errors).toMatchObject([
    {
      pointer: '/previous_secret_hours',
      detail: expect.stringMatching(/must be 0.*until.*\d{4}-\d\d-\d\dT/),
    },
  ]);
  const message = await next();
  expect(secrets.map((secret) => verifies(secret, message))).toEqual(secrets.map(() => true));
  expect((await rotate(0)).status).toBe(201);
});

test('a secret that the release before rotated keeps its promise', async () => {
  const { endpoint, rotate, next } = await anEndpoint();
  const first = await endpoint.secret();
  await pool().query(sql.unsafe`
    UPDATE webhook_endpoints SET previous_secret = secret, previous_secret_expires_at = now() + interval '24 hours',
           secret = sha256(secret) WHERE endpoint_id = ${toUuid(endpoint.id)}`);
  const second = await endpoint.secret();
  await rotate();
  const message = await next();
  expect([first, second, await endpoint.secret()].map((secret) => verifies(secret, message))).toEqual([
    true,
    true,
    true,
  ]);
});

test('version 1 shows the newest earlier secret, in its own form', async () => {
  const { endpoint, rotate, ask } = await anEndpoint();
  await rotate();
  const second = await endpoint.secret();
  await rotate();
  const { json } = await ask(`/v1/webhook-endpoints/${endpoint.id}/secret`);
  expect(Object.keys(json)).toEqual(['secret', 'previous_secret', 'previous_secret_expires_at']);
  expect(json.previous_secret).toBe(second);
});
