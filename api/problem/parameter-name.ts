/**
 * The name of a parameter that a client chose, for a sentence: in quotes where it could be taken
 * for one of ours, or for nothing.
 */
export const parameterName = (name: string): string =>
  /^[A-Za-z][\w-]*$/.test(name) && !['undefined', 'null'].includes(name) ? name : JSON.stringify(name);
