/** Amounts as whole minor units of their currency. No float touches them. */

/** Currencies of ISO 4217 whose minor unit is not a hundredth. */
const NO_DECIMALS = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ');
const THREE_DECIMALS = 'BHD IQD JOD KWD LYD OMR TND'.split(' ');

/** Decimals of an amount: 2 of EUR, 0 of JPY, 3 of KWD. */
export function decimalsOf(currency: string): number {
  if (NO_DECIMALS.includes(currency)) return 0;
  return THREE_DECIMALS.includes(currency) ? 3 : 2;
}

export interface Money {
  amount: number;
  currency: string;
}

/**
 * Reads decimals of one currency: `-12.50` of EUR is −1250. Absent and empty texts are 0.
 *
 * @throws {Error} the text is no decimal, or is finer than the minor unit
 */
export function createReader(currency: string): (text: string | number | null | undefined) => number {
  const decimals = decimalsOf(currency);
  return (text) => {
    const given = String(text ?? '').trim();
    if (given === '') return 0;
    const [, sign, whole = '', fraction = ''] = /^([+-]?)(\d{1,12})(?:\.(\d{1,20}))?$/.exec(given) ?? [];
    if (whole === '') throw new Error(`${JSON.stringify(given)} is not a decimal number, such as 12.50`);
    const minor = fraction.slice(0, decimals).padEnd(decimals, '0');
    if (/[1-9]/.test(fraction.slice(decimals)))
      throw new Error(`${given} ${currency} is finer than the minor unit of the currency`);
    const amount = Number(whole + minor);
    return sign === '-' && amount > 0 ? -amount : amount;
  };
}

/**
 * The amount of `pieces` of a line behind `before` pieces, as Holdfast splits it: the shares of all
 * pieces sum to the amount.
 */
export function share(amount: number, quantity: number, before: number, pieces: number): number {
  const upTo = (count: number) => Number((BigInt(amount) * BigInt(count)) / BigInt(quantity));
  return upTo(before + pieces) - upTo(before);
}
