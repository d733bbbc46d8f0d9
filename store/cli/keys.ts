/** `npx holdfast keys`. */
import {
  type CliCommand,
  CommandError,
  type CliArguments,
  type CommandGroup,
  UsageError,
  quoted,
  table,
} from '../../command-line/command.ts';
import { toId, toUuid } from '../ids.ts';
import { type IssueOutcome, issueKey, rotateKey } from '../keys/issue-key.ts';
import { type KeyRecord, listKeys } from '../keys/key-record.ts';
import type { KeyMode } from '../keys/new-key.ts';
import { revokeKey } from '../keys/revoke-key.ts';
import { PRESETS, SCOPES, type Scope, shortenScopes } from '../keys/scopes.ts';
import { nameFrom, tenantFrom } from './tenants.ts';

const DEFAULT_NAME = 'default';
const DEFAULT_SCOPES: readonly Scope[] = ['orders:read', 'orders:write'];
const TENANT = { placeholder: 'T', help: "the tenant's id or name", required: true };
const WITHIN = 'within 5 seconds';

/** The scopes that were asked for, by name or by a preset. */
function scopesFrom(values: CliArguments['values']): readonly Scope[] {
  const { scopes, preset } = values;
  if (scopes !== undefined && preset !== undefined) {
    throw new UsageError('--scopes and --preset cannot both be. Give one of them.');
  }
  if (preset !== undefined) return presetFrom(preset);
  return scopes === undefined ? DEFAULT_SCOPES : namedIn(scopes);
}

function presetFrom(given: string): readonly Scope[] {
  const name = given.trim();
  const scopes = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (scopes !== undefined) return shortenScopes(scopes);
  throw new UsageError(
    `--preset: there is no preset ${quoted(given)}. Give one of ${Object.keys(PRESETS).join(', ')}, or name the scopes with --scopes.`,
  );
}

function namedIn(given: string): readonly Scope[] {
  const names = given.split(',').map((name) => name.trim());
  for (const name of names) {
    if (!SCOPES.some((scope) => scope === name)) {
      throw new UsageError(
        `--scopes: there is no scope ${quoted(name)}. Give one or more of ${SCOPES.join(',')}, with commas between them.`,
      );
    }
  }
  return shortenScopes(SCOPES.filter((scope) => names.includes(scope)));
}

function modeFrom(flags: CliArguments['flags']): KeyMode {
  if (flags.has('test') && flags.has('live')) {
    throw new UsageError('--test and --live cannot both be. Give one of them; without either it is --live.');
  }
  return flags.has('test') ? 'test' : 'live';
}

function keyIdFrom(given: string): string {
  const id = toUuid('key', given);
  if (id === undefined) {
    throw new UsageError(
      `KEY_ID: ${quoted(given)} is not the id of a key. Ids begin with key_ and are shown by npx holdfast keys list --tenant T`,
    );
  }
  return id;
}

const noSuchKey = (id: string) =>
  new CommandError(`There is no key ${toId('key', id)}. See npx holdfast keys list --tenant T`);

const documentOf = ({ key_id, tenant_id, ...rest }: KeyRecord) => ({
  key_id: toId('key', key_id),
  tenant_id: toId('ten', tenant_id),
  ...rest,
});

const lastUseOf = ({ last_used_at }: KeyRecord) =>
  last_used_at === null ? 'never used' : `last used ${last_used_at}`;

/** What is said of a new key; the one place where a key is ever shown. */
function issued(outcome: IssueOutcome) {
  if (outcome.kind === 'two_live') {
    const [oldest] = outcome.live;
    const lines = outcome.live.map(
      (key) => `  ${toId('key', key.key_id)}  made ${key.created_at}, ${lastUseOf(key)}`,
    );
    throw new CommandError(
      `A name has two live keys at most, and ${quoted(oldest?.name ?? '')} has them already:\n${lines.join('\n')}\n` +
        `Revoke the older one first, when its clients have moved to the newer one: npx holdfast keys revoke ${toId('key', oldest?.key_id ?? '')}\n` +
        'For another client, choose another name: npx holdfast keys create --tenant T --name N',
    );
  }
  const { key, record } = outcome;
  const data = documentOf(record);
  const text = [
    `Key     ${key}`,
    `Key ID  ${data.key_id}`,
    `Tenant  ${data.tenant_id}`,
    `Name    ${data.name}`,
    `Scopes  ${data.scopes.join(', ')}`,
    '',
    `Keep the key now: it is not stored, and will not be shown again. It works on every node ${WITHIN}.`,
  ].join('\n');
  return { data: { key, ...data }, text };
}

const create: CliCommand = {
  summary: 'Make a key, and show it this once.',
  options: {
    tenant: TENANT,
    name: { placeholder: 'N', help: `what uses the key; without it "${DEFAULT_NAME}"` },
    preset: {
      placeholder: 'P',
      help: `what such a key needs: ${Object.entries(PRESETS)
        .map(([name, scopes]) => `${name} (${scopes.join(',')})`)
        .join(', ')}`,
    },
    scopes: {
      placeholder: 'A,B',
      help: `of ${SCOPES.join(',')}; without either ${DEFAULT_SCOPES.join(',')}`,
    },
    live: { help: 'a key that begins with hf_live_; so it is without either' },
    test: { help: 'a key that begins with hf_test_; it can do the same' },
  },
  async run({ values, flags }, { database }) {
    const name = nameFrom(values['name'] ?? DEFAULT_NAME, '--name');
    const scopes = scopesFrom(values);
    const mode = modeFrom(flags);
    const pool = await database();
    const { tenant_id: tenantId } = await tenantFrom(pool, values['tenant'] ?? '');
    return issued(await issueKey(pool, { tenantId, name, scopes, mode }));
  },
};

const list: CliCommand = {
  summary: 'List the keys of a tenant, revoked ones too, and when each was last used, give or take a minute.',
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
      key.revoked_at === null ? 'live' : `revoked ${key.revoked_at}`,
    ]);
    return {
      data: keys,
      text:
        rows.length === 0
          ? `This tenant has no keys yet. Make one: npx holdfast keys create --tenant ${toId('ten', tenant.tenant_id)}`
          : table(['KEY ID', 'NAME', 'KEY', 'SCOPES', 'CREATED', 'LAST USED', 'STATE'], rows),
    };
  },
};

const rotate: CliCommand = {
  summary:
    'Make a successor of a key, with the same name and scopes. Both work until the old one is revoked.',
  positionals: ['KEY_ID'],
  async run({ positionals: [given = ''] }, { database }) {
    const keyId = keyIdFrom(given);
    const outcome = await rotateKey(await database(), keyId);
    if (outcome.kind === 'not_found') throw noSuchKey(keyId);
    if (outcome.kind === 'revoked') {
      throw new CommandError(
        `${toId('key', keyId)} was revoked at ${outcome.record.revoked_at}, so that nothing can move away from it.\n` +
          `Make a new key: npx holdfast keys create --tenant ${toId('ten', outcome.record.tenant_id)}`,
      );
    }
    const { data, text } = issued(outcome);
    const old = toId('key', keyId);
    return {
      data: { ...data, successor_of: old },
      text: `${text}\n${old} goes on working. Revoke it when nothing uses it any more: npx holdfast keys revoke ${old}`,
    };
  },
};

const revoke: CliCommand = {
  summary: 'End a key. There is no way back.',
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
        ? `${data.key_id} is revoked (${lastUseOf(record)}). Every node refuses it ${WITHIN}.`
        : `${data.key_id} was revoked before, at ${data.revoked_at}. Nothing has changed.`,
    };
  },
};

export const keys: CommandGroup = {
  summary: 'how a tenant proves who it is',
  commands: { create, list, rotate, revoke },
};
