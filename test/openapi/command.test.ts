import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { diffCommand } from '../../openapi/diff/command.ts';
import { pairsCommand } from '../../openapi/diff/pairs/command.ts';
import { type Fragment, TODAY, contract, withField } from './contracts.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-diff-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function file(text: string): Promise<string> {
  const path = join(folder, `${(files += 1)}.yaml`);
  await writeFile(path, text);
  return path;
}

/** Runs a command as on a given day. */
async function run(
  command: typeof diffCommand,
  args: string[],
  today = TODAY,
): Promise<{ code: number; out: string; error: string }> {
  const printed = { out: '', error: '' };
  const code = await command(args, {
    now: () => new Date(`${today}T12:00:00Z`),
    write: (text) => (printed.out += text),
    writeError: (text) => (printed.error += text),
    acceptedFile: join(folder, 'no-accepted-breaks.yaml'),
  });
  return { code, ...printed };
}

const ANSWERS = withField('response', { type: 'string', enum: ['a'] }, '3.0.3');
const ANSWERS_MORE = withField('response', { type: 'string', enum: ['a', 'b'] }, '3.0.3');
const BREAK = {
  rule: 'response.enum.value-added',
  place: 'POST /things > response 201 > application/json > field',
};

describe('openapi:diff', () => {
  test('ends with 0 when nothing changed', async () => {
    const { code, out } = await run(diffCommand, [await file(ANSWERS), await file(ANSWERS)]);
    expect(code).toBe(0);
    expect(out).toContain('0 breaking, 0 to review, 0 accepted, 0 compatible');
  });

  test('ends with 0 when nothing breaks, and prints the changes', async () => {
    const { code, out } = await run(diffCommand, [await file(ANSWERS_MORE), await file(ANSWERS)]);
    expect(code).toBe(0);
    expect(out).toContain('compatible  response.enum.value-removed');
  });

  test('ends with 1 when something breaks, and prints location and reason', async () => {
    const { code, out } = await run(diffCommand, [await file(ANSWERS), await file(ANSWERS_MORE)]);
    expect(code).toBe(1);
    expect(out).toContain(
      [`BREAKING  ${BREAK.rule}`, BREAK.place, 'head: ["b"]', 'a value is new and unknown to clients'].join(
        '\n    ',
      ),
    );
  });

  test('as JSON', async () => {
    const [base, head] = [await file(ANSWERS), await file(ANSWERS_MORE)];
    const { code, out } = await run(diffCommand, [base, head, '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      base,
      head,
      verdict: 'breaking',
      findings: [
        {
          ...BREAK,
          verdict: 'breaking',
          why: 'a value is new and unknown to clients',
          head: ['b'],
        },
      ],
      idle: { expired: [], unmatched: [] },
      first: { breaks: [] },
    });
  });

  test('changes to review fail only with --strict', async () => {
    const args = [
      await file(withField('response', { type: 'string', pattern: '^a' }, '3.0.3')),
      await file(withField('response', { type: 'string' }, '3.0.3')),
    ];
    expect((await run(diffCommand, args)).code).toBe(0);
    expect((await run(diffCommand, [...args, '--strict'])).code).toBe(1);
  });

  test.each([
    [ANSWERS, withField('response', { type: 'integer' }, '3.0.3'), 'response.type.changed'],
    [ANSWERS, contract({}, { paths: {} }), 'operation.removed'],
    [ANSWERS, contract({ responses: { 200: { description: 'Made' } } }), 'response.success-removed'],
  ])('marks the breaks that openapi-diff confirms (%#)', async (base, head, rule) => {
    const { out } = await run(diffCommand, [await file(base), await file(head), '--json']);
    const { findings } = JSON.parse(out) as { findings: { rule: string; confirmed?: true }[] };
    expect(findings.filter(({ confirmed }) => confirmed).map((finding) => finding.rule)).toEqual([rule]);
  });

  test('a break of openapi-diff alone is printed and does not count', async () => {
    const base = contract({
      requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
    });
    const { code, out } = await run(diffCommand, [
      await file(base),
      await file(withField('request', { type: 'string' }, '3.0.3')),
    ]);
    expect(code).toBe(0);
    expect(out).toContain('not counted: request.body.scope.remove, POST /things > request body');
  });

  test('openapi-diff does not run where it would read another file', async () => {
    const leading = contract({ 'x-more': { $ref: './other.yaml' } });
    const changed = contract({ 'x-more': { $ref: './other.yaml' }, summary: 'Make a thing' });
    const { code, out } = await run(diffCommand, [await file(leading), await file(changed)]);
    expect(code).toBe(0);
    expect(out).toContain('openapi-diff failed: not run');
  });

  test('contracts that openapi-diff refuses are still compared', async () => {
    const { code, out } = await run(diffCommand, [
      await file(withField('request', { type: 'string' }, '3.1.0')),
      await file(withField('request', { type: 'integer' }, '3.1.0')),
    ]);
    expect(code).toBe(1);
    expect(out).toContain('openapi-diff failed');
  });
});

describe('accepted breaks', () => {
  const accepted = (entry: Fragment): Promise<string> => file(JSON.stringify({ accepted: [entry] }));
  const compare = async (entry: Fragment, today?: string) =>
    run(
      diffCommand,
      [await file(ANSWERS), await file(ANSWERS_MORE), '--accepted', await accepted(entry)],
      today,
    );
  const entry = { ...BREAK, reason: 'all clients were informed', expires: '2026-06-30' };

  test('apply up to their last day', async () => {
    const { code, out } = await compare(entry, '2026-06-30');
    expect(code).toBe(0);
    expect(out).toContain('0 breaking, 0 to review, 1 accepted');
    expect(out).toContain('accepted until 2026-06-30: all clients were informed');
  });

  test('have no effect after it, and are reported', async () => {
    const { code, out } = await compare(entry, '2026-07-01');
    expect(code).toBe(1);
    expect(out).toContain('accepted break expired on 2026-06-30: it has no effect');
  });

  test('are reported when they match nothing', async () => {
    const { code, out } = await compare({ ...entry, place: 'POST /others' });
    expect(code).toBe(1);
    expect(out).toContain('accepted break matches no finding: remove it');
  });

  test.each([
    [{ ...entry, reason: ' ' }, 'reason is missing'],
    [{ ...entry, rule: undefined }, 'rule is missing'],
    [{ ...entry, expires: 'never' }, 'expires is not a date (never)'],
  ])('need all members: %#', async (broken, message) => {
    const { code, error } = await compare(broken);
    expect(code).toBe(2);
    expect(error).toContain(message);
  });
});

describe('unusable input ends with 2 and a message with cause and remedy', () => {
  const pointing = (ref: string): string =>
    contract({ requestBody: { content: { 'application/json': { schema: { $ref: ref } } } } });

  test.each([
    ['a: [', 'neither YAML nor JSON'],
    ['- a', 'it is not an object'],
    ['swagger: "2.0"', 'it is not OpenAPI 3.x (swagger: 2.0). Convert it'],
    ['openapi: 4.0.0', 'it is not OpenAPI 3.x (openapi: 4.0.0)'],
    ['openapi: 3.0.0\npaths: []', 'paths is not an object'],
    [pointing('#/components/schemas/Lost'), '$ref #/components/schemas/Lost has no target'],
    [pointing('other.yaml#/Thing'), '$ref other.yaml#/Thing leaves the document. Bundle'],
  ])('%#: %s', async (text, message) => {
    const path = await file(text);
    const { code, error } = await run(diffCommand, [path, await file(ANSWERS)]);
    expect(code).toBe(2);
    expect(error).toContain(path);
    expect(error).toContain(message);
  });

  test('an absent file', async () => {
    const { code, error } = await run(diffCommand, [join(folder, 'none.yaml'), await file(ANSWERS)]);
    expect(code).toBe(2);
    expect(error).toContain('none.yaml: file not found');
  });

  test.each([[[]], [['a.yaml']], [['a.yaml', 'b.yaml', 'c.yaml']], [['--colour', 'a.yaml', 'b.yaml']]])(
    'the arguments %j',
    async (args) => {
      const { code, error } = await run(diffCommand, args);
      expect(code).toBe(2);
      expect(error).toContain('Usage: npm run openapi:diff');
    },
  );

  test('as JSON', async () => {
    const { code, out } = await run(diffCommand, [join(folder, 'none.yaml'), 'x', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({
      verdict: 'unusable',
      error: expect.stringContaining('file not found'),
    });
  });
});

describe('openapi:pairs', () => {
  async function manifest(pairs: Fragment[]): Promise<string> {
    const path = await mkdtemp(join(folder, 'pairs-'));
    await writeFile(join(path, 'a.yaml'), ANSWERS);
    await writeFile(join(path, 'b.yaml'), ANSWERS_MORE);
    await writeFile(join(path, 'broken.yaml'), 'openapi: 9');
    await writeFile(join(path, 'manifest.json'), JSON.stringify(pairs));
    return path;
  }
  const grown = { id: 'grown', base: 'a.yaml', revision: 'b.yaml', breaking: true, ids: ['value-added'] };
  const shrunk = {
    id: 'shrunk',
    base: 'b.yaml',
    revision: 'a.yaml',
    breaking: false,
    level: 'info',
    ids: [],
  };

  test('ends with 0 when every verdict is right', async () => {
    const { code, out } = await run(pairsCommand, [await manifest([grown, shrunk])]);
    expect(code).toBe(0);
    expect(out).toMatch(/^value-added +1 +0 +0 +0$/m);
    expect(out).toMatch(/^all +2 +0 +0 +0$/m);
  });

  test('ends with 1 and names misses, false alarms and pairs without a verdict', async () => {
    const { code, out } = await run(pairsCommand, [
      await manifest([
        { ...grown, breaking: false },
        { ...shrunk, breaking: true },
        { ...grown, id: 'lost', revision: 'broken.yaml' },
      ]),
      '--json',
    ]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      pairs: 3,
      misses: 1,
      falseAlarms: 1,
      withoutVerdict: 1,
      wrong: [
        { id: 'grown', wrong: 'falseAlarms', details: [`${BREAK.rule}, ${BREAK.place}`] },
        { id: 'shrunk', wrong: 'misses' },
        { id: 'lost', wrong: 'withoutVerdict' },
      ],
    });
  });

  test('ends with 2 when there is nothing to measure', async () => {
    expect((await run(pairsCommand, [join(folder, 'nowhere')])).code).toBe(2);
    expect((await run(pairsCommand, [await manifest([{ id: 'x' }])])).code).toBe(2);
  });
});

test.each([
  ['diff.ts', [ANSWERS, ANSWERS], 0],
  ['diff.ts', [ANSWERS, ANSWERS_MORE], 1],
  ['diff.ts', [ANSWERS], 2],
  ['pairs.ts', [], 2],
])('openapi/%s as a process (%#)', async (script, texts, expected) => {
  const paths = await Promise.all(texts.map(file));
  const code = await new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, 'openapi', script), ...paths], (error) =>
      resolve(error === null ? 0 : error.code),
    );
  });
  expect(code).toBe(expected);
});
