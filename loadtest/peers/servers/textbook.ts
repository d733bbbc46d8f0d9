/**
 * The textbook: a transaction inserts the key, the order, and the answer for repeats. A repeat
 * waits at the unique key for the first request, and then reads its answer.
 */
import { createHash, randomUUID } from 'node:crypto';
import { Pool, type PoolClient } from 'pg';
import { KeyReused, type NewOrder, placed, serveOrders } from './serve-orders.ts';

const pool = new Pool({ connectionString: process.env['DATABASE_URL'] });
await pool.query(`
  CREATE TABLE orders (
    order_id    uuid        PRIMARY KEY,
    customer_id text        NOT NULL,
    total       bigint      NOT NULL,
    document    jsonb       NOT NULL,
    placed_at   timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE idempotency_keys (
    key         text        PRIMARY KEY,
    fingerprint bytea       NOT NULL,
    answer      text,
    created_at  timestamptz NOT NULL DEFAULT now()
  )`);

async function answerOnce(client: PoolClient, key: string, order: NewOrder): Promise<string> {
  const fingerprint = createHash('sha256').update(JSON.stringify(order)).digest();
  const { rowCount } = await client.query(
    'INSERT INTO idempotency_keys (key, fingerprint) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [key, fingerprint],
  );
  if (rowCount === 0) {
    const { rows } = await client.query<{ fingerprint: Buffer; answer: string }>(
      'SELECT fingerprint, answer FROM idempotency_keys WHERE key = $1',
      [key],
    );
    if (!rows[0]!.fingerprint.equals(fingerprint)) throw new KeyReused();
    return rows[0]!.answer;
  }
  const document = placed(randomUUID(), order);
  const answer = JSON.stringify(document);
  await client.query('INSERT INTO orders (order_id, customer_id, total, document) VALUES ($1, $2, $3, $4)', [
    document.id,
    document.customer_id,
    document.total,
    answer,
  ]);
  await client.query('UPDATE idempotency_keys SET answer = $2 WHERE key = $1', [key, answer]);
  return answer;
}

serveOrders(async (key, order) => {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const answer = await answerOnce(client, key, order);
    await client.query('COMMIT');
    return answer;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
});
