/** The input of a command: files, pipes, FIFOs and standard input, in several encodings. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readlink, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openInput } from '../../../command-line/input.ts';
import { linesOf } from '../../../command-line/lines.ts';
import { recordShop } from '../../replay/generator.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { until } from '../../setup/shop.ts';

const LAUNCHER = fileURLToPath(new URL('../../../holdfast.js', import.meta.url));
const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-input-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(name: string, bytes: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

const le = (text: string) => Buffer.from(text, 'utf16le');
const be = (text: string) => le(text).swap16();

describe('the lines of a file', () => {
  const linesIn = async (path: string) => {
    const lines: string[] = [];
    for await (const line of linesOf(openInput(path).read())) lines.push(line);
    return lines;
  };

  test.each<[string, string | Uint8Array, string[]]>([
    ['newlines of Unix', 'a\nb\n', ['a', 'b']],
    ['newlines of Windows', 'a\r\nb\r\n', ['a', 'b']],
    ['without a last newline', 'a\nb', ['a', 'b']],
    ['without a last newline, from Windows', 'a\r\nb\r', ['a', 'b']],
    ['empty lines, which have numbers too', '\na\n\r\n\nb\n', ['', 'a', '', '', 'b']],
    ['a byte order mark', '\ufeffa\nb\n', ['a', 'b']],
    ['a byte order mark inside', 'a\n\ufeffb\n', ['a', '\ufeffb']],
    ['an empty file', '', []],
    ['a byte order mark alone', '\ufeff', []],
    ['U+2028, which is no newline', 'a\u2028b\n', ['a\u2028b']],
    ['packed', gzipSync('a\nb\n'), ['a', 'b']],
  ])('%s', async (_name, bytes, lines) => {
    expect(await linesIn(await fileOf('text', bytes))).toEqual(lines);
  });

  test.each<[string, string | Uint8Array, string]>([
    ['UTF-16 with a mark', Buffer.concat([Buffer.of(0xff, 0xfe), le('{"a":1}\n')]), 'UTF-16'],
    ['big-endian UTF-16 with a mark', Buffer.concat([Buffer.of(0xfe, 0xff), be('{"a":1}\n')]), 'UTF-16'],
    ['UTF-16 without a mark', le('{"a":1}\n'), 'UTF-16'],
    ['big-endian UTF-16 without a mark', be('{"a":1}\n'), 'UTF-16'],
    ['Latin-1', Buffer.from('a\nb\ncaf\u00e9\nd\n', 'latin1'), 'Line 3 is not UTF-8 text'],
    ['a character that is cut off', Buffer.of(0x61, 0x0a, 0xf0, 0x9f), 'Line 2 is not UTF-8 text'],
  ])('%s is refused', async (_name, bytes, words) => {
    await expect(linesIn(await fileOf('text', bytes))).rejects.toThrow(words);
  });

  test('a line that is not UTF-8 is reported by number, regardless of the chunks', async () => {
    async function* byteByByte() {
      for (const byte of Buffer.from('\ufeffa\r\n\u{1f30a}\r\ncaf\u00e9\n').subarray(0, -2))
        yield Uint8Array.of(byte);
      yield Uint8Array.of(0x0a, 0x62);
    }
    const lines: string[] = [];
    const reading = (async () => {
      for await (const line of linesOf(byteByByte())) lines.push(line);
    })();
    await expect(reading).rejects.toThrow('Line 3 is not UTF-8 text');
    expect(lines).toEqual(['a', '\u{1f30a}']);
  });

  test.each([
    ['an absent file', 'nowhere', 'cannot be read (ENOENT'],
    ['a folder', '.', 'cannot be read (EISDIR'],
    ['a descriptor that is not open', '/dev/fd/99', 'cannot be read (EBADF'],
  ])('%s', async (_name, path, words) => {
    const at = path.startsWith('/') ? path : join(folder, path);
    await expect(linesIn(at)).rejects.toThrow(words);
  });
});

describe('npx holdfast log import', () => {
  const small = recordShop(7, 40);
  const text = `${small.join('\n')}\n`;
  const databases: TestDatabase[] = [];
  afterEach(() => Promise.all(databases.splice(0).map((database) => database.drop())));
  const emptyDatabase = async () => {
    const database = await cloneDatabase();
    databases.push(database);
    return { PATH: process.env['PATH'], DATABASE_URL: database.url };
  };

  /** Each command gets the name of a file that holds the log. */
  test.each([
    ['standard input', 'cat "$1" | holdfast log import -'],
    ['standard input by its name', 'cat "$1" | holdfast log import /dev/stdin'],
    ['standard input that is a file', 'holdfast log import - < "$1"'],
    ['a writer that has ended', '{ cat "$1"; } | { sleep 0.3; holdfast log import /dev/stdin; }'],
    ['process substitution', 'holdfast log import <(cat "$1")'],
    ['process substitution, packed', 'holdfast log import <(gzip < "$1")'],
    ['a FIFO', 'mkfifo "$1.fifo"; cat "$1" > "$1.fifo" & holdfast log import "$1.fifo"; wait'],
    ['lines from Windows', `sed 's/$/\\r/' "$1" | holdfast log import -`],
    ['a byte order mark', `{ printf '\\357\\273\\277'; cat "$1"; } | holdfast log import -`],
    ['an empty line at the end', '{ cat "$1"; echo; } | holdfast log import -'],
    ['without a last newline', 'head -c -1 "$1" | holdfast log import -'],
  ])('%s', async (name, command) => {
    const path = await fileOf(`log of ${name}.ndjson`, text);
    const script = `holdfast() { "${process.execPath}" "${LAUNCHER}" "$@"; }\n${command}`;
    const { stdout } = await run('bash', ['-c', script, 'bash', path], { env: await emptyDatabase() });
    expect(stdout).toContain(`Imported ${small.length - 1} events of 2 tenants.`);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends by %s while it waits for a writer',
    async (signal) => {
      const fifo = join(folder, `${signal}.fifo`);
      await run('mkfifo', [fifo]);
      const child = spawn(process.execPath, [LAUNCHER, 'log', 'import', fifo], {
        env: await emptyDatabase(),
        stdio: 'ignore',
      });
      const ended = once(child, 'exit');
      try {
        await until(() => hasOpen(child.pid!, fifo));
        child.kill(signal);
        const [code, by] = (await ended) as [number | null, string | null];
        expect(by ?? code).not.toBe(0);
      } finally {
        child.kill('SIGKILL');
      }
    },
  );
});

/** Whether a process, or a child of it, has a file open. */
async function hasOpen(pid: number, path: string): Promise<boolean> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  for (const id of [pid, ...children.trim().split(' ').filter(Boolean)]) {
    const files = await readdir(`/proc/${id}/fd`).catch(() => []);
    const targets = await Promise.all(files.map((fd) => readlink(`/proc/${id}/fd/${fd}`).catch(() => '')));
    if (targets.includes(path)) return true;
  }
  return false;
}
