/** `npx holdfast tenants`. */
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
import type { DatabasePool } from '../pool.ts';
import { type ListedTenant, type Tenant, createNamedTenant, findTenants, listTenants } from '../tenants.ts';

const NAME = z.string().trim().pipe(text(100));

/**
 * A name of a tenant or a key, without the spaces around it.
 *
 * @throws {UsageError}
 */
export function nameFrom(given: string, where: string): string {
  const parsed = NAME.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UsageError(`${where}: a name has 1 to 100 characters, and no control characters among them.`);
}

/**
 * The one tenant that a person means.
 *
 * @throws {CommandError} when there is none, or several have that name
 */
export async function tenantFrom(pool: DatabasePool, idOrName: string): Promise<Tenant> {
  const found = await findTenants(pool, idOrName);
  const [tenant] = found;
  if (tenant === undefined) {
    throw new CommandError(
      `There is no tenant ${quoted(idOrName)}. See npx holdfast tenants list, or make it: npx holdfast tenants create NAME`,
    );
  }
  if (found.length > 1) {
    const ids = found.map(({ tenant_id, created_at }) => `  ${toId('ten', tenant_id)}  made ${created_at}`);
    throw new CommandError(
      `Several tenants are called ${quoted(idOrName)}. Say which one by its id:\n${ids.join('\n')}`,
    );
  }
  return tenant;
}

const documentOf = ({ tenant_id, name, created_at }: Tenant) => ({
  tenant_id: toId('ten', tenant_id),
  name,
  created_at,
});

const listedOf = (tenant: ListedTenant) => ({ ...documentOf(tenant), live_keys: tenant.live_keys });

const create: CliCommand = {
  summary: 'Make a tenant. It sees its own orders only, through keys of its own.',
  positionals: ['NAME'],
  async run({ positionals: [given = ''] }, { database }): Promise<CliOutput> {
    const name = nameFrom(given, 'NAME');
    const made = await createNamedTenant(await database(), name);
    if (made === null) {
      throw new CommandError(
        'The log of this database has no partitions yet. Start Holdfast on it once, which makes them.',
      );
    }
    const data = documentOf(made.tenant);
    if (!made.created) {
      throw new CommandError(
        `There is a tenant ${quoted(name)} already: ${data.tenant_id}, made ${data.created_at}. Choose another name, or use that one.`,
      );
    }
    return {
      data,
      text: `Tenant ${data.tenant_id} ${quoted(name)} is made.\nGive it a key: npx holdfast keys create --tenant ${data.tenant_id}`,
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
          ? 'There are no tenants yet. Make one: npx holdfast tenants create NAME'
          : table(['TENANT ID', 'NAME', 'LIVE KEYS', 'CREATED'], rows),
    };
  },
};

export const tenants: CommandGroup = { summary: 'who has orders here', commands: { create, list } };
