/** The proxy cuts the answer of a commit, and of nothing else. */
import { expect, test } from '@jest/globals';
import { createCommitCutter } from '../../loadtest/torture/faults/commit-cutter.ts';

function message(type: string, ...texts: string[]): Buffer {
  const body = Buffer.from(texts.map((text) => `${text}\0`).join(''), 'latin1');
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
const STARTUP = Buffer.from([0, 0, 0, 8, 0, 3, 0, 0]);
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);
const APPEND = message('P', 'append', 'SELECT * FROM append_events($1)');
const READ = message('P', 'read', 'SELECT 1');
const bind = (statement: string) => message('B', '', statement);

function connection(count: number) {
  const cutter = createCommitCutter();
  const inspector = cutter.inspect();
  inspector.toServer(STARTUP);
  cutter.arm(count);
  return { cutter, ...inspector };
}

test('it cuts the answer of an append, prepared now or before, as often as it is armed', () => {
  const { cutter, toServer, toClient } = connection(2);
  toServer(Buffer.concat([APPEND, bind('append')]));
  expect(toClient(message('1'))).toBe(false);
  expect(toClient(READY)).toBe(true);
  toServer(bind('append'));
  expect(toClient(READY)).toBe(true);
  toServer(bind('append'));
  expect(toClient(READY)).toBe(false);
  expect(cutter.cuts()).toBe(2);
});

test('it cuts the answer of a single append', () => {
  const { toServer, toClient } = connection(1);
  toServer(Buffer.concat([message('P', 'one', 'SELECT * FROM append_event($1)'), bind('one')]));
  expect(toClient(READY)).toBe(true);
});

test('it cuts the answer of a COMMIT', () => {
  const { toServer, toClient } = connection(1);
  toServer(message('Q', 'BEGIN'));
  expect(toClient(READY)).toBe(false);
  toServer(message('Q', 'COMMIT'));
  expect(toClient(READY)).toBe(true);
});

test('it leaves other statements alone', () => {
  const { toServer, toClient } = connection(1);
  toServer(Buffer.concat([APPEND, READ, bind('read')]));
  expect(toClient(READY)).toBe(false);
});

test('a message may arrive in pieces', () => {
  const { toServer, toClient } = connection(1);
  for (const byte of Buffer.concat([APPEND, bind('append')])) toServer(Buffer.from([byte]));
  for (const byte of READY.subarray(0, -1)) expect(toClient(Buffer.from([byte]))).toBe(false);
  expect(toClient(READY.subarray(-1))).toBe(true);
});
