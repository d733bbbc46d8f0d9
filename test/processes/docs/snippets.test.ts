/**
 * Runs every snippet of README.md, CONTRIBUTING.md and docs/ without a change, page by page, from
 * top to bottom in one shell.
 *
 * A comment in front of a snippet that cannot run states why, `<!-- not run: REASON -->`; NOT_RUN
 * lists them all.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { TEST_REDIS } from '../../setup/database.ts';
import { folderOf } from '../../../tools/programs.ts';
import { install } from '../../../tools/install.ts';
import { openShop } from '../../setup/shop.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);

interface Snippet {
  line: number;
  language: string;
  text: string;
  /** The reason why it is not run. */
  reason: string | undefined;
}

function snippetsOf(page: string): Snippet[] {
  const fence = /^(?:<!-- not run: (.+?) -->\n+)?```(\w*)\n(.*?)^```$/gms;
  return [...page.matchAll(fence)].map(({ index, 0: whole, 1: reason, 2: language = '', 3: text = '' }) => ({
    line: page.slice(0, index + whole.indexOf('```')).split('\n').length,
    language,
    text,
    reason,
  }));
}

/** Pages that have a test of their own, which runs them block by block. */
const RUN_ELSEWHERE: Record<string, string> = { 'docs/backup.md': 'test/processes/stop/backup.test.ts' };

const PAGES: [page: string, snippets: Snippet[]][] = [];
for (const name of [
  'README.md',
  'CONTRIBUTING.md',
  ...(await readdir(join(ROOT, 'docs'), { recursive: true }))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`)
    .filter((page) => !(page in RUN_ELSEWHERE))
    .toSorted(),
]) {
  PAGES.push([name, snippetsOf(await readFile(join(ROOT, name), 'utf8'))]);
}

/** A transcript: commands behind a `$`, and their output. */
const isTranscript = ({ language, text }: Snippet) => language === '' && /^\$ /m.test(text);
const isProgram = (each: Snippet) => ['sh', 'ts'].includes(each.language) || isTranscript(each);

/** The snippets that are not run, by page, each with its reason. */
const NOT_RUN: Record<string, string[]> = {
  'README.md': ['installs, and serves until Ctrl-C', 'this is a part of it', 'npm start prints the key'],
  'CONTRIBUTING.md': ['all of the checks', 'it is the release'],
  'docs/adoption.md': [
    ...Array.from({ length: 3 }, () => 'needs an empty machine'),
    'installs a service',
    ...Array.from({ length: 3 }, () => 'needs an empty machine'),
    'needs an empty machine; test/processes/stop/backup.test.ts runs such',
  ],
  'docs/cli.md': [
    'runs until Ctrl-C; test/processes/cli/remote-events.test.ts runs it',
    'needs a test key; test/remote/trigger.test.ts runs it',
  ],
  'docs/client.md': [
    'test/processes/packages/client-package.test.ts runs it, in a project of its own',
    'it needs the npm registry',
  ],
  'docs/contract-diff.md': ['BASE and HEAD stand for your files', 'DIR stands for your folder'],
  'docs/contract-testing.md': ['other test files'],
  'docs/deployment.md': [
    'needs a container engine; test/processes/packages/image.test.ts runs its parts without one',
    'needs a container engine',
    'needs a cluster',
    'installs a service',
  ],
  'docs/evidence/README.md': ['minutes of load'],
  'docs/fuzz.md': ['minutes of load'],
  'docs/grpc.md': [
    'ends with Ctrl-C',
    'the file is yours; test/processes/import/import.test.ts runs it',
    'the files are yours; test/processes/import/import-input.test.ts runs such',
    'minutes of load',
  ],
  'docs/history.md': ['the files are yours; test/history/converters.test.ts runs such'],
  'docs/integrity.md': [
    'test/processes/cli/log-integrity.test.ts runs these commands',
    'test/client/receipt-proof.test.ts runs it',
    'minutes of load',
  ],
  'docs/keys.md': [
    'the keys are yours; test/processes/cli/test-keys.test.ts runs such',
    'the key is yours; test/processes/cli/limits.test.ts runs such',
  ],
  'docs/load.md': ['minutes of load', 'minutes of load'],
  'docs/operations.md': [
    'the services are yours',
    'test/processes/packages/server-package.test.ts runs it',
    'test/processes/cli/roles.test.ts runs it',
    'the key is yours; test/processes/cli/secrets.test.ts runs such',
    'minutes of load',
  ],
  'docs/managed-services.md': ['the services are yours'],
  'docs/performance.md': Array.from({ length: 14 }, () => 'minutes of load'),
  'docs/privacy.md': [
    'the tenant is yours; test/personal/ marks one',
    'it is final; test/personal/ erases',
    'the tenant is yours; test/retention/ runs such',
    'minutes of load',
  ],
  'docs/projections.md': [
    'skips a faulty event; test/projections/faults.test.ts does',
    ...Array.from({ length: 4 }, () => 'test/processes/docs/projection-guide.test.ts runs it'),
  ],
  'docs/reliability.md': ['minutes of load', 'minutes of load'],
  'docs/replay.md': [
    'other test files',
    'the tenants are yours; test/processes/cli/log.test.ts runs each',
    'it fails; test/processes/cli/log.test.ts runs such',
  ],
  'docs/scale.md': Array.from({ length: 6 }, () => 'minutes of load'),
  'docs/webhooks.md': ['both serve until Ctrl-C', 'serves until Ctrl-C'],
};

test('each snippet that is not run has a known reason', async () => {
  const skipped = PAGES.map(([page, snippets]) => [
    page,
    snippets.filter(({ reason }) => reason !== undefined).map(({ reason }) => reason!),
  ]).filter(([, reasons]) => reasons!.length > 0);
  expect(Object.fromEntries(skipped)).toEqual(NOT_RUN);
  const elsewhere = Object.values(NOT_RUN)
    .flat()
    .flatMap((reason) => reason.match(/test\/\S+\.ts/) ?? []);
  for (const file of elsewhere) await expect(stat(join(ROOT, file))).resolves.toBeDefined();
});

test('each snippet has a known language', () => {
  const languages = new Set(PAGES.flatMap(([, snippets]) => snippets.map(({ language }) => language)));
  // A snippet without a language is printed output, or a drawing. `http` is a request of
  // docs/modelling.md, which test/docs/modelling.test.ts sends.
  expect([...languages].toSorted()).toEqual(['', 'http', 'json', 'sh', 'sql', 'ts', 'yaml']);
});

test.each(
  PAGES.flatMap(([page, snippets]) => snippets.map((each) => ({ page, ...each }))).filter(
    ({ language }) => language === 'json' || language === 'yaml',
  ),
)('$page, line $line: valid $language', ({ text }) => {
  for (const { errors } of parseAllDocuments(text) as { errors: unknown[] }[]) expect(errors).toEqual([]);
});

/** Snippets that are not run may only name existing scripts, tests and files, too. */
test.each(PAGES)('%s names only existing scripts and tests', async (_page, snippets) => {
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  for (const { text, language } of snippets.filter(isProgram)) {
    if (language !== 'sh') continue;
    for (const [, name = ''] of text.matchAll(/\bnpm run (?:-s )?([\w:-]+)/g))
      expect([name, name in scripts]).toEqual([name, true]);
    for (const [, path = ''] of text.matchAll(/\bnpm test -- (\S+)/g)) {
      const folder = join(ROOT, path, '..');
      const there = (await readdir(folder)).some((file) => join(folder, file).startsWith(join(ROOT, path)));
      expect([path, there]).toEqual([path, true]);
    }
    for (const [, path = ''] of text.matchAll(/\s(loadtest\/\S+|openapi\/\S+\.yaml)/g))
      await expect(stat(join(ROOT, path))).resolves.toBeDefined();
  }
});

/** Leads the addresses of `npm start`, which the pages show, to the server of the test. */
const PRELUDE = `
set -euo pipefail
curl() { command curl -sS --max-time 60 --fail-with-body --connect-to "localhost:8080:\${HOLDFAST_URL#http://}" "$@"; }
led() {
  local words=("\${@//127.0.0.1:50051/$GRPC}")
  command "\${words[@]//http:\\/\\/localhost:8080/$HOLDFAST_URL}"
}
npx() { led npx --no-install "$@"; }
npm() { led npm "$@"; }
`;

const scriptOf = (snippets: Snippet[]): string =>
  PRELUDE +
  snippets
    .filter((each) => isProgram(each) && each.reason === undefined)
    .map((snippet) => {
      const { line, language, text } = snippet;
      const at = `echo '--- line ${line}'\n`;
      if (language === 'sh') return at + text;
      if (isTranscript(snippet))
        return at + [...text.matchAll(/^\$ (.*)$/gm)].map(([, words]) => `${words}\n`).join('');
      // A program is checked with our own compiler options, and run by the Node that npx finds.
      return `${at}cat > try.ts <<'END_OF_PROGRAM'\n${text}END_OF_PROGRAM
npx tsc -p tsconfig.json
HOLDFAST_API_KEY=$KEY npx node try.ts\n`;
    })
    .join('\n');

describe('run without a change', () => {
  // The pages run in a home of their own, without the settings that npm has here.
  beforeAll(() => install(folderOf('grpc')), 300_000);
  const runnable = PAGES.filter(([, snippets]) =>
    snippets.some((each) => isProgram(each) && each.reason === undefined),
  );
  test.each(runnable)('%s', async (_page, snippets) => {
    const shop = await openShop({ HOLDFAST_WEBHOOK_LOOPBACK: 'on' });
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-snippets-'));
    try {
      for (const name of await readdir(ROOT)) {
        if (['.git', 'test', 'tsconfig.json', '.holdfast'].includes(name)) continue;
        await symlink(join(ROOT, name), join(folder, name));
      }
      const tsconfig = JSON.parse(await readFile(join(ROOT, 'tsconfig.json'), 'utf8')) as object;
      await writeFile(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ ...tsconfig, include: ['try.ts'], exclude: [] }),
      );
      const { stdout } = await run('bash', ['-c', scriptOf(snippets)], {
        cwd: folder,
        env: {
          PATH: process.env['PATH'],
          HOME: folder,
          KEY: shop.apiKey,
          HOLDFAST_URL: shop.url,
          GRPC: shop.grpc,
          DATABASE_URL: shop.database.url,
          REDIS_URL: TEST_REDIS,
        },
        timeout: 110_000,
        maxBuffer: 16 * 1024 * 1024,
      }).catch(({ stdout, stderr, code }: { stdout: string; stderr: string; code: unknown }) => {
        throw new Error(`the page's script ended with ${String(code)}:\n${stdout}\n${stderr}`);
      });
      expect(stdout.match(/^--- line/gm)).not.toBeNull();
    } finally {
      await shop.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
