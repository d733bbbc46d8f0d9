/** `npx holdfast keys`: creates, lists, rotates and revokes API keys. */
import {
  type CliCommand,
  CommandError,
  type CliArguments,
  type CommandGroup,
  UsageError,
  quoted,
  table,
} from '../../command-line/command.ts';
import { toId } from '../ids.ts';
import { type IssueOutcome, issueKey, rotateKey } from '../keys/issue-key.ts';
import { type KeyRecord, listKeys } from '../keys/key-record.ts';
import type { KeyMode } from '../keys/new-key.ts';
import { revokeKey } from '../keys/revoke-key.ts';
import { PRESETS, SCOPES, type Scope, shortenScopes } from '../keys/scopes.ts';
import {
  LIMIT_HEADINGS,
  documentOf,
  expiryFrom,
  expiryOptions,
  expiryWarnings,
  keyIdFrom,
  limit,
  limitCells,
  limitOptions,
  limitText,
  limitsFrom,
  noSuchKey,
  stateOf,
} from './key-limits.ts';
import { tenantFrom } from './tenant-from.ts';
import { nameFrom } from './tenants.ts';

const DEFAULT_NAME = 'default';
const DEFAULT_SCOPES: readonly Scope[] = ['orders:read', 'orders:write'];
const TENANT = { placeholder: 'T', help: 'id or name of the tenant', required: true };
/** As docs/keys.md promises. */
const PROPAGATION = 'within 5 seconds';

function scopesFrom(values: CliArguments['values']): readonly Scope[] {
  const { scopes, preset } = values;
  if (scopes !== undefined && preset !== undefined) {
    throw new UsageError('--scopes and --preset exclude each other. Use one of them.');
  }
  if (preset !== undefined) return presetFrom(preset);
  return scopes === undefined ? DEFAULT_SCOPES : scopesNamed(scopes);
}

function presetFrom(given: string): readonly Scope[] {
  const name = given.trim();
  const scopes = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (scopes !== undefined) return shortenScopes(scopes);
  throw new UsageError(
    `--preset: unknown preset ${quoted(given)}. Presets: ${Object.keys(PRESETS).join(', ')}. ` +
      'For other scopes, use --scopes.',
  );
}

function scopesNamed(given: string): readonly Scope[] {
  const names = given.split(',').map((name) => name.trim());
  for (const name of names) {
    if (!SCOPES.some((scope) => scope === name)) {
      throw new UsageError(
        `--scopes: unknown scope ${quoted(name)}. Use one or more of ${SCOPES.join(',')}, separated by commas.`,
      );
    }
  }
  return shortenScopes(SCOPES.filter((scope) => names.includes(scope)));
}

/** @returns `undefined`: that of the tenant */
function modeFrom(flags: CliArguments['flags']): KeyMode | undefined {
  if (flags.has('test') && flags.has('live')) {
    throw new UsageError(
      '--test and --live exclude each other. Use one of them; the default is the mode of the tenant.',
    );
  }
  if (flags.has('test')) return 'test';
  return flags.has('live') ? 'live' : undefined;
}

/** A key from before test tenants: it begins with hf_test_, and reaches live orders. */
const isMisleading = ({ prefix, mode }: Pick<KeyRecord, 'prefix' | 'mode'>) =>
  mode === 'live' && prefix?.startsWith('hf_test_') === true;

const REACH = { live: 'live orders', test: 'test orders only' };

const lastUseOf = ({ last_used_at }: KeyRecord) =>
  last_used_at === null ? 'never used' : `last used ${last_used_at}`;

/** The output for a new key. Only this output ever shows a key. */
function issued(outcome: IssueOutcome) {
  if (outcome.kind === 'two_live') {
    const [oldest] = outcome.live;
    const lines = outcome.live.map(
      (key) => `  ${toId('key', key.key_id)}  created ${key.created_at}, ${lastUseOf(key)}`,
    );
    throw new CommandError(
      `${quoted(oldest?.name ?? '')} already has two live keys, the maximum for a name:\n${lines.join('\n')}\n` +
        'Revoke the older key once its clients use the newer one: ' +
        `npx holdfast keys revoke ${toId('key', oldest?.key_id ?? '')}\n` +
        'For another client, use another name: npx holdfast keys create --tenant T --name N',
    );
  }
  const { key, record } = outcome;
  const data = documentOf(record);
  const text = [
    `Key     ${key}`,
    `Key ID  ${data.key_id}`,
    `Tenant  ${data.tenant_id}`,
    `Mode    ${data.mode}: it reaches ${REACH[data.mode]}`,
    `Name    ${data.name}`,
    `Scopes  ${data.scopes.join(', ')}`,
    `Limits  ${limitText(data)}`,
    '',
    `Save the key now: Holdfast stores only its hash and cannot show it again. It works on every node ${PROPAGATION}.`,
  ].join('\n');
  return { data: { key, ...data }, text };
}

const create: CliCommand = {
  summary: 'Create a key and print it. The key is never shown again.',
  options: {
    tenant: TENANT,
    name: { placeholder: 'N', help: `name of the client that uses the key; default "${DEFAULT_NAME}"` },
    preset: {
      placeholder: 'P',
      help: `scopes for a kind of client: ${Object.entries(PRESETS)
        .map(([name, scopes]) => `${name} (${scopes.join(',')})`)
        .join(', ')}`,
    },
    scopes: {
      placeholder: 'A,B',
      help: `one or more of ${SCOPES.join(',')}; default ${DEFAULT_SCOPES.join(',')}`,
    },
    live: { help: 'a key for live orders; it begins with hf_live_. Default: the mode of the tenant' },
    test: {
      help: 'a key for test orders; it begins with hf_test_, and belongs to the test tenant of the tenant',
    },
    ...limitOptions,
  },
  async run({ values, flags }, { database }) {
    const name = nameFrom(values['name'] ?? DEFAULT_NAME, '--name');
    const scopes = scopesFrom(values);
    const mode = modeFrom(flags);
    const limits = limitsFrom(values);
    const pool = await database();
    const { tenant_id: tenantId } = await tenantFrom(pool, values['tenant'] ?? '');
    return issued(await issueKey(pool, { tenantId, name, scopes, mode, limits }));
  },
};

const HEADINGS = [
  'KEY ID',
  'NAME',
  'KEY',
  'SCOPES',
  'CREATED',
  'LAST USED',
  ...LIMIT_HEADINGS,
  'STATE',
  'MODE',
];

const list: CliCommand = {
  summary:
    'List the keys of a tenant and its test tenant, with revoked keys and the last use, to the minute.',
  options: { tenant: TENANT },
  async run({ values }, { database }) {
    const pool = await database();
    const tenant = await tenantFrom(pool, values['tenant'] ?? '');
    const keys = (await listKeys(pool, tenant.tenant_id)).map(documentOf);
    const rows = keys.map((key) => [
      key.key_id,
      key.name,
      key.prefix === null ? '-' : `${key.prefix}…`,
      key.scopes.join(','),
      key.created_at,
      key.last_used_at ?? 'never',
      ...limitCells(key),
      stateOf(key),
      key.mode,
    ]);
    return {
      data: keys,
      text:
        rows.length === 0
          ? `This tenant has no keys yet. Create one: npx holdfast keys create --tenant ${toId('ten', tenant.tenant_id)}`
          : [table(HEADINGS, rows), ...expiryWarnings(keys), ...misleadingKeys(keys)].join('\n'),
    };
  },
};

/** Lines for the valid keys of a misleading prefix. */
const misleadingKeys = (keys: readonly ReturnType<typeof documentOf>[]): string[] =>
  keys
    .filter((key) => key.revoked_at === null && isMisleading(key))
    .map(
      (key) =>
        `${key.key_id} ${quoted(key.name)} begins with hf_test_ but reaches live orders: it is older than test tenants. ` +
        `For test orders, create a key with --test. For live orders, replace it: npx holdfast keys rotate ${key.key_id}`,
    );

const rotate: CliCommand = {
  summary:
    'Create a successor with the same tenant, name and scopes. Both keys work until you revoke the old one.',
  positionals: ['KEY_ID'],
  options: expiryOptions,
  async run({ positionals: [given = ''], values }, { database }) {
    const keyId = keyIdFrom(given);
    const expiresAt = expiryFrom(values);
    const outcome = await rotateKey(await database(), keyId, expiresAt);
    if (outcome.kind === 'not_found') throw noSuchKey(keyId);
    if (outcome.kind === 'revoked') {
      throw new CommandError(
        `${toId('key', keyId)} was revoked at ${outcome.record.revoked_at}: only a live key can be rotated.\n` +
          `Create a new key: npx holdfast keys create --tenant ${toId('ten', outcome.record.tenant_id)}`,
      );
    }
    const { data, text } = issued(outcome);
    const old = toId('key', keyId);
    const lines = [
      text,
      `${old} still works. Revoke it once no client uses it: npx holdfast keys revoke ${old}`,
    ];
    if (isMisleading(outcome.predecessor))
      lines.push(
        `${old} begins with hf_test_ but reaches live orders. So does its successor, which begins with hf_live_.`,
      );
    return { data: { ...data, successor_of: old }, text: lines.join('\n') };
  },
};

const revoke: CliCommand = {
  summary: 'Revoke a key. This cannot be undone.',
  positionals: ['KEY_ID'],
  async run({ positionals: [given = ''] }, { database }) {
    const keyId = keyIdFrom(given);
    const revoked = await revokeKey(await database(), keyId);
    if (revoked === null) throw noSuchKey(keyId);
    const { record, now } = revoked;
    const data = documentOf(record);
    return {
      data,
      text: now
        ? `${data.key_id} is revoked (${lastUseOf(record)}). Every node refuses it ${PROPAGATION}.`
        : `${data.key_id} was already revoked at ${data.revoked_at}. No change.`,
    };
  },
};

export const keys: CommandGroup = { create, list, limit, rotate, revoke };
