/** A test key of a shop. */
import { issueKey } from '../../store/keys/issue-key.ts';
import { SCOPES, shortenScopes } from '../../store/keys/scopes.ts';
import type { Shop } from './shop.ts';

/** Issues a test key, with every scope. @returns the shop with this key, and with its tenant */
export async function withTestKey(shop: Shop): Promise<Shop> {
  const wanted = { name: 'tests', scopes: shortenScopes(SCOPES), mode: 'test' } as const;
  const outcome = await issueKey(shop.pool, { tenantId: shop.tenantId, ...wanted });
  if (outcome.kind !== 'issued') throw new Error(outcome.kind);
  const { key: apiKey, record } = outcome;
  const ask: Shop['ask'] = (path, given) => shop.ask(path, { apiKey, ...given });
  return { ...shop, apiKey, tenantId: record.tenant_id, ask };
}
