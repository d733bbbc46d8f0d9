import { expect, test } from '@jest/globals';
import { ConfigError, loadConfig } from '../../platform/config.ts';

const ENCODED = 'in a password write @ as %40';

test.each([
  // An unescaped @ / # ? % in the password changes the address: the host would be the role.
  ['DATABASE_URL', 'postgres://app:12/secret@db.internal/shop', ENCODED],
  ['DATABASE_URL', 'postgres://app:12#secret@db.internal/shop', ENCODED],
  ['DATABASE_URL', 'postgres://app:12?secret@db.internal/shop', ENCODED],
  ['DATABASE_URL', 'postgres://app:se/cret@db.internal/shop', ENCODED],
  ['DATABASE_URL', 'postgres://app:100%secret@db.internal/shop', ENCODED],
  ['DATABASE_URL', 'postgres://db.internal/shop#secret', ENCODED],
  [
    'DATABASE_URL',
    'db.internal:5432/secret',
    'must be a URL such as postgres://USER:PASSWORD@HOST:5432/DATABASE',
  ],
  ['DATABASE_URL', 'mysql://app:secret@db.internal/shop', 'must be a URL such as postgres://'],
  [
    'DATABASE_URL',
    'postgres://app:secret@db.internal/shop?sslmode=prefer',
    'sslmode must be one of disable, require',
  ],
  ['DATABASE_URL', 'postgres://app:secret@db.internal/shop?sslmode=verify-ca', 'sslmode must be one of'],
  ['DATABASE_URL', 'postgres://app:secret@db.internal/shop?sslmode=REQUIRE', 'sslmode must be one of'],
  // Parameters that only one of the two drivers reads.
  ['DATABASE_URL', 'postgres://app:secret@db.internal/shop?ssl=true', 'use sslmode=require instead of ssl'],
  [
    'DATABASE_URL',
    'postgres://db.internal/shop?user=app&password=secret',
    'remove the parameters user, password',
  ],
  ['DATABASE_URL', 'postgres://app:secret@db.internal/shop?host=other', 'remove the parameters host'],
  [
    'DATABASE_URL',
    'postgres://app:secret@db.internal/shop?sslrootcert=/etc/hostname',
    'sslrootcert requires sslmode',
  ],
  [
    'DATABASE_URL',
    'postgres://app:secret@db.internal/shop?sslmode=require&sslcert=/etc/hostname',
    'must be set together',
  ],
  [
    'DATABASE_URL',
    'postgres://app:secret@db.internal/shop?sslmode=require&sslrootcert=/nowhere',
    'the file of sslrootcert cannot be read',
  ],
  ['REDIS_URL', 'redis://:12/secret@cache.internal', ENCODED],
  ['REDIS_URL', 'http://:secret@cache.internal', 'must be a URL such as redis://'],
  ['REDIS_URL', 'redis://cache.internal/secret', 'the database must be a number'],
  ['REDIS_URL', 'redis://cache.internal?cluster=yes', 'cluster must be on, or absent'],
  ['REDIS_URL', 'redis://cache.internal?sentinel=', 'sentinel must be the name of the primary'],
  ['REDIS_URL', 'redis://cache.internal?cluster=on&sentinel=kelp', 'set cluster or sentinel, not both'],
  ['REDIS_URL', 'redis://cache.internal?sentinels=b:1', 'require sentinel=NAME'],
  ['REDIS_URL', 'redis://cache.internal?sentinel_password=secret', 'require sentinel=NAME'],
  [
    'REDIS_URL',
    'redis://cache.internal?sentinel=kelp&sentinels=secret%40b:1',
    'sentinels must be HOST:PORT,HOST:PORT',
  ],
])('%s=%s is refused, and the message does not contain it', (name, value, words) => {
  let error: unknown;
  try {
    loadConfig({ [name]: value });
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ConfigError);
  const { message } = error as ConfigError;
  expect(message).toMatch(new RegExp(`${name}(?::| must)`));
  expect(message).toContain(words);
  expect(message).not.toMatch(/secret|cret@|internal/);
});

test.each([
  'postgres://app:s%40f%2Fe%23%3F%25@db.internal/shop',
  'postgres://app@db.internal/shop?sslmode=require&application_name=me@home',
  'postgresql://[::1]:5433/shop?sslmode=no-verify',
  'postgres:///shop?host=/var/run/postgresql',
  'postgres://db.internal',
])('%s is accepted', (url) => {
  expect(loadConfig({ DATABASE_URL: url }).databaseUrl).toBe(url);
});
