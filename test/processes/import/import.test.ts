/** `holdfast import` as a process, against a server process. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { holdfast } from '../../setup/processes/command.ts';
import { TEST_REDIS, type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';
import { newApiKey, until } from '../../setup/shop.ts';

const LAUNCHER = fileURLToPath(new URL('../../../holdfast.js', import.meta.url));
const apiKey = newApiKey();
let database: TestDatabase;
let grpcPort: number;
let server: ServerProcess;
let folder: string;
let look: Client;

/** The same port after a restart of the server. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
const start = () =>
  startServer({
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: TEST_REDIS,
      HOLDFAST_BOOTSTRAP_KEY: apiKey,
      HOLDFAST_RATE_LIMIT_WRITE: '100000/1',
      // Other tests use the same address and the same Redis.
      HOLDFAST_RATE_LIMIT_UNAUTHENTICATED: '100000/60',
      HOLDFAST_CONTRACT_JUDGE: 'off',
      HOLDFAST_LOG_LEVEL: 'error',
      GRPC_PORT: String(grpcPort),
    },
  });

beforeAll(async () => {
  database = await cloneDatabase();
  look = new Client({ connectionString: database.url });
  await look.connect();
  grpcPort = await freePort();
  server = await start();
});
afterAll(async () => {
  await server.end('SIGKILL');
  await look.end();
  await database.drop();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-import-'));
});
afterEach(() => rm(folder, { recursive: true }));

const line = (key: string, change: object = {}) =>
  JSON.stringify({
    idempotency_key: key,
    order: {
      customer_id: 'ada',
      lines: [{ sku: 'KELP-1', name: 'Kelp', quantity: 2, unit_price: { amount: 450, currency: 'EUR' } }],
      ...change,
    },
  });
async function fileOf(lines: string[], name = 'orders.ndjson'): Promise<string> {
  const path = join(folder, name);
  const text = lines.map((each) => `${each}\n`).join('');
  await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}
const many = (name: string, count: number) =>
  Array.from({ length: count }, (_, n) => line(`${name}-${n + 1}`));
const env = (more: Record<string, string> = {}) => ({
  HOLDFAST_API_KEY: apiKey,
  GRPC_PORT: String(grpcPort),
  ...more,
});
const run = (path: string, ...words: string[]) => holdfast(['import', path, '--json', ...words], env());

/** Numbers of the logged orders and keys whose key matches a pattern. */
async function logged(name: string): Promise<{ orders: number; keys: number }> {
  const { rows } = await look.query(
    `SELECT count(*)::int AS orders, count(DISTINCT idempotency_key)::int AS keys FROM events WHERE idempotency_key LIKE $1`,
    [`${name}-%`],
  );
  return rows[0];
}

/** Starts an import and returns at once. */
function begin(path: string): { child: ChildProcess; output: () => string; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [LAUNCHER, 'import', path, '--json'], {
    env: { PATH: process.env['PATH'], ...env() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return { child, output: () => text, ended: once(child, 'close').then(([code]) => code as number | null) };
}

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
  expect(await readdir(folder)).toEqual(['orders.ndjson']);
});

test('after a kill of the server, the import continues with the next one, and places each order once', async () => {
  const count = 30_000;
  const path = await fileOf(many('killed', count));
  const going = begin(path);
  await until(async () => (await logged('killed')).orders > count / 10, 60_000);
  await server.end('SIGKILL');
  const when = (await logged('killed')).orders;
  expect(when).toBeLessThan(count);
  server = await start();
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
    async () => (await readdir(folder)).includes('orders.ndjson.import') && (await progress(path)) > 1_000,
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
  expect(await readdir(folder)).toEqual(['orders.ndjson']);
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

test('refused lines go to a file with their reasons, and the other lines are placed', async () => {
  const v1 = {
    idempotency_key: 'mixed-v1',
    order: {
      customer_id: 'ada',
      currency: 'EUR',
      lines: [{ sku: 'A', name: 'B', quantity: 1, unit_price: 5 }],
    },
  };
  await run(await fileOf([line('mixed-taken', { customer_id: 'somebody' })], 'first.ndjson'));
  const path = await fileOf([
    line('mixed-1'),
    'not json',
    '',
    line('mixed-2', { note: 'a member that nobody knows' }),
    JSON.stringify(v1),
    line('mixed taken'),
    line('mixed-taken'),
    '[]',
    line('mixed-3', { lines: [] }),
    line('mixed-1'),
    line('mixed-4').replace('"quantity":2', '"quantity":2,"quantity":20'),
    line('mixed-5').replace('450', '450.00000000000001'),
  ]);
  const { code, stdout, stderr } = await holdfast(['import', path], env());
  expect(code).toBe(1);
  expect(stdout).toMatch(/12 lines: 2 orders placed, 1 already placed, 8 refused/);
  expect(stdout).toContain(`${path}.refused.ndjson`);
  expect(stdout + stderr).not.toContain(apiKey);
  const refused = (await readFile(`${path}.refused.ndjson`, 'utf8'))
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text));
  expect(
    refused
      .map(({ line, idempotency_key, code }) => [line, idempotency_key, code])
      .toSorted(([a], [b]) => a - b),
  ).toEqual([
    [2, '', 'malformed_json'],
    [4, 'mixed-2', 'invalid_body'],
    [6, '', 'idempotency_key_invalid'],
    [7, 'mixed-taken', 'idempotency_key_reused'],
    [8, '', 'invalid_body'],
    [9, 'mixed-3', 'invalid_body'],
    [11, '', 'malformed_json'],
    [12, '', 'invalid_body'],
  ]);
  expect(refused.find(({ line }) => line === 4).fields).toEqual([
    { field: 'order.note', description: expect.any(String) },
  ]);
  expect(await logged('mixed')).toEqual({ orders: 3, keys: 3 });
});

test.each<[string, object, { field: string; description: string }[]]>([
  [
    'when it was placed',
    { placed_at: '2025-01-01T00:00:00Z' },
    [{ field: 'placed_at', description: 'unknown field' }],
  ],
  [
    'two of them',
    { status: 'paid', note: 1 },
    [
      { field: 'status', description: 'unknown field' },
      { field: 'note', description: 'unknown field' },
    ],
  ],
  ['no order', { order: undefined }, [{ field: 'order', description: 'must be an object' }]],
  [
    'a number for a key',
    { idempotency_key: 7 },
    [{ field: 'idempotency_key', description: 'must be a string' }],
  ],
])('a line with a member that the import would lose is refused: %s', async (name, change, fields) => {
  const key = `member-${name.replaceAll(' ', '-')}`;
  const path = await fileOf([JSON.stringify({ ...JSON.parse(line(key)), ...change })]);
  const { code, stdout } = await holdfast(['import', path], env());
  expect([code, stdout]).toEqual([
    1,
    expect.stringContaining('0 orders placed, 0 already placed, 1 refused'),
  ]);
  const refused = JSON.parse(await readFile(`${path}.refused.ndjson`, 'utf8'));
  expect(refused).toMatchObject({ line: 1, code: 'invalid_body', fields });
  expect(await logged('member')).toEqual({ orders: 0, keys: 0 });
});

describe('an import from a pipe', () => {
  const shell = (script: string, path: string) =>
    promisify(execFile)(
      'bash',
      ['-c', `holdfast() { "${process.execPath}" "${LAUNCHER}" "$@"; }\n${script}`, 'bash', path],
      { env: { PATH: process.env['PATH'], ...env() }, cwd: folder },
    );

  test.each([
    ['pipe', 'cat "$1" | holdfast import - --json'],
    ['stdin', 'cat "$1" | holdfast import /dev/stdin --json'],
    ['redirected', 'holdfast import - --json < "$1"'],
    ['substituted', 'holdfast import <(cat "$1") --json'],
    ['gzipped', 'gzip < "$1" | holdfast import - --json'],
    ['fifo', 'mkfifo lines; cat "$1" > lines & holdfast import lines --json'],
    ['windows', `sed 's/$/\\r/' "$1" | holdfast import - --json`],
    ['marked', `{ printf '\\357\\273\\277'; cat "$1"; } | holdfast import - --json`],
    ['unended', 'head -c -1 "$1" | holdfast import - --json'],
  ])('places each line: %s', async (name, script) => {
    const path = await fileOf(many(name, 5));
    const { stdout } = await shell(script, path);
    expect(JSON.parse(stdout)).toMatchObject({ lines: 5, placed: 5, refused: 0 });
    expect(await logged(name)).toEqual({ orders: 5, keys: 5 });
    // No file remains, neither here nor beside the pipe.
    expect((await readdir(folder)).filter((file) => file !== 'lines')).toEqual(['orders.ndjson']);
  });

  test('writes the refused lines to a file in this directory, and reports its name', async () => {
    const path = await fileOf([line('half-1'), 'nonsense', line('half-2')]);
    const ended = await shell('cat "$1" | holdfast import -', path).catch(
      (error: { code: number; stdout: string }) => error,
    );
    expect(ended).toMatchObject({ code: 1, stdout: expect.stringContaining('3 lines: 2 orders placed') });
    const name = (await readdir(folder)).find((file) => file.endsWith('.refused.ndjson'));
    expect(ended.stdout).toContain(`Refused lines and reasons: ${name}`);
    expect(JSON.parse(await readFile(join(folder, name!), 'utf8'))).toMatchObject({ line: 2 });
  });

  test('refuses UTF-16 by name', async () => {
    const path = join(folder, 'utf16.ndjson');
    await writeFile(path, Buffer.from(`\ufeff${line('utf16-1')}\n`, 'utf16le'));
    const { code, stderr } = await holdfast(['import', path], env());
    expect([code, stderr]).toEqual([1, expect.stringContaining('UTF-16')]);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends by %s while it waits', async (signal) => {
    const fifo = join(folder, 'lines');
    await promisify(execFile)('mkfifo', [fifo]);
    const going = begin(fifo);
    try {
      // An endless writer: its open waits until the import reads.
      const writer = await open(fifo, 'w');
      await writer.write(`${line(`${signal}-1`)}\n`);
      await until(async () => (await logged(signal)).orders === 1);
      going.child.kill(signal);
      expect(await going.ended).toBe(1);
      // The order may be in the log before the import gets the answer.
      expect(going.output()).toMatch(
        /Stopped after line [01]\. Send all lines again: no order is placed twice\./,
      );
      await writer.close();
    } finally {
      going.child.kill('SIGKILL');
    }
  });
});

test('a file that changes during its import is not marked as done', async () => {
  const path = await fileOf(many('changed', 20_000));
  const going = begin(path);
  await until(async () => (await logged('changed')).orders > 100, 60_000);
  await truncate(path, 1_000_000);
  expect(await going.ended).toBe(1);
  expect(going.output()).toContain('was changed while it was imported');
}, 60_000);

test('an unwritable progress file is reported at once', async () => {
  const path = await fileOf(many('unkept', 5));
  await mkdir(`${path}.import.new`);
  const { code, stderr } = await holdfast(['import', path], env());
  expect([code, stderr]).toEqual([1, expect.stringContaining('.import" cannot be written (EISDIR)')]);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(await logged('unkept')).toEqual({ orders: 0, keys: 0 });
});

test('an unwritable file of refusals is reported', async () => {
  const path = await fileOf([line('unwritten-1'), 'nonsense']);
  await mkdir(`${path}.refused.ndjson`);
  const { code, stderr } = await holdfast(['import', path], env());
  expect([code, stderr]).toEqual([1, expect.stringContaining('.refused.ndjson cannot be written (EISDIR)')]);
  expect(stderr).not.toMatch(/^\s+at /m);
});

describe('with a small quota', () => {
  let slow: ServerProcess;
  beforeAll(async () => {
    slow = await startServer({
      env: {
        DATABASE_URL: database.url,
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
        DATABASE_URL: database.url,
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

test('a gzip file is imported', async () => {
  const path = await fileOf(many('packed', 50), 'orders.ndjson.gz');
  expect((await run(path)).json).toMatchObject({ lines: 50, placed: 50 });
});

test('each failure is reported with its cause and remedy', async () => {
  const path = await fileOf(many('never', 5));
  const attempts: [string[], Record<string, string>, number, RegExp][] = [
    [['import'], env(), 2, /missing FILE/],
    [['import', `${path}x`], env(), 1, /cannot be read \(ENOENT/],
    [['import', path, '--to', 'nonsense'], env(), 2, /--to must be HOST:PORT/],
    [['import', path, '--patience', '0'], env(), 2, /--patience must be a whole number from 1 to 86400/],
    [
      ['import', path, '--patience', '1', '--to', '127.0.0.1:1'],
      env(),
      1,
      /No answer for 1 seconds\. .*ECONNREFUSED/,
    ],
    [['import', path], env({ HOLDFAST_API_KEY: newApiKey() }), 1, /This API key is not valid/],
    // The address, and the source of the key.
    [
      ['import', path],
      env({ HOLDFAST_API_KEY: newApiKey() }),
      1,
      new RegExp(`^127.0.0.1:${grpcPort}: [^]*API key used: HOLDFAST_API_KEY`, 'm'),
    ],
    [['import', folder], env(), 1, /cannot be read \(EISDIR/],
    [
      ['import', path],
      { GRPC_PORT: String(grpcPort), HOLDFAST_DATA_DIR: folder },
      1,
      /No API key.*HOLDFAST_API_KEY/,
    ],
  ];
  for (const [words, given, code, message] of attempts) {
    const ended = await holdfast(words, given);
    expect([words, ended.code, ended.stderr]).toEqual([words, code, expect.stringMatching(message)]);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
  }
  expect(await logged('never')).toEqual({ orders: 0, keys: 0 });
});
