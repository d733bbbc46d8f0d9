/** How the address of a client is spelled in the log. */
import { expect, test } from '@jest/globals';
import { createLogAddress } from '../../platform/log-address.ts';

test.each([
  ['203.0.113.7', '203.0.113.7', '203.0.113.0/24'],
  ['203.0.113.7:40312', '203.0.113.7', '203.0.113.0/24'],
  ['::ffff:203.0.113.7', '203.0.113.7', '203.0.113.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
  ['[2001:db8::7]:40312', '2001:db8::7', '2001:db8:0::/48'],
  ['::1', '::1', '0:0:0::/48'],
  ['unknown', undefined, undefined],
  ['1:2:3:4:5:6:7:8::1', undefined, undefined],
  ['203.0.113.7\n{"status":200}', undefined, undefined],
  ['', undefined, undefined],
])('%j', (text, full, prefix) => {
  const spelled = (addresses: 'full' | 'prefix' | 'off') => {
    const logAddress = createLogAddress(addresses);
    // The second answer comes from memory.
    return [logAddress(text), logAddress(text)];
  };
  expect(spelled('full')).toEqual([full, full]);
  expect(spelled('prefix')).toEqual([prefix, prefix]);
  expect(spelled('off')).toEqual([undefined, undefined]);
});
