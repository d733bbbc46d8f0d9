/** Longer numbers are refused. The largest double has 309 digits. */
export const NUMBER_LENGTH_MAX = 400;

/**
 * Whether a double holds a JSON number exactly. RFC 8259 allows rounding, this API does not:
 * 450.00000000000001 would become 450, and 1e400 infinity.
 */
export function isExact(source: string): boolean {
  if (source.length > NUMBER_LENGTH_MAX) return false;
  const value = Number(source);
  return Number.isFinite(value) && normal(source) === normal(String(value));
}

/** Digits without leading and trailing zeros, and their power of ten; without the sign. */
function normal(source: string): string {
  const [mantissa = '', exponent = '0'] = source.replace(/^-/, '').toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  let [from, to] = [0, digits.length];
  // Loops, since /0+$/ takes quadratic time.
  while (digits[from] === '0') from += 1;
  while (to > from && digits[to - 1] === '0') to -= 1;
  if (from === to) return '0';
  return `${digits.slice(from, to)}e${Number(exponent) - fraction.length + digits.length - to}`;
}
