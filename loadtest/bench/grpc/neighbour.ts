import { pino } from 'pino';
import { addApiKey, createTenant } from '../../../store/keys/api-keys.ts';
import { newKey } from '../../../store/keys/new-key.ts';
import { SCOPES } from '../../../store/keys/scopes.ts';
import { openPool } from '../../../store/pool.ts';

/** Adds a tenant to the measured database. @returns its API key */
export async function addNeighbour(databaseUrl: string): Promise<string> {
  const pool = await openPool({ databaseUrl, size: 2, log: pino({ level: 'silent' }) });
  const { tenantId } = await createTenant(pool, 'neighbour', 1);
  const { key } = newKey('live');
  await addApiKey(pool, { tenantId, key, name: 'bench', scopes: SCOPES });
  await pool.end();
  return key;
}
