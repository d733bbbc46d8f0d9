import { describe, expect, test } from '@jest/globals';
import { SCHEMA_RULES } from '../../openapi/diff/keywords/verdicts.ts';
import {
  CAT,
  DOG,
  type Version,
  changes,
  list,
  number,
  object,
  text,
  textsOf,
  withField,
} from './contracts.ts';
import { ONE_WAY_ROWS } from './one-way-rows.ts';
import { type Row, SCHEMA_ROWS } from './schema-rows.ts';

describe.each(['request', 'response'] as const)('in a %s', (direction) => {
  const rows = [
    ...SCHEMA_ROWS,
    ...ONE_WAY_ROWS.filter(([way]) => way === direction).map(([, ...row]) => row as Row),
  ].flatMap(([rule, base, head, versions = ['3.0.3', '3.1.0']]) =>
    versions.map((version): [string, Version, unknown, unknown] => [rule, version, base, head]),
  );

  test.each(rows)('%s (%s)', (rule, version, base, head) => {
    const findings = changes(withField(direction, base, version), withField(direction, head, version));
    const { [direction]: verdict } = SCHEMA_RULES.get(rule)!;
    expect(textsOf(findings)).toContain(`${direction}.${rule} ${verdict}`);
    // Only the expected rule: no second rule may report a break.
    if (verdict !== 'breaking') {
      expect(findings.filter((finding) => finding.verdict === 'breaking')).toEqual([]);
    }
  });
});

test.each<[string, unknown, unknown]>([
  [
    'an open schema that is spelt out',
    object(),
    object({}, { additionalProperties: { description: 'Anything' } }),
  ],
  [
    'unrestricted names and items',
    object({ a: list() }),
    object({ a: list({ unevaluatedItems: true }) }, { propertyNames: {} }),
  ],
  ['the explicit type of an object with properties', { properties: { a: text() } }, object({ a: text() })],
  ['a schema that only annotates', { allOf: [CAT, DOG] }, { allOf: [CAT, DOG, { title: 'Chimera' }] }],
  [
    'a merged allOf',
    { allOf: [object({ a: text() }), object({ b: text() })] },
    object({ b: text(), a: text() }),
  ],
  ['a oneOf of one', CAT, { oneOf: [CAT] }],
  ['a list of one type', text(), { type: ['string'] }],
  ['the type of values that are listed', { enum: ['a', 'b'] }, text({ enum: ['a', 'b'] })],
  ['the type of numbers that are listed', { enum: [1, 2] }, number({ enum: [1, 2] })],
  ['a list of one value', text({ const: 'a' }), text({ enum: ['a'] })],
  [
    'equivalent bounds of integers',
    { type: 'integer', minimum: 1 },
    { type: 'integer', exclusiveMinimum: 0 },
  ],
  ['a minimum of 0 items', list(), list({ minItems: 0 })],
])('%s is no change', (_name, base, head) => {
  for (const direction of ['request', 'response'] as const) {
    for (const [before, after] of [
      [base, head],
      [head, base],
    ]) {
      expect(changes(withField(direction, before, '3.1.0'), withField(direction, after, '3.1.0'))).toEqual(
        [],
      );
    }
  }
});

test.each<[string, unknown, unknown]>([
  ['a property added by a conjunct', { allOf: [CAT, DOG] }, { allOf: [CAT, DOG, object({ sing: text() })] }],
  ['a separate alternative for null', CAT, { oneOf: [CAT, { type: 'null' }] }],
  [
    'an alternative with fewer requirements',
    { anyOf: [CAT, DOG] },
    { anyOf: [object({ meow: text() }), DOG] },
  ],
])('in a request, %s breaks no client', (_name, base, head) => {
  const findings = changes(withField('request', base, '3.1.0'), withField('request', head, '3.1.0'));
  expect(findings.filter(({ verdict }) => verdict !== 'compatible')).toEqual([]);
});

test('every rule of schemas has a row', () => {
  const tested = new Set([...SCHEMA_ROWS.map(([rule]) => rule), ...ONE_WAY_ROWS.map(([, rule]) => rule)]);
  const untested = [...SCHEMA_RULES.keys()].filter((rule) => !tested.has(rule));
  expect(untested).toEqual([]);
});
