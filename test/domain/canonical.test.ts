/**
 * The canonical text of a request. Its hash is the fingerprint, so each stored key depends on it.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Json, canonical, isUndefined } from '../../domain/canonical.ts';

/**
 * The form since the first release: JSON.stringify of each part, members in UTF-16 order.
 */
function byTheBook(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(byTheBook).join(',')}]`;
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${byTheBook(value[name]!)}`).join(',')}}`;
}

test.each([
  ['a plain text', 'Kelp, dried, 100 g'],
  ['quotes and backslashes', 'a "b" \\ c'],
  ['each control character', Array.from({ length: 33 }, (_, code) => String.fromCharCode(code)).join('')],
  ['DEL and the line separators', '\u007f\u0080\u2028\u2029'],
  ['the characters before and after the surrogates', '\ud7ff\ue000\uffff'],
  ['a pair of surrogates', '😀'],
  ['a lone surrogate, high', '\ud83d'],
  ['a lone surrogate, low', 'x\ude00'],
  ['no text at all', ''],
  ['numbers', [0, -0, 1, -1, 450.5, 1e21, 5e-324, Number.MAX_SAFE_INTEGER]],
  ['names that look like numbers', { 10: 1, 9: 2, a: { '"': true, ä: null } }],
])('%s', (_name, value) => {
  expect(canonical(value as Json, isUndefined)).toBe(byTheBook(value as Json));
});

test('any JSON value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      expect(canonical(value as Json, isUndefined)).toBe(byTheBook(value as Json));
    }),
  );
});
