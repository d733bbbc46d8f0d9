/** `Accept` (RFC 9110, section 12.5.1): whether a client accepts JSON. */

/**
 * Ranges of `application/json`, most specific first; the first named one decides. Old Java clients
 * send `*`.
 */
const SPECIFIC_FIRST = [['application/json'], ['application/*'], ['*/*', '*']];

/**
 * Whether a client accepts `application/json`. Parameters other than `q` are ignored, as is a field
 * without a range.
 */
export function takesJson(accept: string | undefined): boolean {
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return true;
  const ranges = partsOf(accept, ',').map((part) => {
    const [range = '', ...parameters] = partsOf(part, ';');
    return { range: range.toLowerCase(), isAccepted: !parameters.some(isRefusal) };
  });
  if (ranges.length === 0) return true;
  for (const names of SPECIFIC_FIRST) {
    const named = ranges.filter(({ range }) => names.includes(range));
    if (named.length > 0) return named.some(({ isAccepted }) => isAccepted);
  }
  return false;
}

/** A weight of zero: `q=0`, `q=0.000`. A malformed weight refuses nothing. */
const isRefusal = (parameter: string): boolean => /^q=0(?:\.0*)?$/i.test(parameter);

/** Splits a field at a separator, except within quotes. */
function partsOf(field: string, separator: ',' | ';'): string[] {
  const part = separator === ',' ? PART_OF_LIST : PART_OF_RANGE;
  return (field.match(part) ?? []).map((text) => text.trim()).filter((text) => text !== '');
}
const PART_OF_LIST = /(?:"(?:[^"\\]|\\.)*"?|[^",])+/g;
const PART_OF_RANGE = /(?:"(?:[^"\\]|\\.)*"?|[^";])+/g;
