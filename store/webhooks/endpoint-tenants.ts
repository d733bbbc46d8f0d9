/** The tenants of endpoints. An endpoint never changes its tenant, so each is looked up once. */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { reachable } from '../unavailable.ts';

/** About 1 MB. Beyond this, the endpoint that was looked up first is forgotten. */
const KNOWN_ENDPOINTS_MAX = 10_000;

/** @returns a function that finds the tenant of an endpoint; `undefined` when it was deleted */
export function createEndpointTenants(
  pool: DatabasePool,
): (endpointId: string) => Promise<string | undefined> {
  const known = new Map<string, string>();

  return async (endpointId) => {
    const before = known.get(endpointId);
    if (before !== undefined) return before;
    const tenantId = await reachable(
      pool.maybeOneFirst(sql.type(z.object({ tenant_id: z.uuid() }))`
        SELECT tenant_id FROM webhook_endpoints WHERE endpoint_id = ${endpointId}`),
    );
    if (tenantId === null) return undefined;
    const [oldest] = known.keys();
    if (known.size >= KNOWN_ENDPOINTS_MAX) known.delete(oldest!);
    known.set(endpointId, tenantId);
    return tenantId;
  };
}
