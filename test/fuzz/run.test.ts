/** A run ends when all of its cases have ended, however long one takes beside the others. */
import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Case } from '../../loadtest/fuzz/case.ts';
import { type RunOptions, runCases } from '../../loadtest/fuzz/send/run.ts';

const BESIDE = 2_500;
const ended: number[] = [];
const held: Socket[] = [];
/** Ends a connection when all the other cases have ended. */
const server = createServer((socket) => {
  held.push(socket);
  if (ended.length === BESIDE) socket.end();
});
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => void server.close());

const bare = { after: [], what: '', stages: [], isSlow: false };
const slow: Case = {
  ...bare,
  index: 0,
  kind: 'stall',
  isSlow: true,
  stages: [[{ kind: 'http', actions: [{ do: 'await-end' }], requests: [], patienceMs: 60_000 }]],
};
const quick = Array.from({ length: BESIDE }, (_, n): Case => ({ ...bare, index: n + 1, kind: 'single' }));

test('a client that stalls while thousands of cases come and go', async () => {
  const { port } = server.address() as AddressInfo;
  const options: Partial<RunOptions> = {
    target: {
      http: { host: '127.0.0.1', port },
      grpc: undefined,
      ready: async () => {},
    } as unknown as RunOptions['target'],
    cases: [slow, ...quick],
    tallies: { statuses: new Map(), endings: new Map() },
    lessons: { resolve: (bytes: Buffer) => bytes } as RunOptions['lessons'],
    onBegin: () => {},
    onEnd: ({ index }) => {
      ended.push(index);
      if (ended.length === BESIDE) for (const socket of held) socket.end();
    },
  };
  await runCases(options as RunOptions);
  expect(ended).toHaveLength(BESIDE + 1);
  expect(ended.at(-1)).toBe(0);
});
