/**
 * Webhook commands run once: the transaction that runs a command stores its answer under the
 * idempotency key, and a repeat gets the stored answer. Keys of orders are stored elsewhere;
 * neither kind expires, and a receipt looks up both.
 */
import { type CommonQueryMethods, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { reachable } from '../unavailable.ts';

/** The answer to a client, without secrets. */
export interface Answer {
  status: number;
  /** The path after `/v1` or `/v2`. */
  location?: string;
  /** Of the resource, for its ETag. */
  version?: number;
  body?: object;
}

export interface Once {
  tenantId: string;
  idempotencyKey: string;
  /** The operation, the same in all API versions. */
  operation: WebhookOperation;
  /** The public id; `undefined` when the command creates the endpoint. */
  endpointId: string | undefined;
  /** SHA-256 of the canonical request. */
  fingerprint: Buffer;
}

export type WebhookOperation =
  | 'createWebhookEndpoint'
  | 'updateWebhookEndpoint'
  | 'deleteWebhookEndpoint'
  | 'rotateWebhookSecret'
  | 'redeliverWebhook'
  | 'createWebhookReplay';

/** A stored answer and its command. Rows written before 2027 lack the last two members. */
type Kept = Answer & { operation?: WebhookOperation; endpoint_id?: string };

/** Another request used this key. */
export class KeyReusedError extends Error {
  override name = 'KeyReusedError';
}

const keptRow = z.object({ fingerprint: z.instanceof(Buffer), answer: z.string() });

/**
 * Runs `act` unless this key has an answer. Of two requests at once, the second waits for the
 * first.
 *
 * @param act throws to refuse the command; the key stays unused
 * @throws {KeyReusedError}
 */
export function once(
  pool: CommonQueryMethods,
  { tenantId, idempotencyKey, operation, endpointId, fingerprint }: Once,
  act: (transaction: DatabaseTransactionConnection) => Promise<Answer>,
): Promise<{ answer: Answer; replayed: boolean }> {
  const here = sql.fragment`tenant_id = ${tenantId} AND idempotency_key = ${idempotencyKey}`;
  return reachable(
    pool.transaction(async (transaction) => {
      const { rowCount } = await transaction.query(sql.unsafe`
        INSERT INTO webhook_commands (tenant_id, idempotency_key, fingerprint)
        VALUES (${tenantId}, ${idempotencyKey}, ${sql.binary(fingerprint)}) ON CONFLICT DO NOTHING`);
      if (rowCount === 0) {
        const kept = await transaction.one(
          sql.type(keptRow)`SELECT fingerprint, answer FROM webhook_commands WHERE ${here}`,
        );
        if (!kept.fingerprint.equals(fingerprint)) throw new KeyReusedError(idempotencyKey);
        return { answer: JSON.parse(kept.answer) as Answer, replayed: true };
      }
      const answer = await act(transaction);
      const made = (answer.body as { id?: string } | undefined)?.id;
      const kept: Kept = { ...answer, operation, endpoint_id: endpointId ?? made! };
      await transaction.query(
        sql.unsafe`UPDATE webhook_commands SET answer = ${JSON.stringify(kept)} WHERE ${here}`,
      );
      return { answer, replayed: false };
    }),
  );
}

/** The command that holds a key. */
export interface Write {
  operation: WebhookOperation;
  /** `null` for an endpoint that was deleted before rows kept its id. */
  endpointId: string | null;
  answer: Answer;
  fingerprint: Buffer;
  recordedAt: string;
}

const writeRow = keptRow.extend({ recorded_at: z.string() });

/** The webhook command that holds a key of a tenant. */
export async function findWrite(
  pool: CommonQueryMethods,
  tenantId: string,
  idempotencyKey: string,
): Promise<Write | undefined> {
  const row = await reachable(
    pool.maybeOne(sql.type(writeRow)`
      SELECT fingerprint, answer, recorded_at FROM webhook_commands
       WHERE tenant_id = ${tenantId} AND idempotency_key = ${idempotencyKey}`),
  );
  if (row === null) return undefined;
  const answer = JSON.parse(row.answer) as Kept;
  return {
    operation: answer.operation ?? operationOf(answer),
    endpointId: answer.endpoint_id ?? endpointOf(answer),
    answer,
    fingerprint: row.fingerprint,
    recordedAt: row.recorded_at,
  };
}

/** For rows without an operation: the answer of each operation differs from all others. */
function operationOf({ status, location = '' }: Answer): WebhookOperation {
  if (status === 204) return 'deleteWebhookEndpoint';
  if (status === 200) return 'updateWebhookEndpoint';
  if (location.endsWith('/secret')) return 'rotateWebhookSecret';
  if (location.includes('/replays/')) return 'createWebhookReplay';
  return status === 202 ? 'redeliverWebhook' : 'createWebhookEndpoint';
}

function endpointOf({ location = '', body = {} }: Answer): string | null {
  const { endpoint_id, id } = body as { endpoint_id?: string; id?: string };
  return endpoint_id ?? /whe_[0-9a-f]{32}/.exec(location)?.[0] ?? id ?? null;
}
