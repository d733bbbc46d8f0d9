/**
 * Money: whole minor units in a bounded range.
 *
 * The bound is far below 2^53: each amount, and each sum of two amounts, is exact in JSON, in
 * JavaScript and in Postgres' bigint.
 */

/** The largest amount of one line, payment or order, in minor units: one below a trillion. */
export const AMOUNT_MAX = 999_999_999_999;

/**
 * `unitPrice × quantity`, `undefined` beyond {@link AMOUNT_MAX}. Divides first, so it stays exact.
 */
export function lineTotal(unitPrice: number, quantity: number): number | undefined {
  return unitPrice > Math.floor(AMOUNT_MAX / quantity) ? undefined : unitPrice * quantity;
}

/** `a + b` of two amounts, `undefined` beyond {@link AMOUNT_MAX}. */
export function addAmounts(a: number, b: number): number | undefined {
  const sum = a + b;
  return sum > AMOUNT_MAX ? undefined : sum;
}
