/** `Accept` (RFC 9110, section 12.5.1): the media type of an answer. */

export const JSON_TYPE = 'application/json';
export const CSV_TYPE = 'text/csv';

/**
 * The media type that a client prefers; `undefined` when it accepts none. Parameters other than `q`
 * are ignored, as is a field without a range.
 *
 * @param offered in the order of preference of the server, which decides between equal weights
 */
export function mediaTypeOf(accept: string | undefined, offered: readonly string[]): string | undefined {
  const [first] = offered;
  if (accept === undefined || accept === '*/*' || accept === first) return first;
  const ranges = partsOf(accept, ',').map((part) => {
    const [range = '', ...parameters] = partsOf(part, ';');
    return { range: range.toLowerCase(), weight: weightOf(parameters) };
  });
  if (ranges.length === 0) return first;
  let preferred: { type: string; weight: number } | undefined;
  for (const type of offered) {
    const weight = weightIn(ranges, type);
    if (weight > (preferred?.weight ?? 0)) preferred = { type, weight };
  }
  return preferred?.type;
}

/** The weight of the most specific range that has the type. Old Java clients send `*`. */
function weightIn(ranges: readonly { range: string; weight: number }[], type: string): number {
  const [group] = type.split('/');
  for (const names of [[type], [`${group}/*`], ['*/*', '*']]) {
    const weights = ranges.filter(({ range }) => names.includes(range)).map(({ weight }) => weight);
    if (weights.length > 0) return Math.max(...weights);
  }
  return 0;
}

/** The weight `q`, 0 to 1. A malformed one counts as 1. */
function weightOf(parameters: readonly string[]): number {
  const weight = parameters.map((each) => /^q=([01](?:\.\d*)?)$/i.exec(each)?.[1]).find(Boolean);
  return Math.min(1, Number(weight ?? 1));
}

/** Splits a field at a separator, except within quotes. */
function partsOf(field: string, separator: ',' | ';'): string[] {
  const part = separator === ',' ? PART_OF_LIST : PART_OF_RANGE;
  return (field.match(part) ?? []).map((text) => text.trim()).filter((text) => text !== '');
}
const PART_OF_LIST = /(?:"(?:[^"\\]|\\.)*"?|[^",])+/g;
const PART_OF_RANGE = /(?:"(?:[^"\\]|\\.)*"?|[^";])+/g;
