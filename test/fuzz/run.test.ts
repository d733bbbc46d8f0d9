/** A run ends after its last case, even if one case lasts longer than thousands of others. */
import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Case } from '../../loadtest/fuzz/case.ts';
import { type RunOptions, runCases } from '../../loadtest/fuzz/send/run.ts';

const QUICK_CASES_COUNT = 2_500;
const ended: number[] = [];
const held: Socket[] = [];
/** Ends its connections once all other cases have ended. */
const server = createServer((socket) => {
  // The client resets a connection that it no longer needs.
  socket.on('error', () => {});
  held.push(socket);
  if (ended.length === QUICK_CASES_COUNT) socket.end();
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
  stages: [[{ kind: 'http', actions: [{ do: 'await-end' }], requests: [], timeoutMs: 60_000 }]],
};
const quick = Array.from({ length: QUICK_CASES_COUNT }, (_, n): Case => ({
  ...bare,
  index: n + 1,
  kind: 'single',
}));

test('a stalling client lasts longer than thousands of cases', async () => {
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
      if (ended.length === QUICK_CASES_COUNT) for (const socket of held) socket.end();
    },
  };
  await runCases(options as RunOptions);
  expect(ended).toHaveLength(QUICK_CASES_COUNT + 1);
  expect(ended.at(-1)).toBe(0);
});
