import { Problem } from './problem.ts';

/**
 * 400 `invalid_parameter`, with an error for each parameter.
 *
 * @param kind of the parameters: header fields have the same namespace as query parameters
 */
export function invalidParameter(
  errors: readonly { parameter: string; detail: string }[],
  kind: 'parameter' | 'header' = 'parameter',
): Problem {
  const names = errors.map(({ parameter }) => displayName(parameter));
  const noun = names.length === 1 ? kind : `${kind}s`;
  return new Problem('invalid_parameter', `Invalid ${noun}: ${names.join(', ')}.`, {
    errors: [...errors],
  });
}

/** A client's parameter name for a sentence: quoted unless it is a plain identifier. */
const displayName = (name: string): string =>
  /^[A-Za-z][\w-]*$/.test(name) && !['undefined', 'null'].includes(name) ? name : JSON.stringify(name);
