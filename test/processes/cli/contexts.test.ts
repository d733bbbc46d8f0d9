/** Logins: contexts with their keys, and which server and key a command uses. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Ended, holdfast } from '../../setup/processes/command.ts';
import { type Shop, newApiKey, openShop } from '../../setup/shop.ts';

const LAUNCHER = fileURLToPath(new URL('../../../holdfast.js', import.meta.url));
let shop: Shop;
let home: string;
let env: Record<string, string>;
let history: string;
beforeAll(async () => {
  shop = await openShop();
  home = await mkdtemp(join(tmpdir(), 'holdfast-contexts-'));
  env = { XDG_CONFIG_HOME: home, HOLDFAST_DATA_DIR: join(home, 'none') };
  history = join(home, 'history.ndjson');
  const lines = [{ name: 'B', quantity: 1, unit_price: { amount: 5, currency: 'EUR' } }];
  const order = { reference: 'old-1', ordered_at: '2024-03-01T10:00:00Z', lines };
  await writeFile(history, `${JSON.stringify({ order })}\n`);
});
afterAll(async () => {
  await shop.close();
  await rm(home, { recursive: true, force: true });
});

const file = () => join(home, 'holdfast/contexts.json');
const run = (...words: string[]) => holdfast(words, env);

/** Runs a command with this standard input. */
function fed(input: string, ...words: string[]): Promise<Omit<Ended, 'json'>> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...env } };
    const child = execFile(process.execPath, [LAUNCHER, ...words], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

test('a login checks the key, and keeps it in a file of the owner', async () => {
  const refused = await fed(`${newApiKey()}\n`, 'login', shop.url, '--key', '-');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain(`${shop.url} refused the key: Not authenticated (401`);
  await expect(stat(file())).rejects.toThrow('ENOENT');

  const { host } = new URL(shop.url);
  const made = await fed(`${shop.apiKey}\n`, 'login', shop.url, '--key', '-');
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(made.stdout).toContain(`Logged in to ${shop.url} as context ${host}, with the live key hf_live_`);
  expect(made.stdout).not.toContain(shop.apiKey);
  expect((await stat(file())).mode & 0o777).toBe(0o600);
  expect((await stat(join(home, 'holdfast'))).mode & 0o777).toBe(0o700);
  expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({
    current: host,
    contexts: [{ name: host, url: shop.url, api_key: shop.apiKey }],
  });
});

test('a terminal is asked for the key, and does not show it', async () => {
  // `script` gives the command a terminal.
  const child = spawn(
    'script',
    ['-qec', `"${process.execPath}" "${LAUNCHER}" login ${shop.url}/ --name asked`, '/dev/null'],
    {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.endsWith(`API key for ${shop.url}: `)) child.stdin.write(`${shop.apiKey}\r`);
  });
  expect((await once(child, 'exit'))[0]).toBe(0);
  expect(output).toContain('as context asked');
  expect(output).not.toContain(shop.apiKey);
});

test('commands use the named context, the environment, or the context in use', async () => {
  const { json: listed } = await run('contexts', 'list', '--json');
  expect(listed).toMatchObject([
    { name: new URL(shop.url).host, url: shop.url, mode: 'live', in_use: false },
    { name: 'asked', in_use: true },
  ]);
  const placed = await run('import', '--history', history);
  expect([placed.code, placed.stdout]).toEqual([0, expect.stringContaining('1 orders placed')]);

  const dead = { ...env, HOLDFAST_URL: 'http://127.0.0.1:1', HOLDFAST_API_KEY: newApiKey() };
  const elsewhere = await holdfast(['import', '--history', history, '--patience', '1'], dead);
  expect([elsewhere.code, elsewhere.stderr]).toEqual([1, expect.stringContaining('127.0.0.1:1')]);
  const chosen = await holdfast(['import', '--history', history, '--context', 'asked'], dead);
  expect([chosen.code, chosen.stdout]).toEqual([0, expect.stringContaining('1 already there')]);
  // The key of a login is found by the address, too.
  const byUrl = await holdfast(['import', '--history', history], { ...env, HOLDFAST_URL: shop.url });
  expect([byUrl.code, byUrl.stdout]).toEqual([0, expect.stringContaining('1 already there')]);

  for (const [words, code, message] of [
    [['import', '--history', history, '--context', 'no'], 1, 'No context "no". They are '],
    [['import', '--history', history, '--context', 'asked', '--to', shop.url], 2, 'exclude each other'],
    [['import', history, '--context', 'asked'], 2, '--context needs --to HOST:PORT'],
    [['login', shop.url], 2, 'Standard input is not a terminal. To read the secret from it: --key -'],
    [['login', shop.url, '--key', shop.apiKey], 2, '--key takes - only'],
    [['login', 'localhost:8080'], 2, 'URL must be a URL such as'],
    [['login', 'http://a:b@localhost'], 2, 'URL must be a URL such as'],
    [['login', 'http://orders.example.com'], 2, 'is another machine without TLS'],
    [['login', 'http://127.0.0.1.example.com'], 2, 'is another machine without TLS'],
    [['login', `${shop.url}/v2`], 2, 'URL must be a URL such as'],
    [['login', shop.url, '--name', 'a b'], 2, '--name must have 1 to 64'],
    [['contexts', 'use', 'no'], 1, 'No context "no"'],
    [['logout', 'no'], 1, 'No context "no"'],
  ] as const) {
    const ended = await run(...words);
    expect([words, ended.code, ended.stderr]).toEqual([words, code, expect.stringContaining(message)]);
    expect(ended.stderr).not.toContain(shop.apiKey);
  }
});

test('with --json, an error is a document', async () => {
  const usage = await run('contexts', 'use', '--json');
  expect([usage.code, usage.stdout, JSON.parse(usage.stderr)]).toEqual([
    2,
    '',
    { error: { kind: 'usage', message: expect.stringContaining('missing NAME') } },
  ]);
  const refused = await run('orders', 'get', `ord_${'0'.repeat(32)}`, '--json');
  expect([refused.code, JSON.parse(refused.stderr)]).toEqual([
    1,
    {
      error: {
        kind: 'failed',
        message: expect.stringContaining(shop.url),
        problem: expect.objectContaining({ status: 404, code: 'order_not_found' }),
      },
    },
  ]);
  const elsewhere = ['login', 'http://holdfast.invalid', '--insecure', '--key', '-', '--json'];
  const insecure = await fed(`${newApiKey()}\n`, ...elsewhere);
  expect([insecure.code, JSON.parse(insecure.stderr)]).toMatchObject([1, { error: { kind: 'failed' } }]);
});

test('a file that others can read is refused; logout deletes the key', async () => {
  await chmod(file(), 0o640);
  const open = await run('contexts', 'list');
  expect([open.code, open.stderr]).toEqual([
    1,
    expect.stringContaining('Other users can read the API keys in'),
  ]);
  await chmod(file(), 0o600);

  expect(await run('contexts', 'use', new URL(shop.url).host)).toMatchObject({
    code: 0,
    stdout: `Commands call ${shop.url} now.\n`,
  });
  expect((await run('logout')).stdout).toContain('Its key stays valid');
  expect((await run('logout', 'asked')).code).toBe(0);
  expect(await readFile(file(), 'utf8')).not.toContain('hf_live_');
  const none = await run('import', '--history', history);
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('npx holdfast login URL')]);
  expect((await run('contexts', 'list')).stdout).toContain('No contexts yet');

  await writeFile(file(), '{');
  expect((await run('contexts', 'list')).stderr).toContain('is damaged. Delete it');
});
