/** Characters of a number that are looked at: more than the largest double has digits. */
export const LONGEST_NUMBER = 400;

/**
 * Whether a double holds the very number that a JSON text says. RFC 8259 lets a parser round; this API does not: 450.00000000000001
 * would be taken as 450, 9007199254740993 as its neighbour, and 1e400 as infinity.
 *
 * @param source a number as JSON spells it
 */
export function isExact(source: string): boolean {
  if (source.length > LONGEST_NUMBER) return false;
  const value = Number(source);
  return Number.isFinite(value) && normal(source) === normal(String(value));
}

/** Its digits without zeros at either end, and the power of ten that they are multiplied by. The sign is not part of it. */
function normal(source: string): string {
  const [mantissa = '', exponent = '0'] = source.replace(/^-/, '').toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  let [from, to] = [0, digits.length];
  // Loops: /0+$/ takes quadratic time.
  while (digits[from] === '0') from += 1;
  while (to > from && digits[to - 1] === '0') to -= 1;
  if (from === to) return '0';
  return `${digits.slice(from, to)}e${Number(exponent) - fraction.length + digits.length - to}`;
}
