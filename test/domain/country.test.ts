import { expect, test } from '@jest/globals';
import { COUNTRY_EXPECTED, isCountry } from '../../domain/country.ts';

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const codes = LETTERS.flatMap((first) => LETTERS.map((second) => first + second)).filter(isCountry);

/** Codes with a name in Unicode that ISO 3166-1 has not officially assigned. */
const NOT_ASSIGNED = new Set(
  'AC CP CQ DG EA EU EZ IC TA UN UK XA XB XK ZZ AN BU CS DD DY FX HV NH NT QO RH SU TP VD YD YU ZR AA AP QM QN QP'.split(
    ' ',
  ),
);

test('knows the 249 codes that ISO 3166-1 has assigned, each of which has a name in Unicode', () => {
  expect(codes).toHaveLength(249);
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  expect(codes.filter((code) => names.of(code) === undefined)).toEqual([]);
  const others = LETTERS.flatMap((first) => LETTERS.map((second) => first + second)).filter(
    (code) => !isCountry(code) && names.of(code) !== undefined && !NOT_ASSIGNED.has(code),
  );
  expect(others).toEqual([]);
});

test.each(['ZZ', 'UK', 'EU', 'XK', 'AN', 'ie', 'IRL', 'I', '', 'IE ', 'constructor'])(
  '%j is no country',
  (code) => {
    expect(isCountry(code)).toBe(false);
  },
);

test.each(['IE', 'GB', 'US', 'DE', 'SS', 'BQ'])('%s is one', (code) => {
  expect(isCountry(code)).toBe(true);
});

test('the error detail names a code that is one', () => {
  expect(isCountry(COUNTRY_EXPECTED.slice(-2))).toBe(true);
});
