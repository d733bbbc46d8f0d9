/** Which answers of Postgres mean that it cannot work now: the client sends its request again. */
import { expect, test } from '@jest/globals';
import { StoreUnavailable, isOutage, reachable } from '../../../store/unavailable.ts';

const withCode = (code: string) => Object.assign(new Error('of Postgres'), { code });

test.each([
  ['it stops', '57P01'],
  ['it starts', '57P03'],
  ['its disk is full', '53100'],
  ['it has no connection left', '53300'],
  ['its disk failed, and it panics', '58030'],
  ['its operating system failed', '58000'],
  ['it is read only', '25006'],
])('an outage: %s', async (_, code) => {
  expect(isOutage(new Error('query failed', { cause: withCode(code) }))).toBe(true);
  await expect(reachable(Promise.reject(withCode(code)))).rejects.toBeInstanceOf(StoreUnavailable);
});

test.each([
  ['a unique constraint', '23505'],
  ['a wrong statement', '42601'],
  ['a file that is missing', '58P01'],
  ['damaged data', 'XX001'],
])('no outage: %s', async (_, code) => {
  expect(isOutage(withCode(code))).toBe(false);
  await expect(reachable(Promise.reject(withCode(code)))).rejects.not.toBeInstanceOf(StoreUnavailable);
});
