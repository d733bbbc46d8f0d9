/** The client verifies the proof of a receipt without the server. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type HoldfastClient,
  ProofError,
  type ProvenReceipt,
  createClient,
  verifyReceipt,
} from '../../openapi/client/client.ts';
import type { Receipt } from '../../openapi/client/receipt-proof.ts';
import { installationKey } from '../../store/integrity/installation-key.ts';
import { writeCheckpoints } from '../../store/integrity/tree/write-checkpoints.ts';
import { createKeyring } from '../../store/secrets/keyring.ts';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
let client: HoldfastClient;
let verifierKey: string;
const keys = Array.from({ length: 5 }, (_, n) => `place-${n}`);

async function receiptOf(key: string): Promise<Receipt> {
  const { data } = await client.GET('/v2/idempotency-keys/{idempotency_key}', {
    params: { path: { idempotency_key: key } },
  });
  return data!;
}
const sign = async () => {
  const key = await installationKey(shop.pool, createKeyring([]));
  ({ verifierKey } = key);
  return writeCheckpoints(shop.pool, key, { stepEvents: 100 });
};
const place = (key: string) =>
  client.POST('/v2/orders', {
    params: { header: { 'Idempotency-Key': key } },
    body: {
      customer_id: 'cus_1',
      reference: `ref-"${key}"`,
      lines: [{ sku: 'A', name: 'a', quantity: 1, unit_price: { amount: 500, currency: 'EUR' } }],
    },
  });

beforeAll(async () => {
  shop = await openShop();
  client = createClient({ baseUrl: shop.url, apiKey: shop.apiKey });
  for (const key of keys) expect((await place(key)).response.status).toBe(201);
});
afterAll(() => shop.close());

test('a receipt has no proof before a checkpoint covers its event', async () => {
  const receipt = await receiptOf(keys[0]!);
  expect(receipt.proof).toBeNull();
  await expect(verifyReceipt(receipt, { verifierKey: '' })).rejects.toThrow(ProofError);
});

test('each receipt is proven, also beside a checkpoint that was kept', async () => {
  const [checkpoint = ''] = await sign();
  for (const [index, key] of keys.entries()) {
    const receipt = await receiptOf(key);
    expect(await verifyReceipt(receipt, { verifierKey, checkpoint })).toMatchObject({
      partition: 0,
      position: index + 1,
      size: keys.length,
    });
  }
  await place('one-more');
  await sign();
  await expect(verifyReceipt(await receiptOf(keys[0]!), { verifierKey, checkpoint })).rejects.toThrow(
    'another tree',
  );
  expect((await verifyReceipt(await receiptOf('one-more'), { verifierKey })).size).toBe(6);
});

describe('a receipt is refused', () => {
  const changed = async (change: (receipt: Receipt) => void): Promise<ProvenReceipt> => {
    const receipt = structuredClone(await receiptOf(keys[2]!));
    change(receipt);
    return verifyReceipt(receipt, { verifierKey });
  };
  test.each<[what: string, change: (receipt: Receipt) => void, message: string]>([
    ['another version', (receipt) => (receipt.version = 2), 'version differs'],
    ['another time', (receipt) => (receipt.recorded_at = '2020-01-01T00:00:00.000Z'), 'recorded_at'],
    ['other data', ({ proof }) => (proof!.entry.data_sha256 = '00'.repeat(32)), 'does not lead'],
    ['another claim', ({ proof }) => (proof!.entry.claim = null), 'does not lead'],
    ['another position', ({ proof }) => (proof!.entry.position -= 1), 'does not lead'],
    ['another index', ({ proof }) => (proof!.index += 1), 'does not lead'],
    ['a shorter path', ({ proof }) => proof!.path.pop(), 'does not lead'],
    ['a longer path', ({ proof }) => proof!.path.push('00'.repeat(32)), 'does not lead'],
    [
      'another size',
      ({ proof }) => (proof!.checkpoint = proof!.checkpoint.replace('\n6\n', '\n7\n')),
      'signature',
    ],
  ])('with %s', async (_what, change, message) => {
    await expect(changed(change)).rejects.toThrow(message);
  });

  test('that another installation signed', async () => {
    const other = verifierKey.replace(/^holdfast-\w{4}/, 'holdfast-0000');
    await expect(verifyReceipt(await receiptOf(keys[0]!), { verifierKey: other })).rejects.toThrow(
      'not one of',
    );
  });
});
