/**
 * Limits the open streams, since each one holds memory, even an idle one. Shared between tenants.
 */
import { createFairShare } from '../../../platform/fair-share.ts';
import type { Principal } from '../../../store/keys/api-keys.ts';
import { Problem } from '../../problem/problem.ts';
import { KEY_STREAMS_MAX, STREAMS_MAX } from './limits.ts';

export interface StreamCount {
  /** @returns a function to call at the end of the stream. @throws {Problem} 503 */
  open: (caller: Pick<Principal, 'keyId' | 'tenantId'>) => () => void;
}

/** A stream may stay open for days: a tenant alone has three quarters. */
const FREE_TIMES_MAX = 3;

export function createStreamCount(): StreamCount {
  const share = createFairShare({ capacity: STREAMS_MAX, freeTimesMax: FREE_TIMES_MAX });
  const counts = new Map<string, number>();

  return {
    open({ keyId, tenantId }) {
      const count = counts.get(keyId) ?? 0;
      if (count >= KEY_STREAMS_MAX) throw limitProblem(ofKey);
      const release = share.tryTake(tenantId);
      if (release === undefined) throw limitProblem(ofTenant(share.taken(tenantId)));
      counts.set(keyId, count + 1);
      return () => {
        const remaining = counts.get(keyId)! - 1;
        if (remaining > 0) counts.set(keyId, remaining);
        else counts.delete(keyId);
        release();
      };
    },
  };
}

const ofKey = `This API key has ${KEY_STREAMS_MAX} open streams on this node, the maximum. End one first.`;
const ofTenant = (count: number) =>
  count > 0
    ? `Your tenant has ${count} open streams on this node, its share of ${STREAMS_MAX}. End one first.`
    : `This node has ${STREAMS_MAX} open streams, the maximum. Retry after a second.`;

const limitProblem = (detail: string) =>
  new Problem('overloaded', detail, { headers: { 'Retry-After': '1' } });
