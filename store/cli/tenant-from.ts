/** The tenant that an argument of a command names. */
import { CommandError, quoted } from '../../command-line/command.ts';
import { toId } from '../ids.ts';
import type { DatabasePool } from '../pool.ts';
import { type Tenant, findTenants } from '../tenants.ts';

/**
 * Finds a tenant by its id or its name.
 *
 * @throws {CommandError} there is none, or several tenants have the name
 */
export async function tenantFrom(pool: DatabasePool, idOrName: string): Promise<Tenant> {
  const found = await findTenants(pool, idOrName);
  const [tenant] = found;
  if (tenant === undefined) {
    throw new CommandError(
      `Tenant ${quoted(idOrName)} not found. See npx holdfast tenants list. ` +
        'To create a tenant: npx holdfast tenants create NAME',
    );
  }
  if (found.length > 1) {
    const ids = found.map(
      ({ tenant_id, created_at }) => `  ${toId('ten', tenant_id)}  created ${created_at}`,
    );
    throw new CommandError(
      `Several tenants have the name ${quoted(idOrName)}. Use the id instead:\n${ids.join('\n')}`,
    );
  }
  return tenant;
}
