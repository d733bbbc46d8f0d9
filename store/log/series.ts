/**
 * Series of order numbers: the series `W-` gives `W-1001`, `W-1002`, …, in commit order, without a
 * gap and without a double. store/functions/append-events.sql gives the numbers.
 */

/** A series never ends with a digit, so each number has one series. */
export const SERIES = /^[A-Za-z0-9._/-]{0,19}[A-Za-z._/-]$/;

/** Error detail for {@link SERIES}. */
export const SERIES_EXPECTED =
  'must have 1 to 20 ASCII letters, digits and signs . _ / - and must not end with a digit';

/** Digits of a stated number that raises a series, and of the width of a series. */
export const SERIES_DIGITS_MAX = 15;

const NUMBER = new RegExp(`^(.*[^0-9])0*([0-9]{1,${SERIES_DIGITS_MAX}})$`);

/**
 * The place of an order number in a series: 1005 of `W-` for `W-1005` and `W-0001005`.
 *
 * @returns `undefined` for a number without the form of one, or with more than
 *   {@link SERIES_DIGITS_MAX} digits, which no series reaches
 */
export function placeInSeries(number: string): { series: string; place: number } | undefined {
  const [, series, digits] = NUMBER.exec(number) ?? [];
  return series !== undefined && SERIES.test(series) ? { series, place: Number(digits) } : undefined;
}
