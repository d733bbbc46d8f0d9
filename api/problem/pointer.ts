/** Characters of a name that an error repeats, so that no answer is as long as what was sent. */
const LONGEST_NAME = 100;

/** The JSON Pointer (RFC 6901) of a place in a body. */
export const pointerOf = (path: readonly PropertyKey[]): string => path.map(pointerStep).join('');

/** One step of a JSON Pointer, with its slash. */
export const pointerStep = (name: PropertyKey): string =>
  `/${String(name).slice(0, LONGEST_NAME).replaceAll('~', '~0').replaceAll('/', '~1')}`;
