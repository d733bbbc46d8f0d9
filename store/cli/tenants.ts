/** `npx holdfast tenants`: creates and lists tenants, and sets their series of order numbers. */
import { z } from 'zod';
import {
  type CliCommand,
  CommandError,
  type CommandGroup,
  type CliOutput,
  UsageError,
  quoted,
  table,
  wholeNumber,
} from '../../command-line/command.ts';
import { text } from '../../domain/text.ts';
import { toId } from '../ids.ts';
import {
  type ListedTenant,
  type Tenant,
  NoPartitionError,
  createNamedTenant,
  listTenants,
} from '../tenants.ts';
import { limitTenant } from '../keys/key-limits.ts';
import { quotaOptions, quotasFrom } from './quota-option.ts';
import { series } from './series.ts';
import { tenantFrom } from './tenant-from.ts';
import { START_COMMAND } from '../../platform/settings/start-command.ts';

/** The word for a tenant without a quota. */
const NO_QUOTA = 'none';
/** As HOLDFAST_PARTITIONS. */
const PARTITION_MAX = 1_023;
const NAME = z.string().trim().pipe(text(100));

/**
 * Trims and validates the name of a tenant or a key.
 *
 * @throws {UsageError}
 */
export function nameFrom(given: string, where: string): string {
  const parsed = NAME.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UsageError(`${where} must have 1 to 100 characters, without control characters.`);
}

const documentOf = ({ tenant_id, partition, name, mode, test_of, created_at, ...quotas }: Tenant) => ({
  tenant_id: toId('ten', tenant_id),
  partition,
  name,
  mode,
  test_of: test_of === null ? null : toId('ten', test_of),
  created_at,
  write_quota: quotas.write_quota,
  read_quota: quotas.read_quota,
});

/** A test tenant without a quota has that of its live tenant, in a window of its own. */
const noQuotaOf = ({ test_of }: { test_of: string | null }) => (test_of === null ? NO_QUOTA : 'as live');

const listedOf = (tenant: ListedTenant) => ({ ...documentOf(tenant), live_keys: tenant.live_keys });

const create: CliCommand = {
  summary: 'Create a tenant. Its API keys see its own orders only.',
  positionals: ['NAME'],
  options: {
    partition: {
      placeholder: 'N',
      help: 'where its orders are for ever; default: by the hash of its id',
    },
  },
  async run({ positionals: [given = ''], values }, { database }): Promise<CliOutput> {
    const name = nameFrom(given, 'NAME');
    const partition =
      values['partition'] === undefined
        ? undefined
        : wholeNumber('--partition', values['partition'], 0, PARTITION_MAX);
    const made = await createNamedTenant(await database(), name, partition).catch((error: unknown) => {
      throw error instanceof NoPartitionError ? new CommandError(adviceOn(error, partition)) : error;
    });
    const data = documentOf(made.tenant);
    if (!made.created) {
      throw new CommandError(
        `Tenant ${quoted(name)} already exists: ${data.tenant_id}, created ${data.created_at}. ` +
          'Choose another name, or use that tenant.',
      );
    }
    return {
      data,
      text:
        `Created tenant ${data.tenant_id} ${quoted(name)}.\n` +
        `Create a key for it: npx holdfast keys create --tenant ${data.tenant_id}`,
    };
  },
};

function adviceOn({ partitions }: NoPartitionError, wanted: number | undefined): string {
  if (partitions.length === 0)
    return `The log has no partitions yet. Run ${START_COMMAND} once on this database: it creates them.`;
  return (
    `The log has no partition ${wanted}, only 0 to ${partitions.at(-1)}. ` +
    `To create it, start a node with HOLDFAST_PARTITIONS=${wanted! + 1}.`
  );
}

const list: CliCommand = {
  summary: 'List all tenants, oldest first.',
  async run(_given, { database }): Promise<CliOutput> {
    const tenants = (await listTenants(await database())).map(listedOf);
    const rows = tenants.map((t) => [
      t.tenant_id,
      t.name,
      String(t.live_keys),
      String(t.partition),
      t.write_quota ?? noQuotaOf(t),
      t.read_quota ?? noQuotaOf(t),
      t.created_at,
      t.mode,
    ]);
    return {
      data: tenants,
      text:
        rows.length === 0
          ? 'No tenants yet. Create one: npx holdfast tenants create NAME'
          : table(['TENANT ID', 'NAME', 'LIVE KEYS', 'PARTITION', 'WRITE', 'READ', 'CREATED', 'MODE'], rows),
    };
  },
};

const limit: CliCommand = {
  summary: 'Set the quotas of all keys of a tenant together. Each key has its own quota as well.',
  positionals: ['TENANT'],
  options: quotaOptions('the tenant', NO_QUOTA),
  async run({ positionals: [given = ''], values }, { database }): Promise<CliOutput> {
    const change = quotasFrom(values, NO_QUOTA);
    if (Object.keys(change).length === 0) throw new UsageError('Set --write, --read, or both.');
    const pool = await database();
    const { tenant_id: tenantId } = await tenantFrom(pool, given);
    await limitTenant(pool, tenantId, change);
    const data = documentOf(await tenantFrom(pool, toId('ten', tenantId)));
    return {
      data,
      text:
        `${data.tenant_id} ${quoted(data.name)}: writes ${data.write_quota ?? noQuotaOf(data)}, ` +
        `reads ${data.read_quota ?? noQuotaOf(data)}. Every node applies it within 5 seconds.`,
    };
  },
};

export const tenants: CommandGroup = { create, list, limit, series };
