/** One address cannot take all connections of a server. */
import { once } from 'node:events';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createConnections } from '../../../api/http/connections.ts';
import { READ_PACE } from '../../../api/http/limits.ts';

test('one address leaves a quarter of the connections to others', async () => {
  const { opened } = createConnections({
    log: pino({ level: 'silent' }),
    logAddress: () => undefined,
    readPace: READ_PACE,
    connectionsMax: 100,
  });
  const openFrom = (address: string) => {
    const socket = new Socket();
    Object.defineProperty(socket, 'remoteAddress', { value: address });
    opened(socket);
    return socket;
  };
  const isOpen = ({ destroyed }: Socket) => !destroyed;
  const greedy = Array.from({ length: 100 }, () => openFrom('203.0.113.1'));
  expect(greedy.filter(isOpen)).toHaveLength(75);
  // One subscriber has a whole /64 of IPv6.
  const others = Array.from({ length: 100 }, (_, n) => openFrom(`2001:db8::${n}`));
  expect(others.filter(isOpen)).toHaveLength(19);
  expect(isOpen(openFrom('203.0.113.2'))).toBe(true);
  const closed = greedy[0]!;
  closed.destroy();
  await once(closed, 'close');
  const next = openFrom('203.0.113.1');
  expect(isOpen(next)).toBe(false);
  for (const socket of others.slice(0, 19)) socket.destroy();
  await once(others[18]!, 'close');
  expect(isOpen(openFrom('203.0.113.1'))).toBe(true);
});
