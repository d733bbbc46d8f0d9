/** Checks an API key at a server. */
import { CommandError } from '../../command-line/command.ts';
import { HoldfastUnavailable, createClient } from '../../openapi/client/client.ts';

/** Time for the whole check. */
const CHECK_MS_MAX = 10_000;

/**
 * Asks for one order. No operation shows tenant and scopes of a key: 200 and 403 prove that the
 * server knows it.
 *
 * @throws {CommandError} the server refuses the key, does not answer, or is not Holdfast
 */
export async function requireValidKey(url: string, apiKey: string): Promise<void> {
  const client = createClient({ baseUrl: url, apiKey, totalMs: CHECK_MS_MAX });
  const call = client.GET('/v2/orders', { params: { query: { limit: 1 } } });
  const { response, error } = await call.catch((cause: unknown) => {
    if (!(cause instanceof HoldfastUnavailable)) throw cause;
    throw new CommandError(`${cause.message}\nStart the server, or correct the URL.`, { cause });
  });
  if (response.ok) return;
  const isOurs = typeof error === 'object' && error !== null && 'code' in error;
  if (!isOurs)
    throw new CommandError(
      `${url} answered ${response.status} without a problem document: it is not Holdfast.`,
    );
  if (response.status === 403 && error.code === 'scope_missing') return;
  throw new CommandError(
    `${url} refused the key: ${error.title} (${response.status} ${error.code}). ${error.detail}`,
  );
}
