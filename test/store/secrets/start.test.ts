/** The start of an installation whose secrets are, or are not, encrypted. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { type DatabasePool, openPool } from '../../../store/pool.ts';
import { activeKeyId } from '../../../store/secrets/count-secrets.ts';
import { instanceSecret } from '../../../store/secrets/instance-secrets.ts';
import { type Keyring, createKeyring } from '../../../store/secrets/keyring.ts';
import { prepareSecrets } from '../../../store/secrets/prepare-secrets.ts';
import { rotateSecrets } from '../../../store/secrets/rotate-secrets.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';

const [own, lost] = [randomBytes(32), randomBytes(32)];
const keyring = createKeyring([own]);
const both = createKeyring([own, lost]);
const [ownId = '', lostId = ''] = both.ids;
const CURSOR = randomBytes(32);

let database: TestDatabase;
let pool: DatabasePool;
const lines: string[] = [];
const log = pino({ level: 'info' }, { write: (line) => lines.push(line) });
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openPool({ databaseUrl: database.url, size: 2, log, checkRows: true });
  await pool.query(
    sql.unsafe`INSERT INTO instance_secrets (name, secret) VALUES ('cursor', ${sql.binary(CURSOR)})`,
  );
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
const start = async (ring: Keyring) => {
  lines.length = 0;
  await prepareSecrets(pool, ring, log);
  return lines.join('');
};

test('secrets of an older installation stay in the clear until a rotation, and the log says so', async () => {
  expect(await start(createKeyring([]))).toContain('stored in the clear: HOLDFAST_SECRETS_KEY is not set');
  expect(await start(keyring)).toContain('run holdfast secrets rotate when every node has the key');
  expect(await activeKeyId(pool)).toBeNull();
  expect(await instanceSecret(pool, keyring, 'cursor')).toEqual(CURSOR);
});

test('a missing and a wrong key end the start, which names the variable and the key, not its value', async () => {
  await rotateSecrets(pool, { keyring: both, target: lostId });
  expect(await start(both)).toContain('secrets are encrypted');
  expect(await instanceSecret(pool, both, 'cursor')).toEqual(CURSOR);
  const errors = [];
  for (const ring of [createKeyring([]), keyring]) {
    const error = await start(ring).then(String, ({ message }: Error) => message);
    expect(error).toContain(`under the key ${lostId} (1 of them)`);
    expect(error).toContain('Add that key to HOLDFAST_SECRETS_KEY, behind a comma');
    errors.push(error);
  }
  expect(errors[0]).toContain('HOLDFAST_SECRETS_KEY is not set');
  expect(errors[1]).toContain(
    `HOLDFAST_SECRETS_KEY (or HOLDFAST_SECRETS_KEY_FILE) has the key ${ownId} only`,
  );
  for (const form of ['hex', 'base64'] as const)
    for (const key of [own, lost]) expect(errors.join()).not.toContain(key.toString(form));
});

test('a lost key is replaced: the secret has a new value, and the start succeeds', async () => {
  const left = await rotateSecrets(pool, { keyring, target: ownId });
  expect(left).toMatchObject({ rotated: 0, replaced: 0, failures: [expect.stringContaining(lostId)] });
  const replaced = await rotateSecrets(pool, { keyring, target: ownId, replace: lostId });
  expect(replaced).toEqual({ rotated: 0, replaced: 1, failures: [] });
  await start(keyring);
  expect(await instanceSecret(pool, keyring, 'cursor')).not.toEqual(CURSOR);
});
