/** Texts of one line and of several lines, and the patterns that the contract has for them. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SERVER_PATTERNS } from '../../api/contract/rules.ts';
import { multilineText, text } from '../../domain/text.ts';

const fits = (schema: ReturnType<typeof text>, value: string) => schema.safeParse(value).success;

test.each<[value: string, line: boolean, lines: boolean]>([
  ['Kelp, dried', true, true],
  ['Καλημέρα 🐙 שלום', true, true],
  ['a\nb', false, true],
  ['a\r\nb\r\n', false, true],
  ['a\tb', false, true],
  ['a\rb', false, false],
  ['a\n\rb', false, false],
  ['a\u0000b', false, false],
  ['a\u000bb', false, false],
  ['a\u001bb', false, false],
  ['a\u007fb', false, false],
  ['a\u0085b', false, false],
  ['a\ud800b', false, false],
  ['', false, false],
  ['x'.repeat(20), true, true],
  ['x'.repeat(21), false, false],
])('%j: one line %s, several lines %s', (value, line, lines) => {
  expect([fits(text(20), value), fits(multilineText(20), value)]).toEqual([line, lines]);
});

test('a long text of several lines is checked at once', () => {
  const startedAt = performance.now();
  expect(fits(multilineText(200_000), `${'\r\n'.repeat(99_999)}\r`)).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

/** Character by character and for random texts; the published pattern has no flag. */
test.each(Object.entries(SERVER_PATTERNS))(
  'the published pattern %s accepts what the server accepts, and lone surrogates',
  (published, ours) => {
    const [without, unicode, server] = [
      new RegExp(published),
      new RegExp(published, 'u'),
      new RegExp(ours, 'u'),
    ];
    const check = (value: string) => {
      expect([value, without.test(value), unicode.test(value)]).toEqual([
        value,
        server.test(value.toWellFormed()),
        server.test(value.toWellFormed()),
      ]);
      if (!value.isWellFormed()) expect(server.test(value)).toBe(false);
    };
    for (let code = 0; code <= 0xffff; code += 1) check(String.fromCharCode(code));
    const units = fc.constantFrom(
      'a',
      'é',
      '🐙',
      '\n',
      '\r',
      '\r\n',
      '\t',
      '\u0000',
      '\u0085',
      '\ud800',
      '\\',
    );
    fc.assert(
      fc.property(
        fc.array(units).map((list) => list.join('')),
        check,
      ),
    );
  },
);
