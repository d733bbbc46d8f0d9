/**
 * DBOS: a workflow whose id is the key, with one step, which inserts the order. A step runs at
 * least once, so the insert is repeatable.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { Pool } from 'pg';
import { type NewOrder, type PlacedOrder, placed, serveOrders } from '../servers/serve-orders.ts';

const databaseUrl = process.env['DATABASE_URL']!;
const pool = new Pool({ connectionString: databaseUrl });
await pool.query(`
  CREATE TABLE orders (
    order_id    text        PRIMARY KEY,
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

const placeOrder = DBOS.registerWorkflow(
  async (order: NewOrder): Promise<PlacedOrder> => {
    const document = placed(`ord_${DBOS.workflowID}`, order);
    await DBOS.runStep(() => insert(document), { name: 'insert' });
    return document;
  },
  { name: 'placeOrder' },
);

DBOS.setConfig({ name: 'peer', systemDatabaseUrl: databaseUrl, logLevel: 'error' });
await DBOS.launch();

serveOrders(async (key, order) => {
  const handle = await DBOS.startWorkflow(placeOrder, { workflowID: key })(order);
  return handle.getResult();
});
