/** The roles `relay` and `webhooks`: the log's events become deliveries, and are sent. */
import { renderEvent } from '../api/render-event.ts';
import type { Role } from '../platform/config.ts';
import { requestGraceMs } from '../platform/shutdown.ts';
import { instanceSecret } from '../store/secrets/instance-secrets.ts';
import { findDueEndpoints } from '../store/webhooks/claims.ts';
import { createEndpointTenants } from '../store/webhooks/endpoint-tenants.ts';
import { startRelay } from '../workers/relay.ts';
import { openLocalWakeups } from '../workers/wakeups/local-wakeups.ts';
import { openWakeupQueue } from '../workers/wakeups/wakeup-queue.ts';
import { startWebhooks } from '../workers/webhooks.ts';
import type { Base } from './base.ts';

export async function startWebhookRoles(base: Base, roles: readonly Role[]): Promise<void> {
  const { config, redisUrl, pool, partitions, keyring, personal, stops, wakers, log } = base;
  const instance = (await instanceSecret(pool, keyring, 'queue')).toString('hex').slice(0, 16);
  const findDue = () => findDueEndpoints(pool);
  const tenantOf = createEndpointTenants(pool);
  const wakeups =
    redisUrl === undefined
      ? openLocalWakeups({ findDue, tenantOf, log })
      : openWakeupQueue({ redisUrl, instance, findDue, tenantOf, log });
  stops.connections.push(wakeups.close);
  if (roles.includes('relay')) {
    const relay = startRelay({ pool, queue: wakeups, partitions, log });
    stops.followers.push(relay.stop);
    wakers.push(relay.wake);
  }
  if (roles.includes('webhooks')) {
    const { allowLoopback } = config.webhooks;
    const graceMs = requestGraceMs(config);
    if (allowLoopback) log.warn('HOLDFAST_WEBHOOK_LOOPBACK on: webhooks to loopback and without TLS');
    const options = { pool, keyring, personal, wakeups, allowLoopback, graceMs, log };
    const poolSize = config.databasePool;
    stops.work.push(startWebhooks({ ...options, poolSize, render: renderEvent }).stop);
  }
}
