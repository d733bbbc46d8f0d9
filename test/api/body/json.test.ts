/**
 * JSON of bodies: duplicates, `__proto__` and rounded numbers are refused. Long texts are parsed in
 * pieces, with the same result.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseJson } from '../../../api/json/parse.ts';
import { readJson } from '../../../api/json/read.ts';
import { parseInSlices } from '../../../api/json/slices.ts';
import { Problem } from '../../../api/problem/problem.ts';

/** @returns `code pointer` of the problem, or the value */
function outcome(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const [place] = error.errors ?? [];
    return place && 'pointer' in place ? `${error.code} ${place.pointer}` : error.code;
  }
}

function inSlices(text: string, slice: number): unknown {
  const parseNext = parseInSlices(Buffer.from(text), slice);
  for (;;) {
    const whole = parseNext();
    if (whole) return whole.value;
  }
}

/** A power of ten with more digits than the parser checks. */
const LONG = `1${'0'.repeat(400)}`;
const deep = (levels: number) => `${'{"a":['.repeat(levels / 2)}1${']}'.repeat(levels / 2)}`;

describe('a text', () => {
  test.each<[string, string, unknown]>([
    ['an empty text', '', 'malformed_json'],
    ['spaces', ' \n\t\r ', 'malformed_json'],
    ['a bare word', 'true', 'malformed_json'],
    ['a text', '"x"', 'malformed_json'],
    ['null', 'null', 'malformed_json'],
    ['half an object', '{"a":1', 'malformed_json'],
    ['two objects', '{}{}', 'malformed_json'],
    ['a comma too many', '{"a":1,}', 'malformed_json'],
    ['a space that JSON does not know', '{\u00a0}', 'malformed_json'],
    ['a member twice', '{"a":1,"a":1}', 'malformed_json /a'],
    ['a member twice, spelled in two ways', '{"ab":1,"\\u0061b":2}', 'malformed_json /ab'],
    ['a member twice, inside', '{"a":[{},{"b/c":1,"x":{},"b/c":2}]}', 'malformed_json /a/1/b~1c'],
    ['a member of the same name in two objects', '{"a":{"b":1},"b":{"a":1}}', { a: { b: 1 }, b: { a: 1 } }],
    ['a colon and a brace in a text', '{"a:{":"\\":{,\\\\"}', { 'a:{': '":{,\\' }],
    ['__proto__', '{"metadata":{"__proto__":"x"}}', 'malformed_json /metadata/__proto__'],
    ['__proto__ in other letters', '{"\\u005f_proto__":{}}', 'malformed_json /__proto__'],
    ['constructor', '{"constructor":1}', { constructor: 1 }],
    ['32 levels', deep(32), JSON.parse(deep(32))],
    ['34 levels', deep(34), `invalid_body ${'/a/0'.repeat(16)}`],
    ['100,000 levels', '['.repeat(50_000) + ']'.repeat(50_000), `invalid_body ${'/0'.repeat(32)}`],
  ])('%s', (_name, text, expected) => {
    expect(outcome(() => parseJson(text))).toEqual(expected);
    expect(outcome(() => inSlices(text, 3))).toEqual(expected);
  });

  test.each<[string, number | 'rounded']>([
    ['0', 0],
    ['-0', -0],
    ['450', 450],
    ['450.0', 450],
    ['4.5e2', 450],
    ['4.50E+2', 450],
    ['0.1', 0.1],
    ['1e-7', 1e-7],
    ['999999999999', 999_999_999_999],
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740992', 9_007_199_254_740_992],
    ['9007199254740993', 'rounded'],
    ['450.00000000000001', 'rounded'],
    ['-450.00000000000001', 'rounded'],
    ['0.1234567890123456789', 'rounded'],
    ['123456789012345678901', 'rounded'],
    ['1e400', 'rounded'],
    ['-1e400', 'rounded'],
    ['1e-400', 'rounded'],
    [LONG, 'rounded'],
  ])('of the number %s', (number, expected) => {
    const parsed = outcome(() => parseJson(`{"a":[true,${number}]}`));
    expect(parsed).toEqual(expected === 'rounded' ? 'invalid_body /a/1' : { a: [true, expected] });
    expect(outcome(() => inSlices(`{"a":[true,${number}]}`, 3))).toEqual(parsed);
  });

  test('that is cut off gives the location', () => {
    expect(() => parseJson('{"a": 1 "b": 2}')).toThrow(/character 8/);
  });
});

describe('a long text', () => {
  test.each<[string, string, string]>([
    ['1,001 items', `{"orders":[${'{},'.repeat(1_000)}{}]}`, 'invalid_body /orders'],
    [
      '1,001 members',
      `{"a":[{${Array.from({ length: 1_001 }, (_, n) => `"k${n}":1`).join()}}]}`,
      'invalid_body /a/0',
    ],
    [
      '450,000 values in short lists',
      `{"a":[${Array.from({ length: 900 }, () => `[${'1,'.repeat(499)}1]`).join()}]}`,
      'invalid_body ',
    ],
    ['a member twice, far apart', `{"a":"${'x'.repeat(70_000)}","b":[],"a":1}`, 'malformed_json /a'],
    ['a cut member twice', `{"a":{"b":"${'x'.repeat(70_000)}","c":1},"a":{}}`, 'malformed_json /a'],
    [
      'a rounded number after a cut',
      `{"a":[{},{"b":"${'x'.repeat(70_000)}","c":{}},{},{"d":1e999}]}`,
      'invalid_body /a/3/d',
    ],
  ])('of %s', async (_name, text, expected) => {
    const padded = text + ' '.repeat(70_000);
    const parsed = await Promise.resolve(readJson(Buffer.from(padded), 'a')).catch((error: unknown) => () => {
      throw error;
    });
    expect(outcome(parsed as () => unknown)).toBe(expected);
  });

  test('has the same outcome in pieces as in one call, whether it is JSON or not', () => {
    const texts = fc
      .oneof(
        fc.array(fc.jsonValue({ maxDepth: 5 })),
        fc.dictionary(fc.stringMatching(/^[a-z0-9:{}[\],]{0,3}$/), fc.jsonValue({ maxDepth: 5 })),
      )
      // In V8 13.6 a name of one escaped character may be read as a backslash.
      .map((value) => JSON.stringify(value).replaceAll(/"\\[^u]"|__proto__/g, '"x"'));
    const spaced = fc
      .tuple(texts, fc.nat(2))
      .filter(([text]) => isJson(text))
      .map(([text, space]) => JSON.stringify(JSON.parse(text), null, space));
    const insert = fc.constantFrom(
      '',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      ' ',
      '1',
      '"a":1,',
      '},{',
      '\u00a0',
    );
    const edits = fc.array(fc.tuple(fc.nat(), insert), { maxLength: 2 });
    fc.assert(
      fc.property(spaced, edits, fc.nat(60), (good, changes, slice) => {
        let text = good;
        for (const [n, added] of changes) {
          const at = n % (text.length + 1);
          text = text.slice(0, at) + added + text.slice(added === '' ? at + 1 : at);
        }
        if (!text.isWellFormed()) return;
        const whole = outcome(() => parseJson(text));
        const pieces = outcome(() => inSlices(text, slice));
        // Either of two faults may be reported.
        if (typeof whole === 'string') expect(pieces).toEqual(expect.any(String));
        else expect(JSON.stringify(pieces)).toBe(JSON.stringify(whole));
        if (!isJson(text)) expect(whole).toBe('malformed_json');
      }),
      { numRuns: 5_000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('a long body of one tenant waits for at most one of another', async () => {
  const long = JSON.stringify({ text: 'x'.repeat(200_000), list: [1, 2, 3] });
  const order: string[] = [];
  const read = (tenant: string) =>
    Promise.resolve(readJson(Buffer.from(long), tenant)).then(() => order.push(tenant));
  await Promise.all([...Array.from({ length: 10 }, () => read('loud')), read('quiet'), read('quiet')]);
  expect(order.slice(0, 4)).toEqual(['loud', 'quiet', 'loud', 'quiet']);
});
