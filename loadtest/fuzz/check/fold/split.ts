/** How amounts are split, without any code of the server. Amounts are whole minor units. */

export const sum = (amounts: readonly number[]): number => amounts.reduce((all, one) => all + one, 0);

const floor = (amount: number, part: number, whole: number): bigint =>
  (BigInt(amount) * BigInt(part)) / BigInt(whole);

/** The amount of `pieces` of a line of `quantity` pieces, after `gone` others. */
export const share = (amount: number, quantity: number, gone: number, pieces: number): number =>
  Number(floor(amount, gone + pieces, quantity) - floor(amount, gone, quantity));

/** An amount over weights by the largest remainder, ties to the lower index; equally over zeros. */
export function split(amount: number, weights: readonly number[]): number[] {
  const all = sum(weights);
  const [given, whole] = all === 0 ? [weights.map(() => 1), weights.length] : [weights, all];
  const parts = given.map((weight) => Number(floor(amount, weight, whole)));
  const remainders = given.map((weight) => (BigInt(amount) * BigInt(weight)) % BigInt(whole));
  for (let left = amount - sum(parts); left > 0; left -= 1) {
    const largest = remainders.reduce((best, each, at) => (each > remainders[best]! ? at : best), 0);
    parts[largest]! += 1;
    remainders[largest] = -1n;
  }
  return parts;
}

/** Several amounts, each over what those before it left of the weights. */
export function splitInTurn(amounts: readonly number[], weights: readonly number[]) {
  let left = [...weights];
  const splits = amounts.map((amount) => {
    const parts = split(amount, left);
    left = left.map((weight, at) => weight - parts[at]!);
    return parts;
  });
  return { splits, left };
}
