/** The client's address is the one that the outermost trusted proxy saw. */
import { expect, test } from '@jest/globals';
import { clientAddress, parseTrustedProxies } from '../../platform/trusted-proxies.ts';

const CLIENT = '198.51.100.7';
const FORGED = '203.0.113.99';
const BALANCER = '10.1.0.1';
const PROXY = '10.2.0.2';

test.each([
  ['off', PROXY, CLIENT, PROXY],
  ['1', PROXY, CLIENT, CLIENT],
  ['1', PROXY, '', PROXY],
  ['1', PROXY, `${FORGED}, ${CLIENT}`, CLIENT],
  ['on', PROXY, `${FORGED}, ${CLIENT}`, CLIENT],
  ['2', PROXY, `${FORGED}, ${CLIENT}, ${BALANCER}`, CLIENT],
  ['2', PROXY, CLIENT, CLIENT],
  ['10.0.0.0/8', PROXY, `${FORGED}, ${CLIENT}, ${BALANCER}`, CLIENT],
  ['10.0.0.0/8', PROXY, `${FORGED},${CLIENT}:4711 ,${BALANCER}:80`, `${CLIENT}:4711`],
  ['10.0.0.0/8', `::ffff:${PROXY}`, CLIENT, CLIENT],
  ['10.0.0.0/8', CLIENT, FORGED, CLIENT],
  ['10.0.0.0/8', PROXY, BALANCER, BALANCER],
  ['10.0.0.0/8, fd00::/8', 'fd00::2', `${FORGED}, [2001:db8::1]:443, ${BALANCER}`, '[2001:db8::1]:443'],
  ['1', PROXY, `${CLIENT}, unknown`, PROXY],
  ['10.0.0.0/8', PROXY, `${CLIENT}, _hidden, ${BALANCER}`, BALANCER],
  ['1', PROXY, '1:2:3:4:5:6:7:8::1', PROXY],
  ['1', '', CLIENT, CLIENT],
])('trusting %s, asked by %j for %j: %s', (trusted, peer, forwarded, client) => {
  expect(clientAddress(peer, forwarded, parseTrustedProxies(trusted)!)).toBe(client);
});

test.each(['', 'yes', '0', '10', '-1', '1.5', '10.0.0.0', '10.0.0.0/33', '10.0.0.0/8,', 'fd00::/129'])(
  '%j is no setting',
  (text) => {
    expect(parseTrustedProxies(text)).toBeUndefined();
  },
);
