/** The address of a server, as a user gives it. */
import { UsageError, quoted } from './command.ts';

/**
 * Checks a base URL.
 *
 * @param name of the argument, for the message
 * @returns scheme, host and port, without a slash at the end
 * @throws {UsageError} it is not such a URL
 */
export function serverUrl(given: string, name: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isWhole = url !== undefined && url.pathname === '/' && url.search === '' && url.hash === '';
  if (isWhole && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return url.origin;
  // A password in the URL must not reach the terminal.
  const shown = given.includes('@') ? '' : `, not ${quoted(given)}`;
  throw new UsageError(
    `${name} must be a URL such as https://orders.example.com or http://127.0.0.1:8080${shown}`,
  );
}
