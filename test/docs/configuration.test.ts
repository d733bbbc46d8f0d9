import { glob, readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { ConfigError, VARIABLE_NAMES, loadConfig } from '../../platform/config.ts';

describe('docs/configuration.md', () => {
  test('lists exactly the variables of platform/config.ts', async () => {
    const text = await readFile(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    const documented = [...text.matchAll(/^\| `([A-Z0-9_]+)` +\|/gm)].map(([, name]) => name);
    expect(documented.toSorted()).toEqual(VARIABLE_NAMES.toSorted());
  });

  test('lists the effective defaults', async () => {
    const text = await readFile(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    const rows = [...text.matchAll(/^\| `([A-Z0-9_]+)` +\| `([^`]+)` +\|/gm)].map(
      ([, name = '', value = '']) => [name, value],
    );
    // The documented defaults, set explicitly, equal the configuration of an empty environment.
    expect(loadConfig(Object.fromEntries(rows))).toEqual(loadConfig({}));
  });
});

/** Read by the set-up of the tests, not by Holdfast. */
const OF_TESTS = 'HOLDFAST_TEST_POSTGRES';

test('every HOLDFAST_ variable in a page or in the banner is a known variable', async () => {
  const folder = new URL('../../', import.meta.url);
  for await (const page of glob('{*.md,docs/**/*.md,ops/welcome.ts}', { cwd: folder })) {
    const text = await readFile(new URL(page, folder), 'utf8');
    const named = [...text.matchAll(/\bHOLDFAST_[A-Z0-9_]*[A-Z0-9]\b/g)].map(([name]) => name);
    expect([page, named.filter((name) => !VARIABLE_NAMES.includes(name) && name !== OF_TESTS)]).toEqual([
      page,
      [],
    ]);
  }
});

const SECRETS_KEY = Buffer.alloc(32, 7).toString('base64');

describe('the environment', () => {
  test.each([
    [
      { HOLDFAST_DATABASE_DIRECT_URL: 'postgres://u@h/d' },
      'HOLDFAST_DATABASE_DIRECT_URL must be set together with DATABASE_URL',
    ],
    [
      { HOLDFAST_REPLICA_URLS: 'postgres://u@h/d' },
      'HOLDFAST_REPLICA_URLS must be set together with DATABASE_URL',
    ],
    [
      { DATABASE_URL: 'postgres://u@h/d', HOLDFAST_REPLICA_URLS: 'postgres://u@h/d,db-2' },
      'HOLDFAST_REPLICA_URLS must be a URL such as postgres://',
    ],
    [{ HOLDFAST_RATELIMIT: '1/1' }, 'HOLDFAST_RATELIMIT is not a setting of Holdfast'],
    [{ PORT: '70000' }, 'PORT must be a whole number from 0 to 65535, not "70000"'],
    [{ PORT: '1e3' }, 'PORT must be a whole number from 0 to 65535, not "1e3"'],
    [{ PORT: ' 80' }, 'PORT must be a whole number from 0 to 65535, not " 80"'],
    [{ HOLDFAST_WORKERS: 'two' }, 'HOLDFAST_WORKERS must be a whole number from 1 to 256, not "two"'],
    [{ HOLDFAST_WORKERS: '0' }, 'HOLDFAST_WORKERS must be a whole number from 1 to 256'],
    [
      { HOLDFAST_WORKERS: `hf_live_${'x'.repeat(32)}` },
      'HOLDFAST_WORKERS must be a whole number from 1 to 256',
    ],
    [{ HOLDFAST_TRUST_PROXY: 'yes' }, 'HOLDFAST_TRUST_PROXY must be off, a number of proxies from 1 to 9'],
    [{ HOLDFAST_TRUST_PROXY: '0' }, 'HOLDFAST_TRUST_PROXY must be off'],
    [{ HOLDFAST_TRUST_PROXY: '10.0.0.0/8,nowhere' }, 'HOLDFAST_TRUST_PROXY must be off'],
    [{ HOLDFAST_RATE_LIMIT_WRITE: '0/60' }, 'must be COUNT/SECONDS'],
    [{ HOLDFAST_RATE_LIMIT_WRITE: '600' }, 'must be COUNT/SECONDS'],
    [{ HOLDFAST_ROLES: 'api,cook' }, 'HOLDFAST_ROLES must be one of api, projector, relay, webhooks'],
    [
      { DATABASE_URL: 'mysql://x' },
      'DATABASE_URL must be a URL such as postgres://USER:PASSWORD@HOST:5432/DATABASE',
    ],
    ...[
      'hush',
      Buffer.alloc(31, 7).toString('base64'),
      Buffer.alloc(33, 7).toString('base64'),
      Buffer.alloc(32, 7).toString('hex'),
      `${Buffer.alloc(32, 7).toString('base64')},hush`,
      ',',
    ].map(
      (key) =>
        [
          { HOLDFAST_SECRETS_KEY: key },
          'HOLDFAST_SECRETS_KEY must be a key of 32 random bytes in base64',
        ] as const,
    ),
    [
      { HOLDFAST_SECRETS_KEY_FILE: '/no/such/file' },
      'HOLDFAST_SECRETS_KEY_FILE must be a file that can be read',
    ],
    [
      { HOLDFAST_SECRETS_KEY_FILE: '/dev/null' },
      'HOLDFAST_SECRETS_KEY_FILE: the text of this file must be a key',
    ],
    [
      { HOLDFAST_SECRETS_KEY_FILE: '/dev/null', HOLDFAST_SECRETS_KEY: SECRETS_KEY },
      'HOLDFAST_SECRETS_KEY_FILE',
    ],
    [{ HOLDFAST_BOOTSTRAP_KEY: 'hf_test_short' }, 'HOLDFAST_BOOTSTRAP_KEY must begin with'],
    [{ HOLDFAST_BOOTSTRAP_KEY: `hf_prod_${'x'.repeat(32)}` }, 'HOLDFAST_BOOTSTRAP_KEY must begin with'],
  ])('%j is refused, with the name and without the value', (env, words) => {
    expect(() => loadConfig(env)).toThrow(ConfigError);
    expect(() => loadConfig(env)).toThrow(words);
    expect(() => loadConfig({ HOLDFAST_BOOTSTRAP_KEY: 'hf_test_hush' })).not.toThrow('hush');
    expect(() => loadConfig({ HOLDFAST_SECRETS_KEY: 'hush' })).not.toThrow('hush');
  });

  test.each([[`hf_test_${'a'.repeat(24)}`], [`hf_live_${'A9_'.repeat(40)}`], [`hf_live_${'x'.repeat(128)}`]])(
    'accepts the key %s',
    (key) => {
      expect(loadConfig({ HOLDFAST_BOOTSTRAP_KEY: key }).bootstrapKey).toBe(key);
    },
  );

  test.each([
    [SECRETS_KEY, 1],
    [SECRETS_KEY.replaceAll('=', ''), 1],
    [Buffer.alloc(32, 0xff).toString('base64url'), 1],
    [`${SECRETS_KEY}, ${SECRETS_KEY}`, 2],
  ])('accepts the secrets key %s', (text, count) => {
    const { secretsKeys } = loadConfig({ HOLDFAST_SECRETS_KEY: text });
    expect(secretsKeys.map((key) => key.length)).toEqual(Array.from({ length: count }, () => 32));
  });

  test('an empty variable counts as unset', () => {
    expect(loadConfig({ DATABASE_URL: '', PORT: '' })).toEqual(loadConfig({}));
  });
});
