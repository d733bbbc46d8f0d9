/** Variables that hold the address of a service. */
import { z } from 'zod';
import { faultsOfPostgresAddress } from './postgres-address.ts';
import { faultsOfRedisAddress } from './redis-address.ts';

/** A URL, as the schema of a variable. */
export const url = (protocol: RegExp, example: string) =>
  z.url({ protocol, hostname: /^.*$/, error: `must be a URL such as ${example}`, abort: true });

/** How to write a password in a URL; also part of the advice on a refused password. */
export const PERCENT_ENCODING =
  'in a password write @ as %40, : as %3A, / as %2F, # as %23, ? as %3F, % as %25';
const ENCODE = `special characters must be percent-encoded: ${PERCENT_ENCODING}`;

/**
 * Refuses a URL with an unescaped password: `postgres://u:12/ab@host/db` has the host `u`, and the
 * rest of the password would appear in messages.
 */
function checkAddress(text: string, { addIssue }: z.RefinementCtx): void {
  const refuse = (message: string) => addIssue({ code: 'custom', message });
  const url = new URL(text);
  const { username, password, pathname, search, hash } = url;
  if (hash !== '' || (username === '' && password === '' && /@/.test(pathname + search))) refuse(ENCODE);
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part);
  } catch {
    refuse(ENCODE);
  }
  const faultsOf = url.protocol.startsWith('postgres') ? faultsOfPostgresAddress : faultsOfRedisAddress;
  for (const fault of faultsOf(url)) refuse(fault);
}

/** A URL of Postgres or Redis. */
export const address = (protocol: RegExp, example: string) =>
  url(protocol, `${example}; ${PERCENT_ENCODING}`).superRefine(checkAddress);

export function refuseLoneDirectUrl(
  given: { DATABASE_URL?: string | undefined; HOLDFAST_DATABASE_DIRECT_URL?: string | undefined },
  { addIssue }: z.RefinementCtx,
): void {
  if (given.HOLDFAST_DATABASE_DIRECT_URL === undefined || given.DATABASE_URL !== undefined) return;
  const message = 'must be set together with DATABASE_URL, the address of the pooler';
  addIssue({ code: 'custom', path: ['HOLDFAST_DATABASE_DIRECT_URL'], message });
}
