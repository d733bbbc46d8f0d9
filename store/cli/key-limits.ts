/** Options of commands that limit a key: its end, the networks of its callers, its quotas. */
import { type CliCommand, CommandError, UsageError, quoted } from '../../command-line/command.ts';
import { networkOf } from '../../platform/trusted-proxies.ts';
import { toId, parseId } from '../ids.ts';
import { WARNING_DAYS, daysUntil } from '../keys/key-expiry.ts';
import { type LimitChange, limitKey } from '../keys/key-limits.ts';
import type { KeyRecord } from '../keys/key-record.ts';
import { quotaOptions, quotasFrom } from './quota-option.ts';

/** The word for the quota of the installation: HOLDFAST_RATE_LIMIT_WRITE and _READ. */
export const DEFAULT_QUOTA = 'default';
/** The word for a key without an end. */
const NEVER = 'never';
/** The word for a key that any address may use. */
const ANY = 'any';
const NETWORKS_MAX = 50;
const UNITS_MS = { d: 86_400_000, h: 3_600_000, m: 60_000 };
/** The last moment that a key can have as its end. */
const END_MAX = Date.UTC(9999, 0);

export const expiryOptions = {
  expires: {
    placeholder: 'TIME',
    help: `last day of the key in UTC, or a time: 2027-01-31, 2027-01-31T12:00:00Z; ${NEVER} removes it`,
  },
  'expires-in': { placeholder: 'N', help: 'how long the key works from now on: 90d, 12h or 30m' },
};

export const limitOptions = {
  ...quotaOptions('the key', DEFAULT_QUOTA),
  ...expiryOptions,
  from: {
    placeholder: 'NETWORKS',
    help: `networks of the clients, such as 10.0.0.0/8,2001:db8::/32; ${ANY} allows every address`,
  },
};

type Values = Readonly<Record<string, string | undefined>>;

/**
 * @returns RFC 3339, `null` for never, `undefined` when the command line names no end
 * @throws {UsageError}
 */
export function expiryFrom(values: Values): string | null | undefined {
  const { expires, 'expires-in': expiresIn } = values;
  if (expires !== undefined && expiresIn !== undefined)
    throw new UsageError('--expires and --expires-in exclude each other. Use one of them.');
  if (expires?.trim() === NEVER) return null;
  if (expires !== undefined) return endAt(expires.trim());
  return expiresIn === undefined ? undefined : endIn(expiresIn.trim());
}

function endAt(given: string): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(given);
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/.test(given);
  const end = isDay ? Date.parse(`${given}T23:59:59Z`) : isTime ? Date.parse(given) : Number.NaN;
  // Date.parse reads 2027-02-30 as a day in March.
  const day = given.slice(0, 10);
  const isReal = !Number.isNaN(end) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  if (!isReal)
    throw new UsageError(
      `--expires must be a day such as 2027-01-31, a time such as 2027-01-31T12:00:00Z, or ${NEVER}, not ${quoted(given)}`,
    );
  return requireLater('--expires', end, given);
}

function endIn(given: string): string {
  const [, count = '', unit = ''] = /^(\d{1,7})([dhm])$/.exec(given) ?? [];
  if (unit === '')
    throw new UsageError(
      `--expires-in must be days, hours or minutes, such as 90d, 12h or 30m, not ${quoted(given)}`,
    );
  return requireLater(
    '--expires-in',
    Date.now() + Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS],
    given,
  );
}

function requireLater(option: string, end: number, given: string): string {
  if (end > Date.now() && end < END_MAX) return new Date(end).toISOString();
  throw new UsageError(
    `${option} must name a time in the future, before the year 9999, not ${quoted(given)}`,
  );
}

/** @throws {UsageError} */
function networksFrom({ from }: Values): string[] | undefined {
  if (from === undefined) return undefined;
  if (from.trim() === ANY) return [];
  const networks = from.split(',').map((each) => networkFrom(each.trim()));
  if (networks.length <= NETWORKS_MAX) return networks;
  throw new UsageError(`--from can have at most ${NETWORKS_MAX} networks, not ${networks.length}`);
}

function networkFrom(given: string): string {
  const withLength = given.includes('/') ? given : `${given}/${given.includes(':') ? 128 : 32}`;
  const network = networkOf(withLength);
  if (network === undefined || !/^(?:\d+\.){3}\d+\/|:/.test(withLength) || /^::ffff:/i.test(given)) {
    throw new UsageError(
      `--from must be networks such as 10.0.0.0/8,2001:db8::/32, or ${ANY}, not ${quoted(given)}. ` +
        'An IPv4 network in its IPv6 form (::ffff:…) must be written as IPv4.',
    );
  }
  return `${network[0].toString()}/${network[1]}`;
}

/**
 * The limits that a command line names.
 *
 * @throws {UsageError}
 */
export function limitsFrom(values: Values): LimitChange {
  const expiresAt = expiryFrom(values);
  const networks = networksFrom(values);
  return {
    ...quotasFrom(values, DEFAULT_QUOTA),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(networks !== undefined && { networks }),
  };
}

type Limits = Pick<KeyRecord, 'write_quota' | 'read_quota' | 'expires_at' | 'networks'>;

/** `live`, `expired`, or when the key was revoked. */
export function stateOf({ revoked_at, expires_at }: Pick<KeyRecord, 'revoked_at' | 'expires_at'>): string {
  if (revoked_at !== null) return `revoked ${revoked_at}`;
  return expires_at !== null && Date.parse(expires_at) <= Date.now() ? 'expired' : 'live';
}

/** Headings and cells of the limits in a list of keys. */
export const LIMIT_HEADINGS = ['WRITE', 'READ', 'FROM', 'EXPIRES'];
export const limitCells = ({ write_quota, read_quota, expires_at, networks }: Limits): string[] => [
  write_quota ?? DEFAULT_QUOTA,
  read_quota ?? DEFAULT_QUOTA,
  networks.join(',') || ANY,
  expires_at ?? NEVER,
];

/** The limits of a key as a sentence without its end. */
export const limitText = ({ write_quota, read_quota, expires_at, networks }: Limits): string =>
  `writes ${write_quota ?? DEFAULT_QUOTA}, reads ${read_quota ?? DEFAULT_QUOTA}, ` +
  `from ${networks.join(',') || `${ANY} address`}, expires ${expires_at ?? NEVER}`;

/** Lines for live keys that expire soon. */
export function expiryWarnings(
  keys: readonly (Pick<KeyRecord, 'revoked_at' | 'expires_at' | 'name'> & { key_id: string })[],
): string[] {
  return keys.flatMap((key) => {
    if (stateOf(key) !== 'live' || key.expires_at === null) return [];
    const days = daysUntil(Date.parse(key.expires_at), Date.now());
    if (days > WARNING_DAYS) return [];
    return [
      `${key.key_id} ${quoted(key.name)} expires in ${days === 1 ? 'a day' : `${days} days`} at most. ` +
        `Replace it: npx holdfast keys rotate ${key.key_id}`,
    ];
  });
}

/** @throws {UsageError} */
export function keyIdFrom(given: string): string {
  const id = parseId('key', given);
  if (id === undefined) {
    throw new UsageError(
      `KEY_ID must be the id of a key, not ${quoted(given)}. It begins with key_. ` +
        'See npx holdfast keys list --tenant T',
    );
  }
  return id;
}

export const noSuchKey = (id: string) =>
  new CommandError(`Key ${toId('key', id)} not found. See npx holdfast keys list --tenant T`);

export const documentOf = ({ key_id, tenant_id, ...rest }: KeyRecord) => ({
  key_id: toId('key', key_id),
  tenant_id: toId('ten', tenant_id),
  ...rest,
});

export const limit: CliCommand = {
  summary: 'Change the quotas of a key, its end, and the networks that it may be used from.',
  positionals: ['KEY_ID'],
  options: limitOptions,
  async run({ positionals: [given = ''], values }, { database }) {
    const keyId = keyIdFrom(given);
    const change = limitsFrom(values);
    if (Object.keys(change).length === 0)
      throw new UsageError('Set at least one of --write, --read, --from, --expires and --expires-in.');
    const record = await limitKey(await database(), keyId, change);
    if (record === null) throw noSuchKey(keyId);
    const data = documentOf(record);
    return { data, text: `${data.key_id}: ${limitText(data)}. Every node applies it within 5 seconds.` };
  },
};
