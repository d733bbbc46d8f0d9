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

/** Addresses with commas between them. A comma in a password is written %2C. */
export const listOf = (one: z.ZodType<string, string>) =>
  z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .pipe(z.array(one));

interface PostgresUrls {
  DATABASE_URL?: string | undefined;
  HOLDFAST_DATABASE_DIRECT_URL?: string | undefined;
  HOLDFAST_REPLICA_URLS?: string[] | undefined;
}

/** Refuses a second address of a database whose first one is not given. */
export function refuseLoneUrls(given: PostgresUrls, { addIssue }: z.RefinementCtx): void {
  if (given.DATABASE_URL !== undefined) return;
  const refuse = (name: keyof PostgresUrls, first: string) => {
    if (given[name] === undefined) return;
    addIssue({
      code: 'custom',
      path: [name],
      message: `must be set together with DATABASE_URL, the address of the ${first}`,
    });
  };
  refuse('HOLDFAST_DATABASE_DIRECT_URL', 'pooler');
  refuse('HOLDFAST_REPLICA_URLS', 'primary');
}

/** Without ports: DNS names, IPv4 addresses, IPv6 addresses without brackets. */
export const hostNames = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .refine(
    (names) =>
      names.every((name) =>
        /^(?:[A-Za-z0-9]([\w.-]{0,251}[A-Za-z0-9])?|[0-9a-f:]*:[0-9a-f:.]+)$/i.test(name),
      ),
    'must be host names or addresses without ports, with commas between them, such as ops.example.com,10.0.0.7',
  );
