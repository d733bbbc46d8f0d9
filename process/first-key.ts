/** The API key that an installation starts with. */
import { keptDevelopmentKey } from '../ops/development-key.ts';
import type { FirstKey } from '../ops/welcome.ts';
import type { Config } from '../platform/config.ts';
import { toId } from '../store/ids.ts';
import { ensureBootstrapKey, hasApiKeys } from '../store/keys/api-keys.ts';
import { newKey } from '../store/keys/new-key.ts';
import type { DatabasePool } from '../store/pool.ts';

/**
 * Stores HOLDFAST_BOOTSTRAP_KEY, or the development key of the embedded database. With DATABASE_URL
 * it creates no key: the welcome would print it, and a journal keeps that.
 */
export async function ensureFirstKey(config: Config, pool: DatabasePool): Promise<FirstKey> {
  const ensure = async (key: string, name: string, first: FirstKey): Promise<FirstKey> => {
    const { tenantId, revoked } = await ensureBootstrapKey(pool, key, config.partitions);
    return revoked ? { kind: 'revoked', name, tenant: toId('ten', tenantId) } : first;
  };
  if (config.bootstrapKey !== undefined)
    return ensure(config.bootstrapKey, 'The key in HOLDFAST_BOOTSTRAP_KEY', { kind: 'bootstrap' });
  if (config.databaseUrl !== undefined) return { kind: (await hasApiKeys(pool)) ? 'existing' : 'none' };
  const key = await keptDevelopmentKey(config.dataDir, () => newKey('test').key);
  return ensure(key, 'The development key', { kind: 'development', key });
}
