/** Wrong command lines, help texts and the version. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { parseWords } from '../../setup/cli.ts';
import { UsageError } from '../../../command-line/command.ts';
import { keys } from '../../../store/cli/keys.ts';
import { tenants } from '../../../store/cli/tenants.ts';
import { isSingle } from '../../../command-line/tree.ts';
import { createCommands } from '../../../process/cli/commands.ts';
import { holdfast } from '../../setup/processes/command.ts';

const CLI = fileURLToPath(new URL('../../../cli.ts', import.meta.url));
const LOADED_PACKAGES = new URL('../../setup/processes/loaded-packages.ts', import.meta.url).href;
const never = () => Promise.reject(new Error('it migrated'));

describe('a wrong command line is refused with exit code 2, without a database', () => {
  const key = `hf_live_${'x'.repeat(32)}`;
  test.each([
    [[], 'npx holdfast: missing command. Commands: tenants, keys'],
    [['key'], 'npx holdfast: unknown command "key". Did you mean keys? Commands: tenants, keys'],
    [['kyes'], 'unknown command "kyes". Did you mean keys?'],
    [['tenant', 'list'], 'unknown command "tenant". Did you mean tenants?'],
    [['--verson'], 'unknown command "--verson". Did you mean --version?'],
    [['orders'], 'npx holdfast: unknown command "orders". Commands: tenants, keys'],
    [['keys', 'crate'], 'npx holdfast keys: unknown command "crate". Did you mean create?'],
    [['keys', 'create', '--tennant', 'a'], "unknown option '--tennant'. Did you mean --tenant?"],
    [['help', 'kyes'], 'npx holdfast: unknown command "kyes". Did you mean keys?'],
    [['help', 'keys', 'crate'], 'npx holdfast keys: unknown command "crate". Did you mean create?'],
    [['help', 'keys', 'create', 'x'], 'unexpected word "x"'],
    [['keys', 'help', 'crate'], 'npx holdfast keys: unknown command "crate". Did you mean create?'],
    [['toString', 'x'], 'unknown command "toString"'],
    [['keys'], 'npx holdfast keys: missing command. Commands: create, list, limit, rotate, revoke'],
    [['keys', 'show'], 'npx holdfast keys: unknown command "show"'],
    [['keys', 'create'], 'npx holdfast keys create: missing --tenant T'],
    [['keys', 'create', '--tenant'], "npx holdfast keys create: option '--tenant <value>' argument missing"],
    [
      ['keys', 'create', '--tenant', 'a', '--scope', 'x'],
      "npx holdfast keys create: unknown option '--scope'",
    ],
    [['keys', 'create', '--tenant', 'a', '--scopes', 'orders'], '--scopes: unknown scope "orders"'],
    [['keys', 'create', '--tenant', 'a', '--scopes', ''], '--scopes: unknown scope ""'],
    [
      ['keys', 'create', '--tenant', 'a', '--scopes', 'orders:place,refunds'],
      'unknown scope "refunds". Use one or more of orders:read,orders:write,webhooks:read,webhooks:write,' +
        'customers:erase,events:read,receipts:read,sales:read,orders:place,orders:update,payments:write,shipments:write,' +
        'returns:write,refunds:write,cancellations:write,completions:write,edits:write,holds:write,endpoints:write,secrets:read,' +
        'secrets:write,deliveries:write, separated by commas.',
    ],
    [
      ['keys', 'create', '--tenant', 'a', '--preset', 'toString'],
      '--preset: unknown preset "toString". Presets: storefront, warehouse, accountant. For other scopes, use --scopes.',
    ],
    [['keys', 'create', '--tenant', 'a', '--preset', ''], '--preset: unknown preset "". Presets:'],
    [
      ['keys', 'create', '--tenant', 'a', '--preset', 'warehouse', '--scopes', 'orders:read'],
      '--scopes and --preset exclude each other. Use one of them.',
    ],
    [['keys', 'create', '--tenant', 'a', '--test', '--live'], '--test and --live exclude each other'],
    [['keys', 'create', '--tenant', 'a', '--name', 'x'.repeat(101)], '--name must have 1 to 100 characters'],
    [['keys', 'revoke'], 'npx holdfast keys revoke: missing KEY_ID'],
    [['keys', 'revoke', 'a', 'b'], 'takes KEY_ID, got 2'],
    [['keys', 'revoke', key], 'KEY_ID must be the id of a key, not "hf_live_…"'],
    [['tenants', 'create', ' '], 'NAME must have 1 to 100 characters'],
    [['tenants', 'create', 'a\nb'], 'NAME must have 1 to 100 characters'],
    [['tenants', 'create', 'two', 'words'], 'Put quotes around'],
    [['tenants', 'series'], 'npx holdfast tenants series: missing TENANT'],
    [['tenants', 'series', 'a', 'W-', 'x'], 'takes TENANT [SERIES], got 3'],
    [['tenants', 'series', 'a', '--start', '7'], '--start and --width need a SERIES, such as W-'],
    [
      ['tenants', 'series', 'a', 'W1'],
      'SERIES must have 1 to 20 ASCII letters, digits and signs . _ / - and must not end with a digit, not "W1"',
    ],
    [
      ['tenants', 'series', 'a', 'W-', '--start', '0'],
      '--start must be a whole number from 1 to 999999999999, not 0',
    ],
    [
      ['tenants', 'series', 'a', 'W-', '--width', '16'],
      '--width must be a whole number from 0 to 15, not 16',
    ],
    [['tenants', 'list', '--json=x'], "option '--json' does not take an argument"],
  ])('%j', async (args, words) => {
    // In this process: a child process for each row would take longer than the rest of the file.
    const attempt = async () => {
      const parsed = await parseWords({ tenants, keys }, args);
      if (parsed.kind === 'run')
        await parsed.command.run(parsed.given, {
          database,
          grpcAccess: access,
          httpAccess: access,
          secretsKeys: () => [],
          personalKeys: () => [],
          erasuresFile: () => undefined,
          write,
        });
    };
    const database = () => Promise.reject(new Error('it asked for the database'));
    const access = () => Promise.reject(new Error('it asked for the service'));
    const write = () => Promise.reject(new Error('it wrote'));
    const error = (await attempt().catch((thrown: unknown) => thrown)) as UsageError;
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain(words);
    expect(error.message).not.toMatch(/\n/);
    expect(error.message).not.toContain(key);
  });

  test('as a process', async () => {
    const { code, stdout, stderr } = await holdfast(['keys', 'show'], {});
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      'npx holdfast keys: unknown command "show". Commands: create, list, limit, rotate, revoke. See npx holdfast keys --help\n',
    ]);
  });
});

test('each level has a help text', async () => {
  for (const [args, ...words] of [
    [
      ['--help'],
      'keys         create, list, limit, rotate, revoke: API keys',
      'DATABASE_URL',
      'HOLDFAST_API_KEY',
    ],
    [['keys', '--help'], 'rotate KEY_ID', 'Create a successor'],
    [['keys', 'create', '--help'], '--scopes A,B', 'orders:read,orders:write,webhooks:read,webhooks:write'],
    [['keys', 'create', '--help'], '--preset P', 'accountant (orders:read,payments:write,refunds:write)'],
    [['tenants', 'list', '-h'], 'npx holdfast tenants list [--json]'],
    [
      ['tenants', 'series', '-h'],
      'npx holdfast tenants series TENANT [SERIES] [--start N] [--width N] [--json]',
    ],
    [['help', 'keys'], 'npx holdfast keys: ', 'rotate KEY_ID'],
    [['help', 'keys', 'create'], 'npx holdfast keys create --tenant T', '--scopes A,B'],
    [['help', 'import'], 'npx holdfast import FILE', '--patience SECONDS'],
    [['keys', 'help', 'rotate'], 'npx holdfast keys rotate KEY_ID'],
    [['--help', 'tenants'], 'npx holdfast tenants: '],
  ] as [string[], ...string[]][]) {
    const { code, stdout, stderr } = await holdfast(args, {});
    expect([code, stderr]).toEqual([0, '']);
    for (const word of words) expect(stdout).toContain(word);
  }
});

test.each([[['--version']], [['-V']], [['version']], [['keys', '--version']], [['keys', 'list', '-V']]])(
  'prints the version: %j',
  async (args) => {
    const { version } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'));
    expect(await holdfast(args, {})).toMatchObject({ code: 0, stdout: `holdfast ${version}\n`, stderr: '' });
    expect((await holdfast([...args, '--json'], {})).json).toEqual({ version });
  },
);

test('the table of commands names every command of every module', async () => {
  const commands = createCommands({ migrate: never, inspect: never });
  const parts = Object.values(commands).flatMap((entry) => (isSingle(entry) ? [] : entry.parts));
  for (const { names, load } of parts) expect(Object.keys(await load()).toSorted()).toEqual(names.toSorted());
  for (const entry of Object.values(commands).filter(isSingle))
    expect((await entry.load()).summary).toMatch(/\.$/);
});

test.each([[['help']], [['--version']], [['kyes']]])(
  '%j loads no package: it answers at once',
  async (words) => {
    const { stderr } = await promisify(execFile)(
      process.execPath,
      ['--import', LOADED_PACKAGES, CLI, ...words],
      { env: { PATH: process.env['PATH'] } },
    ).catch((error: { stderr: string }) => error);
    expect(/^packages: (.*)$/m.exec(stderr)?.[1]).toBe('');
  },
);
