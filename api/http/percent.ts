/** Percent-encoding that is not UTF-8. Koa keeps `%zz` and reads `%ff` as U+FFFD. */
import { invalidParameter } from '../problem/invalid-parameter.ts';
import { NAME_LENGTH_MAX } from '../problem/pointer.ts';

/** Whether a path or query part can be decoded. */
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
 * @param query not decoded
 * @throws {Problem} 400 with the parameters that cannot be decoded
 */
export function requireDecodable(query: string): void {
  if (isDecodable(query)) return;
  const names = query
    .split('&')
    .filter((part) => !isDecodable(part))
    .map((part) => part.split('=', 1)[0]!.slice(0, NAME_LENGTH_MAX));
  const detail = 'must be percent-encoded UTF-8, such as %C3%A9 for é';
  throw invalidParameter(names.map((parameter) => ({ parameter, detail })));
}
