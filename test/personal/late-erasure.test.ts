/** Erasures whose keys become visible late, as on several workers of Citus. */
import { randomBytes, randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { CommonQueryMethods, QuerySqlToken } from 'slonik';
import { createDataKeys, dataKeyPlace } from '../../store/personal/data-keys.ts';
import { createKeyring } from '../../store/secrets/keyring.ts';

test('a key is forgotten although the next erasure was visible before its own', async () => {
  const keyring = createKeyring([randomBytes(32)], 'personal');
  const tenantId = randomUUID();
  const keys = ['first', 'second'].map((name) => {
    const keyId = randomUUID().replaceAll('-', '');
    const subject = `customer:${name}` as const;
    const sealed = keyring.seal(randomBytes(32), keyring.ids[0]!, dataKeyPlace({ keyId, subject, tenantId }));
    return { key_id: keyId, tenant_id: tenantId, subject, sealed_key: sealed, erased_at: null };
  });
  const erasedBy = (erasure: number) => {
    const { key_id, tenant_id, subject } = keys[erasure - 1]!;
    return { key_id, tenant_id, subject, erasure, erased_at: '2026-11-30T00:00:00.000Z' };
  };
  let erasures = 0;
  /** Keys that read as erased, by the number of their erasure. */
  let visible: number[] = [];
  const pool = {
    one: async () => ({ erasures, key_id: null, marked: '[]' }),
    any: async ({ sql, values }: QuerySqlToken) =>
      sql.includes('erasure > $1')
        ? visible.filter((number) => number > Number(values[0])).map(erasedBy)
        : keys,
  } as unknown as CommonQueryMethods;
  let nowMs = 0;
  const dataKeys = createDataKeys(pool, keyring, () => nowMs);
  await dataKeys.load(
    0,
    keys.map(({ key_id }) => key_id),
  );
  const isErased = ({ key_id }: { key_id: string }) => 'erasedAt' in dataKeys.cached(key_id)!;
  expect(keys.map(isErased)).toEqual([false, false]);

  erasures = 2;
  visible = [2];
  nowMs += 500;
  await dataKeys.look();
  expect([keys.map(isErased), dataKeys.erasures()]).toEqual([[false, true], 2]);
  visible = [1, 2];
  nowMs += 500;
  await dataKeys.look();
  expect([keys.map(isErased), dataKeys.erasures()]).toEqual([[true, true], 2]);
});
