/** `holdfast import` as a process, against a server process: kills, signals and quotas. */
import { readFile, readdir, truncate } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TEST_REDIS } from '../../setup/database.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';
import { until } from '../../setup/shop.ts';
import { apiKey, many, openImports } from './import-scene.ts';

const { databaseUrl, folder, server, restart, fileOf, run, logged, begin } = openImports();

test('an import places the orders of the file, and a second run places none', async () => {
  const path = await fileOf(many('twice', 3_000));
  const first = await run(path);
  expect(first.json).toMatchObject({
    lines: 3_000,
    placed: 3_000,
    replayed: 0,
    refused: 0,
    interruptions: 0,
  });
  expect(first.stderr).toContain('3000 of 3000 lines');
  const again = await run(path);
  expect(again.json).toMatchObject({ lines: 3_000, placed: 0, replayed: 3_000, refused: 0 });
  expect(await logged('twice')).toEqual({ orders: 3_000, keys: 3_000 });
  expect(await readdir(folder())).toEqual(['orders.ndjson']);
});

test('after a kill of the server, the import continues with the next one, and places each order once', async () => {
  const count = 30_000;
  const path = await fileOf(many('killed', count));
  const going = begin(path);
  await until(async () => (await logged('killed')).orders > count / 10, 60_000);
  await server().end('SIGKILL');
  const when = (await logged('killed')).orders;
  expect(when).toBeLessThan(count);
  await restart();
  expect(await going.ended).toBe(0);
  expect(going.output()).toMatch(/Reconnecting/);
  const result = JSON.parse(/^\{[^]*^\}/m.exec(going.output())![0]);
  // Orders that were committed before the kill, without an answer, count as replayed.
  expect(result.placed + result.replayed).toBe(count);
  expect([result.lines, result.refused]).toEqual([count, 0]);
  expect(result.interruptions).toBeGreaterThan(0);
  expect(await logged('killed')).toEqual({ orders: count, keys: count });
}, 60_000);

test('after a kill of the import, the same command continues, and places each order once', async () => {
  const count = 30_000;
  const path = await fileOf(many('resumed', count));
  const going = begin(path);
  // The import has saved its progress.
  await until(
    async () => (await readdir(folder())).includes('orders.ndjson.import') && (await progress(path)) > 1_000,
  );
  going.child.kill('SIGKILL');
  await going.ended;
  const kept = await progress(path);
  const second = await run(path);
  expect(second.json).toMatchObject({ lines: count, refused: 0 });
  expect(second.json.placed + second.json.replayed).toBe(count);
  // It did not start from the first line.
  expect(second.json.replayed).toBeLessThan(count - kept);
  expect(await logged('resumed')).toEqual({ orders: count, keys: count });
  expect(await readdir(folder())).toEqual(['orders.ndjson']);
}, 60_000);
const progress = async (path: string): Promise<number> =>
  JSON.parse(await readFile(`${path}.import`, 'utf8')).done;

test('Ctrl-C saves the progress and reports it; another file under the same name starts from its first line', async () => {
  const path = await fileOf(many('stopped', 30_000));
  const going = begin(path);
  await until(async () => (await logged('stopped')).orders > 1_000, 60_000);
  going.child.kill('SIGINT');
  expect(await going.ended).toBe(1);
  const place = Number(/Stopped after line (\d+) of 30000/.exec(going.output())![1]);
  expect(await progress(path)).toBe(place);
  await fileOf(many('other', 20));
  expect((await run(path)).json).toMatchObject({ lines: 20, placed: 20 });
});

test('a file that changes during its import is not marked as done', async () => {
  const path = await fileOf(many('changed', 20_000));
  const going = begin(path);
  await until(async () => (await logged('changed')).orders > 100, 60_000);
  await truncate(path, 1_000_000);
  expect(await going.ended).toBe(1);
  expect(going.output()).toContain('was changed while it was imported');
}, 60_000);

describe('with a small quota', () => {
  let slow: ServerProcess;
  beforeAll(async () => {
    slow = await startServer({
      env: {
        DATABASE_URL: databaseUrl(),
        REDIS_URL: TEST_REDIS,
        HOLDFAST_BOOTSTRAP_KEY: apiKey,
        HOLDFAST_RATE_LIMIT_WRITE: '20/4',
        HOLDFAST_LOG_LEVEL: 'error',
      },
    });
  });
  afterAll(() => slow.end('SIGKILL'));

  test('the import reports its wait and the estimated total time', async () => {
    const path = await fileOf(many('quota', 45));
    const { json, stderr } = await run(path, '--to', slow.grpc);
    expect(json).toMatchObject({ placed: 45, refused: 0 });
    expect(json.seconds).toBeGreaterThan(8);
    const said =
      /used up: 20 orders in 4 s\. The import continues in (\d+) s\. All lines are done in about (\d+) s\./.exec(
        stderr,
      );
    expect(said).not.toBeNull();
    const [, wait, left] = said!.map(Number);
    expect(wait).toBeLessThanOrEqual(4);
    // Two more windows, of which a slow machine may have used a part.
    expect(left).toBeGreaterThan(4);
    expect(left).toBeLessThanOrEqual(8);
  }, 60_000);

  test('the import reports a quota that other clients have used up', async () => {
    const others = await startServer({
      env: {
        DATABASE_URL: databaseUrl(),
        REDIS_URL: TEST_REDIS,
        HOLDFAST_RATE_LIMIT_WRITE: '20/15',
        HOLDFAST_LOG_LEVEL: 'error',
      },
    });
    try {
      await run(await fileOf(many('others', 20)), '--to', others.grpc);
      const { json, stderr } = await run(await fileOf(many('ours', 20)), '--to', others.grpc);
      expect(json).toMatchObject({ placed: 20, refused: 0 });
      expect(stderr).toContain(
        'used up: 20 orders in 15 s. The import continues within 15 s, unless other clients use the quota. All lines are done in about 15 s.',
      );
    } finally {
      await others.end('SIGKILL');
    }
  }, 60_000);
});
