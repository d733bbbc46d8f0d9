/** Sealing what is in the clear keeps the log verifiable, and leaves no hash of clear data. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { openCheckpoint } from '../../store/integrity/checkpoint.ts';
import { installationKey } from '../../store/integrity/installation-key.ts';
import { growTree, signTree } from '../../store/integrity/tree/stored-tree.ts';
import { verifyLog } from '../../store/integrity/verify/verify-log.ts';
import { createPersonalData } from '../../store/personal/personal-data.ts';
import { rotateMaster } from '../../store/personal/rotate-master.ts';
import { sealStored } from '../../store/personal/seal-stored.ts';
import { createKeyring } from '../../store/secrets/keyring.ts';
import { type Shop, openShop } from '../setup/shop.ts';
import { PERSONAL_KEY, v2Order } from './orders.ts';

const keyring = createKeyring([Buffer.from(PERSONAL_KEY, 'base64')], 'personal');
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop?.close());

const place = async (customer_id: string) => {
  const body = v2Order({ customer_id, email: `${customer_id}@example.com` });
  expect((await shop.ask('/v2/orders', { body })).status).toBe(201);
};
const verified = async (checkpoints: Parameters<typeof verifyLog>[1]['checkpoints'] = []) => {
  const { findings, partitions } = await verifyLog(shop.pool, { threads: 0, checkpoints });
  return { findings, ...partitions[0]! };
};
const grow = async () => {
  while (await growTree(shop.pool, 0, 100));
};
const hashes = () =>
  shop.pool.anyFirst(sql.type(z.object({ hash: z.string() }))`
    SELECT encode(link, 'hex') AS hash FROM events WHERE link IS NOT NULL
    UNION ALL SELECT encode(substr(hashes, 32 * n + 1, 32), 'hex')
                FROM log_tiles, generate_series(0, octet_length(hashes) / 32 - 1) AS n
    UNION ALL SELECT encode(data_before, 'hex') FROM log_rewrites`);

test('a log that was sealed is linked again, and tells a checkpoint of before so', async () => {
  for (const customer of ['one', 'two', 'three']) await place(customer);
  await grow();
  const key = await installationKey(shop.pool, createKeyring([]));
  const sign = async () => openCheckpoint((await signTree(shop.pool, key, 0))!, key.verifierKey);
  const before = await sign();
  expect((await verified([before])).findings).toEqual([]);
  const clear = await hashes();
  expect(clear).toHaveLength(6);

  await rotateMaster(shop.pool, keyring);
  const personal = createPersonalData(shop.pool, keyring);
  expect(await sealStored(shop.pool, personal)).toBe(3);
  expect((await hashes()).filter((hash) => clear.includes(hash))).toEqual([]);
  expect(await verified()).toMatchObject({ findings: [], events: 3, unproven: 3, sealed: 3, rewrites: 0 });
  await grow();
  expect(await verified([await sign()])).toMatchObject({ findings: [], unproven: 0, tree_size: 3 });
  expect((await verified([before])).findings).toMatchObject([{ kind: 'restarted' }]);

  // A second run finds nothing to do, and the links go on.
  expect(await sealStored(shop.pool, personal)).toBe(0);
  await shop.pool.query(sql.unsafe`UPDATE events SET traceparent = 'x' WHERE position = 2`);
  expect((await verified()).findings).toMatchObject([{ kind: 'tree', position: 2 }]);
});
