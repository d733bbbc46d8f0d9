/**
 * Restate: a service behind Restate's ingress, which knows the header `Idempotency-Key`. One
 * recorded step inserts the order. A step runs at least once, so the insert is repeatable.
 */
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import * as restate from '@restatedev/restate-sdk';
import { Pool } from 'pg';
import { type PlacedOrder, parseOrder, placed } from '../servers/serve-orders.ts';

const pool = new Pool({ connectionString: process.env['DATABASE_URL'] });
await pool.query(`
  CREATE TABLE orders (
    order_id    uuid        PRIMARY KEY,
    customer_id text        NOT NULL,
    total       bigint      NOT NULL,
    document    jsonb       NOT NULL,
    placed_at   timestamptz NOT NULL DEFAULT now()
  )`);

async function insert(document: PlacedOrder): Promise<void> {
  await pool.query(
    'INSERT INTO orders (order_id, customer_id, total, document) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [document.id, document.customer_id, document.total, JSON.stringify(document)],
  );
}

const orders = restate.service({
  name: 'orders',
  handlers: {
    place: async (ctx: restate.Context, body: unknown): Promise<PlacedOrder> => {
      const document = placed(ctx.rand.uuidv4(), parseOrder(body));
      await ctx.run('insert', () => insert(document));
      return document;
    },
  },
});

const server = createServer(restate.createEndpointHandler({ services: [orders], logger: () => {} }));
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`);
});
