/** `npx holdfast webhooks`: shows the deliveries that are pending or failed. */
import { sql } from 'slonik';
import { z } from 'zod';
import type { CliCommand, CommandGroup } from '../../command-line/command.ts';
import { toId } from '../../store/ids.ts';
import { WEBHOOKS_CONSUMER } from '../../store/webhooks/relay-batch.ts';

const endpointRow = z.object({
  endpoint_id: z.uuid(),
  tenant: z.string(),
  url: z.string(),
  disabled_reason: z.string().nullable(),
  failing_since: z.string().nullable(),
  failures: z.int(),
  pending: z.int(),
  failed: z.int(),
  oldest: z.string().nullable(),
  last_status: z.int().nullable(),
  last_error: z.string().nullable(),
});
const relayRow = z.object({ partition: z.int(), applied: z.int(), head: z.int(), behind: z.int() });

const status: CliCommand = {
  summary: 'Show the lag of the relay, and the pending and failed deliveries of each endpoint.',
  async run(_given, { database }) {
    const pool = await database();
    const relay = await pool.any(sql.type(relayRow)`
      SELECT partition, checkpoint.position AS applied, head.position AS head, head.position - checkpoint.position AS behind
        FROM checkpoints AS checkpoint JOIN log_heads AS head USING (partition)
       WHERE consumer = ${WEBHOOKS_CONSUMER} ORDER BY partition`);
    // Without the query of the URL: it may contain a secret.
    const endpoints = await pool.any(sql.type(endpointRow)`
      SELECT endpoint_id, tenant.name AS tenant, split_part(url, '?', 1) AS url, disabled_reason, failing_since, failures,
             ledger.pending, ledger.failed, ledger.oldest, last.last_status, last.last_error
        FROM webhook_endpoints AS endpoint
        JOIN tenants AS tenant USING (tenant_id)
       CROSS JOIN LATERAL (
               SELECT count(*) FILTER (WHERE status = 'pending') AS pending, count(*) FILTER (WHERE status = 'failed') AS failed,
                      min(created_at) FILTER (WHERE status = 'pending') AS oldest
                 FROM webhook_deliveries AS delivery
                WHERE delivery.endpoint_id = endpoint.endpoint_id AND status IN ('pending', 'failed')
             ) AS ledger
        LEFT JOIN LATERAL (
               SELECT last_status, last_error
                 FROM webhook_deliveries AS delivery
                WHERE delivery.endpoint_id = endpoint.endpoint_id AND status IN ('pending', 'failed') AND last_error IS NOT NULL
                ORDER BY number DESC LIMIT 1
             ) AS last ON true
       ORDER BY ledger.pending DESC, endpoint.number`);
    const data = {
      relay,
      endpoints: endpoints.map(({ endpoint_id, ...row }) =>
        Object.assign({ id: toId('whe', endpoint_id) }, row),
      ),
    };
    const lines = [
      ...data.relay.map(
        ({ partition, behind, applied }) => `relay, partition ${partition}: at ${applied}, ${behind} behind`,
      ),
      ...(data.endpoints.length === 0 ? ['no webhook endpoints'] : data.endpoints.map(textOf)),
    ];
    return { text: lines.join('\n'), data };
  },
};

type Shown = Omit<z.output<typeof endpointRow>, 'endpoint_id'> & { id: string };

function textOf(each: Shown): string {
  const state =
    each.disabled_reason !== null
      ? `disabled (${each.disabled_reason})`
      : each.failing_since !== null
        ? `failing since ${each.failing_since}, ${each.failures} times in a row`
        : 'accepts deliveries';
  const lastError =
    each.last_error === null
      ? ''
      : `; last error: ${[each.last_error, each.last_status].filter(Boolean).join(' ')}`;
  const oldest = each.oldest === null ? '' : ` since ${each.oldest}`;
  return `${each.id}  ${each.tenant}  ${each.url}\n    ${state}; ${each.pending} pending${oldest}, ${each.failed} failed${lastError}`;
}

export const webhooks: CommandGroup = { summary: 'deliveries to webhook endpoints', commands: { status } };
