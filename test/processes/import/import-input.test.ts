/** The lines, files and pipes that `holdfast import` reads and refuses. */
import { execFile } from 'node:child_process';
import { mkdir, open, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { holdfast } from '../../setup/processes/command.ts';
import { newApiKey, until } from '../../setup/shop.ts';
import { LAUNCHER, apiKey, line, many, openImports } from './import-scene.ts';

const { folder, grpcPort, fileOf, env, run, logged, begin } = openImports();

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
    line('mixed-2', { coupon: 'a member that nobody knows' }),
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
    { field: 'order.coupon', description: expect.any(String) },
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
      { env: { PATH: process.env['PATH'], ...env() }, cwd: folder() },
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
    expect((await readdir(folder())).filter((file) => file !== 'lines')).toEqual(['orders.ndjson']);
  });

  test('writes the refused lines to a file in this directory, and reports its name', async () => {
    const path = await fileOf([line('half-1'), 'nonsense', line('half-2')]);
    const ended = await shell('cat "$1" | holdfast import -', path).catch(
      (error: { code: number; stdout: string }) => error,
    );
    expect(ended).toMatchObject({ code: 1, stdout: expect.stringContaining('3 lines: 2 orders placed') });
    const name = (await readdir(folder())).find((file) => file.endsWith('.refused.ndjson'));
    expect(ended.stdout).toContain(`Refused lines and reasons: ${name}`);
    expect(JSON.parse(await readFile(join(folder(), name!), 'utf8'))).toMatchObject({ line: 2 });
  });

  test('refuses UTF-16 by name', async () => {
    const path = join(folder(), 'utf16.ndjson');
    await writeFile(path, Buffer.from(`\ufeff${line('utf16-1')}\n`, 'utf16le'));
    const { code, stderr } = await holdfast(['import', path], env());
    expect([code, stderr]).toEqual([1, expect.stringContaining('UTF-16')]);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends by %s while it waits', async (signal) => {
    const fifo = join(folder(), 'lines');
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

test('a gzip file is imported', async () => {
  const path = await fileOf(many('packed', 50), 'orders.ndjson.gz');
  expect((await run(path)).json).toMatchObject({ lines: 50, placed: 50 });
});

test('an unwritable progress file is reported at once', async () => {
  const path = await fileOf(many('unkept', 5));
  await mkdir(`${path}.import.new`);
  // By its relative path: a message cuts a path of more than 60 characters.
  const { code, stderr } = await holdfast(['import', 'orders.ndjson'], env(), { cwd: folder() });
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining('"orders.ndjson.import" cannot be written (EISDIR)'),
  ]);
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
      new RegExp(`^127.0.0.1:${grpcPort()}: [^]*API key used: HOLDFAST_API_KEY`, 'm'),
    ],
    [['import', folder()], env(), 1, /cannot be read \(EISDIR/],
    [
      ['import', path],
      { GRPC_PORT: String(grpcPort()), HOLDFAST_DATA_DIR: folder() },
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
