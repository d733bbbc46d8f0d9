/**
 * Writes about webhooks, each done once: what a write did is kept under its idempotency key by the transaction that did it, and
 * a repeat is answered with that. Keys of orders and keys of webhooks are apart; neither ever expires.
 */
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { reachable } from '../unavailable.ts';

/** What a client was answered, without what is secret. */
export interface Answer {
  status: number;
  /** Behind the name of the version. */
  location?: string;
  /** Of the resource, for its ETag. */
  version?: number;
  body?: object;
}

export interface Once {
  tenantId: string;
  idempotencyKey: string;
  /** SHA-256 of the canonical request. */
  fingerprint: Buffer;
}

/** The key was used for another request. */
export class KeyReusedError extends Error {
  override name = 'KeyReusedError';
}

const keptRow = z.object({ fingerprint: z.instanceof(Buffer), answer: z.string() });

/**
 * Runs `act` unless a request with this key has been answered before. Of two at once, the second waits for the first.
 *
 * @param act throws to refuse; the key stays free
 * @throws {KeyReusedError}
 */
export function once(
  pool: DatabasePool,
  { tenantId, idempotencyKey, fingerprint }: Once,
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
      await transaction.query(
        sql.unsafe`UPDATE webhook_commands SET answer = ${JSON.stringify(answer)} WHERE ${here}`,
      );
      return { answer, replayed: false };
    }),
  );
}
