/**
 * How amounts are split. Amounts are whole minor units; every split is exact: its parts sum to the
 * whole, and no float touches them.
 */

/** The sum of amounts. */
export function sum(amounts: readonly number[]): number {
  let total = 0;
  for (const amount of amounts) total += amount;
  return total;
}

/**
 * The amount of `pieces` of a line, after `gone` pieces: ⌊amount·(gone + pieces)/quantity⌋ −
 * ⌊amount·gone/quantity⌋.
 *
 * It telescopes: piece by piece or all at once, the shares of all pieces sum to the amount, and the
 * last piece brings the rest.
 *
 * @param quantity of the line, at least `gone + pieces`
 */
export function share(amount: number, quantity: number, gone: number, pieces: number): number {
  return portion(amount, gone + pieces, quantity) - portion(amount, gone, quantity);
}

/**
 * Splits an amount over lines in proportion to their weights, by the largest remainder: each line
 * gets its share rounded down, and the remaining units go to the largest fractions, ties to the
 * lower line.
 *
 * The parts sum to the amount. Equal weights differ by at most one unit. No part exceeds its
 * weight unless the amount exceeds the sum of the weights. Weights of zero count as equal ones.
 */
export function allocate(amount: number, weights: readonly number[]): number[] {
  const whole = sum(weights);
  if (whole === 0)
    return allocate(
      amount,
      weights.map(() => 1),
    );
  const parts = weights.map((weight) => portion(amount, weight, whole));
  const units = amount - sum(parts);
  if (units === 0) return parts;
  // BigInt costs ten times as much.
  const isSafe = Number.isSafeInteger(amount * whole);
  const byFraction = weights
    .map((weight, line) => ({
      fraction: isSafe ? (amount * weight) % whole : (BigInt(amount) * BigInt(weight)) % BigInt(whole),
      line,
    }))
    .sort((a, b) => (a.fraction === b.fraction ? a.line - b.line : a.fraction < b.fraction ? 1 : -1));
  for (const { line } of byFraction.slice(0, units)) parts[line]! += 1;
  return parts;
}

/** ⌊amount·part/whole⌋, exact: the product of two bounded amounts exceeds 2^53. */
function portion(amount: number, part: number, whole: number): number {
  const product = amount * part;
  if (Number.isSafeInteger(product)) return Math.floor(product / whole);
  return Number((BigInt(amount) * BigInt(part)) / BigInt(whole));
}
