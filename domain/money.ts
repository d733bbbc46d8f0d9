/**
 * Money is a whole number of minor units in a bounded range; no float touches it.
 *
 * The bound is far below 2^53, so that every amount is exact in JSON, in JavaScript and in Postgres' bigint,
 * and every sum of two amounts is too.
 */

/** The largest amount of one line, payment or order, in minor units: one below a trillion. */
export const MAX_AMOUNT = 999_999_999_999;

/** `unitPrice × quantity`, or `undefined` when it is beyond {@link MAX_AMOUNT}. Exact: it never multiplies first. */
export function lineTotal(unitPrice: number, quantity: number): number | undefined {
  return unitPrice > Math.floor(MAX_AMOUNT / quantity) ? undefined : unitPrice * quantity;
}

/** `a + b`, or `undefined` when it is beyond {@link MAX_AMOUNT}. Both must be amounts. */
export function addAmounts(a: number, b: number): number | undefined {
  const sum = a + b;
  return sum > MAX_AMOUNT ? undefined : sum;
}
