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
} from '../../command-line/command.ts';
import { text } from '../../domain/text.ts';
import { toId } from '../ids.ts';
import { type ListedTenant, type Tenant, createNamedTenant, listTenants } from '../tenants.ts';
import { series } from './series.ts';

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

const documentOf = ({ tenant_id, name, created_at }: Tenant) => ({
  tenant_id: toId('ten', tenant_id),
  name,
  created_at,
});

const listedOf = (tenant: ListedTenant) => ({ ...documentOf(tenant), live_keys: tenant.live_keys });

const create: CliCommand = {
  summary: 'Create a tenant. Its API keys see its own orders only.',
  positionals: ['NAME'],
  async run({ positionals: [given = ''] }, { database }): Promise<CliOutput> {
    const name = nameFrom(given, 'NAME');
    const made = await createNamedTenant(await database(), name);
    if (made === null) {
      throw new CommandError(
        'The log has no partitions yet. Run npm start once on this database: it creates them.',
      );
    }
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

const list: CliCommand = {
  summary: 'List all tenants, oldest first.',
  async run(_given, { database }): Promise<CliOutput> {
    const tenants = (await listTenants(await database())).map(listedOf);
    const rows = tenants.map((t) => [t.tenant_id, t.name, String(t.live_keys), t.created_at]);
    return {
      data: tenants,
      text:
        rows.length === 0
          ? 'No tenants yet. Create one: npx holdfast tenants create NAME'
          : table(['TENANT ID', 'NAME', 'LIVE KEYS', 'CREATED'], rows),
    };
  },
};

export const tenants: CommandGroup = {
  summary: 'shops; each has its own orders',
  commands: { create, list, series },
};
