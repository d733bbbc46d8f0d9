/** What a REDIS_URL names. */
import { expect, test } from '@jest/globals';
import { parseRedisAddress } from '../../platform/settings/redis-address.ts';

const plain = {
  kind: 'server',
  primary: undefined,
  username: undefined,
  password: undefined,
  sentinelPassword: undefined,
  hasTls: false,
  database: 0,
};

test.each<[string, object]>([
  ['redis://cache', { nodes: [{ host: 'cache', port: 6_379 }] }],
  [
    'rediss://me:p%40ss@[::1]:7000/3',
    { nodes: [{ host: '::1', port: 7_000 }], username: 'me', password: 'p@ss', hasTls: true, database: 3 },
  ],
  ['redis://cache?cluster=on', { kind: 'cluster', nodes: [{ host: 'cache', port: 6_379 }] }],
  [
    'redis://:kelp@a?sentinel=shop&sentinels=b:1,[::1]:2,c&sentinel_password=x%26y',
    {
      kind: 'sentinel',
      primary: 'shop',
      password: 'kelp',
      sentinelPassword: 'x&y',
      nodes: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 1 },
        { host: '::1', port: 2 },
        { host: 'c', port: 26_379 },
      ],
    },
  ],
])('%s', (url, expected) => {
  expect(parseRedisAddress(url)).toEqual({ ...plain, ...expected });
});
