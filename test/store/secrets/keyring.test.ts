/** The encryption of a secret at rest: bound to its key and to its row. */
import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import {
  type Keyring,
  SecretNotDecrypted,
  type SecretPlace,
  createKeyring,
} from '../../../store/secrets/keyring.ts';

const PLACE = ['webhook secret', 'tenant-1', 'endpoint-1'] as const;
const secret = randomBytes(32);
const keys = [randomBytes(32), randomBytes(32)];
const keyring = createKeyring(keys);
const [first = '', second = ''] = keyring.ids;

const faultOf = (ring: Keyring, stored: Buffer, place: SecretPlace = PLACE): unknown => {
  try {
    return ring.open(stored, place);
  } catch (error) {
    return error;
  }
};

test('each key opens what it sealed, and a stored value shows neither secret nor key', () => {
  for (const id of keyring.ids) {
    const sealed = keyring.seal(secret, id, PLACE);
    expect(keyring.open(sealed, PLACE)).toEqual(secret);
    expect(keyring.keyIdOf(sealed)).toBe(id);
    for (const hidden of [secret, ...keys]) expect(sealed.includes(hidden.subarray(0, 8))).toBe(false);
  }
  expect(first).toMatch(/^[0-9a-f]{16}$/);
  expect(keys.some((key) => key.toString('hex').includes(first))).toBe(false);
});

test('a secret that is sealed twice has two stored values', () => {
  expect(keyring.seal(secret, first, PLACE)).not.toEqual(keyring.seal(secret, first, PLACE));
});

test('a changed bit anywhere in the value is refused', () => {
  const sealed = keyring.seal(secret, first, PLACE);
  for (let at = 0; at < sealed.length * 8; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at >> 3]! ^= 1 << (at & 7);
    expect(faultOf(keyring, changed)).toBeInstanceOf(SecretNotDecrypted);
  }
});

test.each([
  ['another tenant', ['webhook secret', 'tenant-2', 'endpoint-1']],
  ['another endpoint', ['webhook secret', 'tenant-1', 'endpoint-2']],
  ['another purpose', ['earlier webhook secret', 'tenant-1', 'endpoint-1']],
  ['ids that read alike when joined', ['webhook secret', 'tenant-1 endpoint-1']],
] as const)('a value that was copied to %s is refused', (_what, place) => {
  const fault = faultOf(keyring, keyring.seal(secret, first, PLACE), place);
  expect(String(fault)).toMatch(/was changed, or copied from another row/);
});

test('a value that claims the other key is refused', () => {
  const sealed = keyring.seal(secret, first, PLACE);
  Buffer.from(second, 'hex').copy(sealed, 1);
  expect(faultOf(keyring, sealed)).toBeInstanceOf(SecretNotDecrypted);
});

test.each([
  ['truncated', (sealed: Buffer) => sealed.subarray(0, 68)],
  ['truncated to the length of a head', (sealed: Buffer) => sealed.subarray(0, 9)],
  ['too long', (sealed: Buffer) => Buffer.concat([sealed, Buffer.of(0)])],
])('a value that is %s is refused', (_what, change) => {
  expect(faultOf(keyring, change(keyring.seal(secret, first, PLACE)))).toBeInstanceOf(SecretNotDecrypted);
});

test('a missing key is named by its id', () => {
  const fault = faultOf(createKeyring([keys[1]!]), keyring.seal(secret, first, PLACE));
  expect(fault).toMatchObject({ keyId: first });
  expect(String(fault)).toContain(`no key ${first} is configured`);
});

test('a secret in the clear is itself, with and without keys', () => {
  for (const ring of [keyring, createKeyring([])]) {
    expect(ring.open(secret, PLACE)).toEqual(secret);
    expect(ring.keyIdOf(secret)).toBeNull();
  }
});
