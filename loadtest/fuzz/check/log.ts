/** Reads the log and the keys of webhook writes from Postgres, without any code of the server. */
import { Client } from 'pg';

export interface LoggedEvent {
  position: number;
  tenant: string;
  /** Without hyphens, as in ids. */
  orderId: string;
  eventId: string;
  version: number;
  type: string;
  /** Of the order; only its first event has one. */
  number: string | null;
  data: Record<string, unknown>;
  key: string;
  traceparent: string | null;
  /** RFC 3339, UTC, milliseconds. */
  recordedAt: string;
}

export interface Log {
  /** Calls `onEvent` for each event of the tenants, in log order. */
  events: (onEvent: (event: LoggedEvent) => void) => Promise<void>;
  /** Status of the response to each webhook write that took effect, by tenant and key. */
  webhookWrites: () => Promise<Map<string, number>>;
  close: () => Promise<void>;
}

const PAGE_EVENTS = 5_000;

export const keyName = (tenant: string, key: string): string => `${tenant} ${key}`;

export async function openLog(databaseUrl: string, tenants: readonly string[]): Promise<Log> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  // The database may have unusual defaults (--odd-database).
  await client.query(
    `SET search_path = holdfast; SET datestyle = 'ISO, MDY'; SET bytea_output = 'hex'; SET timezone = 'UTC'`,
  );
  return {
    async events(onEvent) {
      for (let after = 0; ;) {
        const { rows } = await client.query<Row>(EVENTS, [tenants, after, PAGE_EVENTS]);
        for (const row of rows)
          onEvent({
            ...row,
            position: Number(row.position),
            data: JSON.parse(row.data) as LoggedEvent['data'],
          });
        if (rows.length < PAGE_EVENTS) return;
        after = Number(rows.at(-1)!.position);
      }
    },
    async webhookWrites() {
      const { rows } = await client.query<{ tenant: string; key: string; status: string }>(WEBHOOK_WRITES, [
        tenants,
      ]);
      return new Map(rows.map(({ tenant, key, status }) => [keyName(tenant, key), Number(status)]));
    },
    close: () => client.end(),
  };
}

type Row = Omit<LoggedEvent, 'position' | 'data'> & { position: string; data: string };

const EVENTS = `
  SELECT position, tenant_id::text AS tenant, replace(order_id::text, '-', '') AS "orderId",
         replace(event_id::text, '-', '') AS "eventId", version, type, number, data::text AS data, idempotency_key AS key, traceparent,
         to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "recordedAt"
    FROM events
   WHERE tenant_id = ANY ($1::uuid[]) AND position > $2
   ORDER BY position
   LIMIT $3`;

const WEBHOOK_WRITES = `
  SELECT tenant_id::text AS tenant, idempotency_key AS key, answer ->> 'status' AS status
    FROM webhook_commands
   WHERE tenant_id = ANY ($1::uuid[]) AND answer IS NOT NULL`;
