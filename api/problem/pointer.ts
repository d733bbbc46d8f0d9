/** Characters of a name that an error repeats: bounds the answer. */
export const NAME_LENGTH_MAX = 100;

/** The JSON Pointer (RFC 6901) of a path in a body. */
export const pointerOf = (path: readonly PropertyKey[]): string => path.map(pointerStep).join('');

/** One token of a JSON Pointer, with its slash. */
export const pointerStep = (name: PropertyKey): string =>
  `/${String(name).slice(0, NAME_LENGTH_MAX).replaceAll('~', '~0').replaceAll('/', '~1')}`;
