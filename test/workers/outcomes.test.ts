/** An outcome counts for the endpoint, the queueing and the claim that its attempt belongs to. */
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { RETRY_DELAYS_SECONDS } from '../../workers/schedule.ts';
import { toUuid } from '../../store/ids.ts';
import { type Claimed, releaseDeliveries } from '../../store/webhooks/claims.ts';
import { recordHealth } from '../../store/webhooks/endpoint-health.ts';
import { recordOutcomes } from '../../store/webhooks/outcomes.ts';
import { deferUnrendered } from '../../store/webhooks/unread.ts';
import { until } from '../setup/shop.ts';
import { openReceiver } from './receiver.ts';
import { arrived, openWebhooks } from './webhook-shop.ts';

const { aShop, hurry, ends, pool } = openWebhooks();

/** A receiver that holds its answers until the test gives them. */
async function aHeldAttempt() {
  const shop = await aShop();
  const held: ServerResponse[] = [];
  const endpoint = await shop.connect((response) => void held.push(response));
  await shop.place();
  await until(() => held.length === 1);
  const answer = (status: number, headers: Record<string, string> = {}) =>
    held.shift()!.writeHead(status, headers).end();
  const attempted = (count: number) =>
    until(async () => (await endpoint.deliveries())[0].attempt_count >= count);
  return { ...shop, endpoint, held, answer, attempted };
}

async function moved({ patch }: { patch: (body: object) => Promise<void> }) {
  const receiver = await openReceiver();
  ends.push(receiver.close);
  await patch({ url: receiver.url });
  return receiver;
}

const hasBacklog = ({ id }: { id: string }) =>
  pool().exists(sql.unsafe`
    SELECT FROM webhook_endpoints WHERE endpoint_id = ${toUuid(id)} AND backlog_number IS NOT NULL`);

describe('the answer of an old URL', () => {
  test.each([
    ['410', 410, {}],
    ['429 with a rest', 429, { 'Retry-After': '3000' }],
    ['500', 500, {}],
  ])('%s does not count for the new one, which gets the event at once', async (_name, status, headers) => {
    const { endpoint, answer, attempted } = await aHeldAttempt();
    const receiver = await moved(endpoint);
    answer(status, headers);
    await attempted(1);
    await arrived(receiver, 1);
    await until(async () => (await endpoint.deliveries())[0].status === 'delivered');
    expect(await endpoint.get()).toMatchObject({ status: 'enabled', failing_since: null });
    const [{ id }] = await endpoint.deliveries();
    expect((await endpoint.get(`/deliveries/${id}`)).attempts).toMatchObject([
      { number: 2, status: 204 },
      { number: 1, status },
    ]);
  });

  test('200 delivers the event', async () => {
    const { endpoint, answer, attempted } = await aHeldAttempt();
    await moved(endpoint);
    answer(200);
    await attempted(1);
    expect(await endpoint.deliveries()).toMatchObject([{ status: 'delivered', last_status: 200 }]);
  });

  test('of the last attempt does not disable, and the schedule restarts', async () => {
    const { endpoint, answer, attempted, held } = await aHeldAttempt();
    for (let attempt = 1; attempt <= RETRY_DELAYS_SECONDS.length; attempt += 1) {
      answer(500);
      await attempted(attempt);
      await until(async () => {
        await hurry(endpoint);
        return held.length === 1;
      });
    }
    const receiver = await moved(endpoint);
    receiver.behave(500);
    // The change makes the backlog due, but not this delivery, which is held. Later, it would.
    await until(async () => !(await hasBacklog(endpoint)));
    answer(500);
    await arrived(receiver, 1);
    await until(
      async () => (await endpoint.deliveries())[0].attempt_count === RETRY_DELAYS_SECONDS.length + 2,
    );
    expect(await endpoint.deliveries()).toMatchObject([{ status: 'pending' }]);
    expect(await endpoint.get()).toMatchObject({ status: 'enabled' });
  }, 60_000);
});

test('an answer from before an endpoint was enabled again does not disable it', async () => {
  const { endpoint, answer, attempted } = await aHeldAttempt();
  await endpoint.patch({ status: 'disabled' });
  await endpoint.patch({ status: 'enabled' });
  endpoint.receiver.behave(204);
  answer(410);
  await attempted(1);
  await until(async () => (await endpoint.deliveries())[0].status === 'delivered');
  expect(await endpoint.get()).toMatchObject({ status: 'enabled' });
});

test('an answer to the old secret does not disable the endpoint', async () => {
  const { endpoint, answer, attempted, ask } = await aHeldAttempt();
  await ask(`${endpoint.path}/secret-rotations`, { body: {} });
  endpoint.receiver.behave(204);
  answer(410);
  await attempted(1);
  await until(async () => (await endpoint.deliveries())[0].status === 'delivered');
  expect(await endpoint.get()).toMatchObject({ status: 'enabled' });
});

describe.each(['redelivery', 'replay', 'finished replay'])('a %s during the last attempt', (kind) => {
  test('keeps the delivery pending and the endpoint enabled', async () => {
    const { endpoint, answer, attempted, held, ask } = await aHeldAttempt();
    for (let attempt = 1; attempt <= RETRY_DELAYS_SECONDS.length; attempt += 1) {
      answer(500);
      await attempted(attempt);
      await until(async () => {
        await hurry(endpoint);
        return held.length === 1;
      });
    }
    const [{ id }] = await endpoint.deliveries();
    const again =
      kind === 'redelivery'
        ? await ask(`${endpoint.path}/deliveries/${id}/redelivery`, { body: {} })
        : await ask(`${endpoint.path}/replays`, { body: { after_position: 0 } });
    expect(again.status).toBe(202);
    if (kind === 'finished replay')
      await until(async () => (await endpoint.get(`/replays/${again.json.id}`)).status === 'finished');
    endpoint.receiver.behave(204);
    answer(500);
    await attempted(RETRY_DELAYS_SECONDS.length + 1);
    await hurry(endpoint); // ends the rest after 13 failures
    await pool().query(sql.unsafe`
      UPDATE webhook_endpoints SET not_before = '-infinity' WHERE endpoint_id = ${toUuid(endpoint.id)}`);
    await until(async () => {
      await hurry(endpoint);
      return (await endpoint.deliveries())[0].status === 'delivered';
    });
    expect(await endpoint.get()).toMatchObject({ status: 'enabled' });
  }, 60_000);
});

describe('an answer after the claim ended', () => {
  /** As if the claim had ended, and another worker had claimed and failed. */
  const claimAgain = (id: string) =>
    pool().query(sql.unsafe`
      UPDATE webhook_deliveries SET claimed_until = now() + interval '20 seconds', next_attempt_at = now() + interval '20 seconds'
       WHERE endpoint_id = ${toUuid(id)}`);

  test('is recorded, and leaves the delivery to the worker that has it now', async () => {
    const { endpoint, answer, attempted } = await aHeldAttempt();
    await claimAgain(endpoint.id);
    const [before] = await endpoint.deliveries();
    answer(500);
    await attempted(1);
    expect(await endpoint.deliveries()).toMatchObject([
      { status: 'pending', next_attempt_at: before.next_attempt_at, last_status: 500 },
    ]);
  });

  test('delivers the event when it is a success', async () => {
    const { endpoint, answer, attempted } = await aHeldAttempt();
    await claimAgain(endpoint.id);
    answer(204);
    await attempted(1);
    expect(await endpoint.deliveries()).toMatchObject([{ status: 'delivered', next_attempt_at: null }]);
  });

  test.each([
    ['failure', 500, { status: 'pending', code: 503 }, { status: 'pending', last_status: 503 }],
    ['failure', 500, { status: 'failed', code: 503 }, { status: 'failed', last_status: 503 }],
    ['failure', 500, { status: 'delivered', code: 200 }, { status: 'delivered', last_status: 200 }],
    ['success', 204, { status: 'pending', code: 503 }, { status: 'delivered', last_status: 204 }],
    ['success', 204, { status: 'failed', code: 503 }, { status: 'delivered', last_status: 204 }],
    ['success', 204, { status: 'delivered', code: 200 }, { status: 'delivered', last_status: 200 }],
  ] as const)(
    'that is a %s (%i) is recorded beside %j of the other worker: %j',
    async (_what, late, { status, code }, expected) => {
      const { endpoint, answer, attempted } = await aHeldAttempt();
      await claimAgain(endpoint.id);
      const delivery = await pool().one(sql.type(
        z.object({ delivery_id: z.uuid(), generation: z.int(), queueing: z.string(), claim: z.string() }),
      )`
        SELECT delivery_id, generation, queued_at::text AS queueing, claimed_until::text AS claim
          FROM webhook_deliveries JOIN webhook_endpoints USING (endpoint_id)
         WHERE endpoint_id = ${toUuid(endpoint.id)}`);
      const attempt = { attempts_before: 0, attempted_at: new Date(), duration_ms: 1, delaySeconds: 900 };
      const answered = { code, status, error: code === 200 ? null : 'not_2xx', answer: '' };
      const endpoint_id = toUuid(endpoint.id);
      await recordOutcomes(pool(), [{ ...delivery, ...attempt, ...answered, endpoint_id }]);
      const [before] = await endpoint.deliveries();
      answer(late);
      await attempted(2);
      expect(await endpoint.deliveries()).toMatchObject([expected]);
      if (expected.status === 'pending')
        expect((await endpoint.deliveries())[0].next_attempt_at).toBe(before.next_attempt_at);
      expect((await endpoint.get(`/deliveries/${before.id}`)).attempts).toMatchObject([
        { number: 2, status: late },
        { number: 1, status: code },
      ]);
    },
  );
});

describe('a claim that ended', () => {
  const past = '2026-01-01 00:00:00+00';

  test('says nothing about the health of its endpoint', async () => {
    const { id, get } = await (await aShop()).connect();
    const endpoint = { endpointId: toUuid(id), generation: 0 };
    const failure = { failures: 3, restSeconds: 60 };
    await recordHealth(pool(), { ...endpoint, claim: past }, failure);
    expect((await get()).failing_since).toBeNull();
    await recordHealth(pool(), { ...endpoint, claim: 'infinity' }, failure);
    expect((await get()).failing_since).not.toBeNull();
  });

  test('puts off no delivery that another worker claimed', async () => {
    const { endpoint, answer } = await aHeldAttempt();
    const [before] = await endpoint.deliveries();
    const delivery_id = toUuid(before.id);
    await deferUnrendered(pool(), [{ delivery_id, claim: past } as Claimed]);
    await releaseDeliveries(pool(), [{ delivery_id, claim: past, due_at: past } as Claimed]);
    expect(await endpoint.deliveries()).toEqual([before]);
    answer(204);
  });
});

test('an endpoint that is deleted during an attempt stops nothing', async () => {
  const { endpoint, answer, ask, place, connect } = await aHeldAttempt();
  await ask(endpoint.path, { method: 'DELETE' });
  answer(410);
  const other = await connect();
  await place();
  await arrived(other.receiver, 1);
  await until(async () => (await other.deliveries('?status=delivered')).length === 1);
});
