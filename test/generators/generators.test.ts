/**
 * `npm run test:generators`: clients that others generate from the published version 2. Needs the
 * npm registry: the generators are installed in a temporary folder.
 */
import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Shop, openShop } from '../setup/shop.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const INSTALL_MS_MAX = 300_000;
const RUN_MS_MAX = 120_000;

/** The command of each generator; `clients/` has a program for each. */
const GENERATORS: [name: string, command: string, ...args: string[]][] = [
  ['hey-api', 'openapi-ts', '-f', 'hey-api.config.mjs'],
  ['orval', 'orval', '--config', 'orval.config.mjs'],
  ['kubb', 'kubb', 'generate', '--config', 'kubb.config.mjs'],
  ['openapi-typescript', 'openapi-typescript', 'v2.json', '-o', 'generated/openapi-typescript/schema.ts'],
  [
    'swagger-typescript-api',
    'swagger-typescript-api',
    'generate',
    '-p',
    'v2.json',
    '-o',
    'generated/swagger-typescript-api',
    '-n',
    'api.ts',
  ],
];

const JAR = 'node_modules/@openapitools/openapi-generator-cli/bin/openapi-generator.jar';
/** Debian's, with the packages that the client imports: PyPI is not needed. */
const PYTHON = '/usr/bin/python3';
const hasPython =
  spawnSync('java', ['-version']).status === 0 &&
  spawnSync(PYTHON, ['-c', 'import urllib3, six, dateutil, certifi']).status === 0;

let shop: Shop;
let folder: string;

/** Runs a program in the folder. Rejects with its output when it fails. */
async function run(file: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const { PATH = '' } = process.env;
  const running = promisify(execFile)(file, args, {
    cwd: folder,
    timeout: RUN_MS_MAX,
    env: {
      ...process.env,
      ...env,
      // This Node runs them, whatever the machine has.
      PATH: [dirname(process.execPath), PATH].join(delimiter),
      HOLDFAST_URL: shop.url,
      REDOCLY_TELEMETRY: 'off',
      REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
    },
  });
  return running.then(
    ({ stdout }) => stdout,
    (failure: { stdout: string; stderr: string; message: string }) => {
      throw new Error(`${failure.message}\n${failure.stdout}\n${failure.stderr}`);
    },
  );
}

const tool = (name: string, ...args: string[]) => run(join(folder, 'node_modules', '.bin', name), args);

beforeAll(async () => {
  shop = await openShop();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-generators-'));
  for (const part of ['package.json', 'package-lock.json', 'clients']) {
    await cp(join(HERE, part), join(folder, part), { recursive: true });
  }
  await cp(join(HERE, 'settings'), folder, { recursive: true });
  const published = await shop.ask('/openapi/v2.json', { apiKey: null });
  await writeFile(join(folder, 'v2.json'), published.text);
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
}, INSTALL_MS_MAX);
afterAll(async () => {
  await shop.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the linters of others find no error:', () => {
  test.each<[string, ...string[]]>([
    ['spectral', 'lint', 'v2.json', '--ruleset', 'spectral.yaml', '--fail-severity', 'error'],
    ['redocly', 'lint', 'v2.json', '--config', 'redocly.yaml'],
  ])(
    '%s',
    async (name, ...args) => {
      await tool(name, ...args);
    },
    RUN_MS_MAX,
  );
});

describe('a generated client', () => {
  test.each(GENERATORS)(
    'is made by %s',
    async (_name, command, ...args) => {
      await tool(command, ...args);
    },
    RUN_MS_MAX,
  );

  test.each(['nodenext', 'bundler'])(
    'compiles in strict mode under %s',
    async (kind) => {
      await tool('tsc', '-p', `tsconfig.${kind}.json`);
    },
    RUN_MS_MAX,
  );

  test.each(GENERATORS.map(([name]) => name))(
    'of %s places an order, repeats it, reads a 422 by its type, pages, and reads a receipt',
    async (name) => {
      await checkStory(process.execPath, join('built', 'clients', `${name}.js`));
    },
    RUN_MS_MAX,
  );
});

/** For Python. Skipped without Java, or without a module that the client imports. */
(hasPython ? test : test.skip)(
  'a client in Python, of OpenAPI Generator, places an order, repeats it, reads a 422, pages, and reads a receipt',
  async () => {
    const contract = JSON.parse(await readFile(join(folder, 'v2.json'), 'utf8')) as unknown;
    // This release takes a pattern for one of Perl, with slashes, and fails.
    const text = JSON.stringify(contract, (name, value: unknown) =>
      name === 'pattern' && typeof value === 'string' ? undefined : value,
    );
    await writeFile(join(folder, 'v2-without-patterns.json'), text);
    const input = ['-i', 'v2-without-patterns.json', '-g', 'python', '-o', 'generated/python'];
    await run('java', ['-jar', JAR, 'generate', ...input, '--package-name', 'holdfast_client']);
    await checkStory(PYTHON, join('clients', 'openapi_generator.py'), {
      PYTHONPATH: join(folder, 'generated/python'),
    });
  },
  RUN_MS_MAX,
);

/** Runs a client of {@link GENERATORS} or another, and checks what it did and read. */
async function checkStory(file: string, program: string, env: Record<string, string> = {}): Promise<void> {
  const { apiKey } = await shop.addTenant();
  const told = JSON.parse(await run(file, [program], { HOLDFAST_API_KEY: apiKey, ...env })) as object;
  const id = expect.stringMatching(/^ord_/) as unknown;
  const { placed, other } = told as { placed: { id: string; position: string }; other: { id: string } };
  expect(told).toEqual({
    placed: { status: 201, replayed: false, id, position: expect.stringMatching(/^\d+$/) },
    repeated: { ...placed, status: 201, replayed: true },
    refused: {
      status: 422,
      replayed: false,
      position: null,
      problemType: '/problems/invalid_body',
      pointers: ['/lines/0/quantity'],
    },
    other: { status: 201, replayed: false, id, position: expect.stringMatching(/^\d+$/) },
    receipt: { orderId: placed.id, eventType: 'OrderPlaced', city: 'Galway' },
    ids: [placed.id, other.id],
  });
}
