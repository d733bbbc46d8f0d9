/** Percent-encoding that stands for no UTF-8. Koa takes `%zz` for itself, and `%ff` for U+FFFD. */
import { parameterName } from '../problem/parameter-name.ts';
import { Problem } from '../problem/problem.ts';

/** Whether a path, or a part of a query, can be decoded. */
export function isDecodable(text: string): boolean {
  if (!text.includes('%')) return true;
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param query as it stands in the request
 * @throws {Problem} 400 with the parameters that cannot be decoded
 */
export function requireDecodable(query: string): void {
  if (isDecodable(query)) return;
  const names = query
    .split('&')
    .filter((part) => !isDecodable(part))
    .map((part) => part.split('=', 1)[0]!.slice(0, 100));
  throw new Problem('invalid_parameter', `Not valid: ${names.map(parameterName).join(', ')}.`, {
    errors: names.map((parameter) => ({
      parameter,
      detail: 'must be percent-encoded UTF-8, such as %C3%A9 for é',
    })),
  });
}
