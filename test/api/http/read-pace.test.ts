/** How long a client may take to read its answers. */
import { type AddressInfo, connect } from 'node:net';
import { createServer } from 'node:http';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createConnections } from '../../../api/http/connections.ts';
import { createReadPace } from '../../../api/http/read-pace.ts';
import { slowReadersCut } from '../../../platform/metrics.ts';
import { until } from '../../setup/shop.ts';

describe('a read pace', () => {
  const limits = { stallMs: 20_000, bytesPerSecondMin: 1_000, windowMs: 30_000 };
  /** Seconds until a client is too slow; `undefined` if it never is in 10 minutes. */
  function cutAfter(takenBytesAt: (seconds: number) => number): number | undefined {
    const pace = createReadPace(limits, takenBytesAt(0), 0);
    for (let seconds = 5; seconds <= 600; seconds += 5)
      if (pace.isTooSlow(takenBytesAt(seconds), seconds * 1_000)) return seconds;
    return undefined;
  }

  test.each([
    ['takes nothing', () => 0, 20],
    ['takes nothing after a minute at full speed', (s: number) => Math.min(s, 60) * 100_000, 80],
    ['takes a byte now and then', (s: number) => s, 30],
    ['takes a tenth less than it must', (s: number) => s * 900, 30],
    ['becomes slow after a minute', (s: number) => Math.min(s, 60) * 100_000 + s * 10, 90],
    ['takes what it must', (s: number) => s * 1_000, undefined],
    ['takes large steps', (s: number) => Math.floor(s / 15) * 30_000, undefined],
  ])('of a client that %s', (_name, takenBytesAt, seconds) => {
    expect(cutAfter(takenBytesAt)).toBe(seconds);
  });
});

describe('a connection', () => {
  /** More than the buffers of both ends: 4 MiB and 32 MiB. */
  const BODY = Buffer.alloc(64 * 1024 * 1024, 'x');
  const limits = { stallMs: 1_500, bytesPerSecondMin: 100_000, windowMs: 2_000, checkIntervalMs: 50 };
  const connections = createConnections({
    log: pino({ level: 'silent' }),
    logAddress: () => undefined,
    readPace: limits,
  });
  let answerAfterMs = 0;
  const server = createServer({ ServerResponse: connections.Response }, (_req, res) => {
    connections.track(res);
    setTimeout(() => res.end(BODY), answerAfterMs);
  });
  server.on('connection', connections.opened);
  const timer = setInterval(connections.checkReaders, limits.checkIntervalMs);
  const listening = new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterEach(() => {
    answerAfterMs = 0;
    server.closeAllConnections();
  });
  afterAll(() => {
    clearInterval(timer);
    server.close();
  });

  async function request() {
    await listening;
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let bytes = 0;
    socket.on('error', () => {});
    socket.on('data', ({ byteLength }) => (bytes += byteLength));
    const ask = () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    ask();
    return { socket, ask, bytes: () => bytes };
  }
  const cuts = async () =>
    (await slowReadersCut.get()).values.find(({ labels }) => labels.edge === 'http')?.value ?? 0;
  const openConnections = () =>
    new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));

  test('whose client reads nothing is destroyed and counted', async () => {
    const before = await cuts();
    const { socket } = await request();
    socket.pause();
    await until(async () => (await cuts()) === before + 1, 60_000);
    await until(async () => (await openConnections()) === 0);
  });

  test('whose client reads nothing, and sends more requests, is destroyed as well', async () => {
    const { socket, ask } = await request();
    socket.pause();
    const sender = setInterval(ask, 50);
    await until(() => socket.destroyed, 60_000);
    clearInterval(sender);
  });

  test('whose client waits for its answer, and reads it, stays open', async () => {
    answerAfterMs = limits.stallMs + 500;
    const { socket, bytes } = await request();
    await until(() => bytes() > BODY.length, 60_000);
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });
});
