import { describe, expect, test } from '@jest/globals';
import { faultOfUrl, isAllowed } from '../../../workers/sending/addresses.ts';

const PUBLIC = { allowLoopback: false };
const DEVELOPMENT = { allowLoopback: true };

describe('an address', () => {
  test.each(['93.184.216.34', '1.1.1.1', '2606:4700:4700::1111', '2a00:1450:4001:81b::200e'])(
    '%s is public',
    (address) => expect(isAllowed(address, PUBLIC)).toBe(true),
  );

  test.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['0.0.0.0', 'this machine'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'carrier-grade NAT'],
    ['169.254.169.254', 'the metadata of a cloud'],
    ['192.0.2.1', 'documentation'],
    ['198.18.0.1', 'benchmarks'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['240.0.0.1', 'reserved'],
    ['::', 'this machine'],
    ['::1', 'loopback'],
    ['fe80::1', 'link-local'],
    ['fc00::1', 'unique local'],
    ['fd00:ec2::254', 'the metadata of a cloud'],
    ['ff02::1', 'multicast'],
    ['::ffff:127.0.0.1', 'loopback, mapped into IPv6'],
    ['::ffff:169.254.169.254', 'metadata, mapped into IPv6'],
    ['::ffff:a00:1', 'private, mapped into IPv6'],
    ['::7f00:1', 'loopback, "compatible" with IPv6'],
    ['64:ff9b::7f00:1', 'loopback, translated (NAT64)'],
    ['64:ff9b:1::a00:1', 'private, translated (NAT64)'],
    ['2002:7f00:1::', 'loopback by 6to4'],
    ['2001:db8::1', 'documentation'],
    ['not an address', 'nothing'],
  ])('%s is not public: %s', (address) => expect(isAllowed(address, PUBLIC)).toBe(false));

  test('the development switch allows loopback, and nothing else', () => {
    for (const open of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
      expect(isAllowed(open, DEVELOPMENT)).toBe(true);
    for (const shut of ['10.0.0.1', '169.254.169.254', 'fe80::1', '0.0.0.0', '192.168.0.1'])
      expect(isAllowed(shut, DEVELOPMENT)).toBe(false);
  });
});

describe('the URL of an endpoint', () => {
  test.each([
    ['https://example.com/hooks?shop=1', undefined],
    ['https://[2606:4700:4700::1111]/', undefined],
    ['http://example.com/', 'must begin with https://'],
    ['ftp://example.com/', 'must begin with https://'],
    ['example.com/hooks', 'must be an absolute URL'],
    ['https://user:secret@example.com/', 'must not hold a user name or a password'],
    ['https://example.com/#there', 'must not have a fragment'],
    ['https://127.0.0.1/', 'must be on the public Internet'],
    ['https://2130706433/', 'must be on the public Internet'],
    ['https://0x7f.1/', 'must be on the public Internet'],
    ['https://0177.0.0.1/', 'must be on the public Internet'],
    ['https://[::ffff:10.0.0.1]/', 'must be on the public Internet'],
    ['https://[::1]/', 'must be on the public Internet'],
    ['https://localhost/', 'must be on the public Internet'],
    ['https://a.localhost./', 'must be on the public Internet'],
  ])('%s: %s', (url, fault) => {
    const said = faultOfUrl(url, PUBLIC);
    if (fault === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(fault);
  });

  test('the development switch allows this machine without TLS', () => {
    expect(faultOfUrl('http://127.0.0.1:4000/', DEVELOPMENT)).toBeUndefined();
    expect(faultOfUrl('http://localhost:4000/', DEVELOPMENT)).toBeUndefined();
    expect(faultOfUrl('http://10.0.0.1/', DEVELOPMENT)).toContain('public Internet');
  });
});
