/** Waits until each consumer has each event of the log. */
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from '../kit/postgres/connected.ts';
import type { Shop } from './clients/client.ts';
import type { Traffic } from './clients/traffic.ts';

const LOOK_MS = 250;

export interface Settling {
  databaseUrl: string;
  shops: readonly Pick<Shop, 'tenantId'>[];
}

interface Ends {
  tenantId: string;
  last: number;
}

/** The last position of each tenant, in the order of the shops. */
export async function endsOf({ databaseUrl, shops }: Settling): Promise<Ends[]> {
  const rows = await ask<{ tenantId: string; last: string }>(
    databaseUrl,
    'SELECT tenant_id::text AS "tenantId", max(position) AS last FROM events GROUP BY tenant_id',
  );
  return shops.map(({ tenantId }) => {
    const { last = 0 } = rows.find((row) => row.tenantId === tenantId) ?? {};
    return { tenantId, last: Number(last) };
  });
}

/** Without those of a rebuild and of the auditor, such as `orders.previous`. */
const CHECKPOINTS = "SELECT consumer, position FROM checkpoints WHERE consumer NOT LIKE '%.%'";

/** The end of the message for deliveries that were not yet made. */
export const PENDING = 'webhook deliveries are pending';

const PENDING_DELIVERIES = "SELECT count(*) FROM webhook_deliveries WHERE status = 'pending'";

/** Waits until each consumer has each event. @returns what it still lacks after the time */
export async function settle(installation: Settling, traffic: Traffic, seconds: number): Promise<string[]> {
  const deadline = performance.now() + seconds * 1_000;
  for (;;) {
    // Again each time: a command whose client gave up may still be committed.
    const ends = await endsOf(installation);
    const head = Math.max(...ends.map(({ last }) => last));
    const behind: string[] = [];
    for (const [tenant, { last }] of ends.entries()) {
      const watched = traffic.watched(tenant);
      if (watched < last) behind.push(`watcher-${tenant} is at ${watched} of ${last}`);
    }
    const [deliveries] = await ask<{ count: string }>(installation.databaseUrl, PENDING_DELIVERIES);
    if (Number(deliveries?.count) > 0) behind.push(`${deliveries?.count} ${PENDING}`);
    const checkpoints = await ask<{ consumer: string; position: string }>(
      installation.databaseUrl,
      CHECKPOINTS,
    );
    for (const { consumer, position } of checkpoints)
      if (Number(position) < head) behind.push(`${consumer} is at ${position} of ${head}`);
    if (behind.length === 0) return [];
    if (performance.now() > deadline) return behind;
    await delay(LOOK_MS);
  }
}
