/** Parameter texts that a lenient parser would read as a number, a time or a day. */
import type { BadValue } from '../../../test/provider/bad-values.ts';
import type { Schema } from '../../../test/provider/contract.ts';

const named = (values: readonly string[]): BadValue<string>[] =>
  values.map((value) => ({ what: `is ${JSON.stringify(value.slice(0, 40))}`, value }));

const INVALID_NUMBERS = [
  '0x10',
  '1e1',
  '0b1',
  '0o7',
  '1_0',
  '5 ',
  ' 5',
  '5\n',
  'Infinity',
  'NaN',
  '٣',
  '5n',
  '',
  '--5',
];
const INVALID_TIMES = [
  '2026-02-30T00:00:00Z',
  '2026-02-29T12:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-06-31T00:00:00.5+02:00',
  '2026-01-01T25:00:00Z',
  '2026-01-01',
  '1767225600',
  'now',
  '',
];
const ODD_TIMES = [
  '9999-12-31T23:59:59-23:59',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+23:59',
  '2026-01-01t00:00:00z',
  '2016-12-31T23:59:60Z',
  '2026-01-01T00:00:00.123456789012Z',
  '2026-01-01T00:00:00-00:00',
  '2026-01-01T24:00:00Z',
];
const INVALID_DAYS = ['2026-02-30', '2026-13-01', '2026-2-3', '20260203', '2026-02-03T00:00:00Z', ''];
const ODD_DAYS = ['0000-01-01', '9999-12-31', '0001-01-01'];

/** Texts that must be refused. */
export function wrongTexts({ type, format, pattern }: Schema): BadValue<string>[] {
  if (type === 'integer') return named(INVALID_NUMBERS);
  if (format === 'date-time') return named(INVALID_TIMES);
  return format === 'date' || pattern?.startsWith('^[0-9]{4}-') ? named(INVALID_DAYS) : [];
}

/** Texts that the server may accept or refuse, but not answer with 500. */
export function oddTexts({ type, format }: Schema): BadValue<string>[] {
  if (type === 'integer') return named(['+5', '05', '5.0', '-0', '9'.repeat(400)]);
  if (format === 'date-time') return named(ODD_TIMES);
  return format === 'date' ? named(ODD_DAYS) : [];
}
