/** `Accept` (RFC 9110, section 12.5.1), as far as it decides whether JSON may be answered. */

/** The ranges that `application/json` is in; the nearest one that is named decides. `*` alone is what old Java clients mean by all. */
const NEAREST_FIRST = [['application/json'], ['application/*'], ['*/*', '*']];

/**
 * Whether a client takes `application/json`. Parameters other than `q` do not count: `;charset=utf-8` is what is answered, and no
 * `;version=2` makes two kinds of it. A list without any range is no list.
 */
export function takesJson(accept: string | undefined): boolean {
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return true;
  const ranges = partsOf(accept, ',').map((part) => {
    const [range = '', ...parameters] = partsOf(part, ';');
    return { range: range.toLowerCase(), isTaken: !parameters.some(isRefusal) };
  });
  if (ranges.length === 0) return true;
  for (const names of NEAREST_FIRST) {
    const named = ranges.filter(({ range }) => names.includes(range));
    if (named.length > 0) return named.some(({ isTaken }) => isTaken);
  }
  return false;
}

/** A weight of nothing: `q=0`, `q=0.000`. What is no weight at all refuses nothing. */
const isRefusal = (parameter: string): boolean => /^q=0(?:\.0*)?$/i.test(parameter);

/** The parts of a field between separators, but for those in quotes. */
function partsOf(field: string, separator: ',' | ';'): string[] {
  const part = separator === ',' ? PART_OF_LIST : PART_OF_RANGE;
  return (field.match(part) ?? []).map((text) => text.trim()).filter((text) => text !== '');
}
const PART_OF_LIST = /(?:"(?:[^"\\]|\\.)*"?|[^",])+/g;
const PART_OF_RANGE = /(?:"(?:[^"\\]|\\.)*"?|[^";])+/g;
