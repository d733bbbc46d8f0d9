/** An exported log with every kind of event is imported whole. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { exportLog } from '../../store/archive/export-log.ts';
import { importLog } from '../../store/archive/import-log.ts';
import { EVENT_TYPES } from '../../domain/order/events.ts';
import { cloneDatabase } from '../setup/database.ts';
import { openTestPool } from '../setup/pool.ts';
import { type Shop, openShop } from '../setup/shop.ts';
import { each } from './log-lines.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const line = { name: 'Kelp', quantity: 2, unit_price: eur(500), tax: eur(190) };

async function record(at: string, noun: string, body: object): Promise<string> {
  const { status, json } = await shop.ask(`${at}/${noun}`, { body });
  expect([noun, status, json.errors]).toEqual([noun, 201, undefined]);
  return json.id as string;
}

/** Two orders that together have an event of each type. */
async function liveLives(): Promise<void> {
  const order = {
    reference: 'one',
    series: 'W-',
    lines: [line],
    charges: [{ kind: 'shipping', price: eur(300) }],
  };
  const { json } = await shop.ask('/v2/orders', { body: order });
  const at = `/v2/orders/${json.id}`;
  const headers = { 'If-Match': '*', 'Content-Type': 'application/merge-patch+json' };
  await shop.ask(at, { method: 'PATCH', headers, body: { email: 'ada@example.com' } });
  const authorization_id = await record(at, 'authorizations', { amount: eur(2_000) });
  const hold = await record(at, 'holds', { reason: 'fraud check' });
  await record(at, `holds/${hold}/release`, {});
  await record(at, 'shipments', { lines: [{ line_id: 'line_1', quantity: 1 }] });
  const payment = await record(at, 'payments', {
    amount: eur(1_000),
    authorization_id,
    provider: 'psp',
    reference: 'ch_1',
  });
  await record(at, `authorizations/${authorization_id}/void`, {});
  await record(at, `payments/${payment}/reversal`, { amount: eur(100) });
  await record(at, 'edits', {
    cancel: [{ line_id: 'line_1', quantity: 1 }],
    add: [{ ...line, unit_price: eur(0) }],
  });
  await record(at, 'payments', { amount: eur(185) });
  await record(at, 'shipments', { lines: [{ line_id: 'line_2', quantity: 2 }] });
  await record(at, 'returns', { lines: [{ line_id: 'line_1', quantity: 1 }] });
  await record(at, 'refunds', {
    amount: eur(100),
    charges: [{ charge_id: 'charge_1', amount: eur(100) }],
    payment_id: payment,
  });
  await record(at, 'completion', {});
  const other = await shop.ask('/v2/orders', { body: { lines: [line] } });
  await record(`/v2/orders/${other.json.id}`, 'cancellation', {});
}

test('an exported log with every kind of event is imported, byte for byte', async () => {
  await liveLives();
  const texts: string[] = [];
  for await (const text of exportLog(shop.pool, { from: 1, to: Number.MAX_SAFE_INTEGER })) texts.push(text);
  for (const type of EVENT_TYPES.filter((each) => each !== 'CustomerErased'))
    // An erasure needs sealed data: test/personal/ moves one.
    expect(texts.join('\n')).toContain(`"type":"${type}"`);
  const database = await cloneDatabase();
  const pool = await openTestPool(database);
  try {
    await importLog(pool, each(texts));
    const again: string[] = [];
    for await (const text of exportLog(pool, { from: 1, to: Number.MAX_SAFE_INTEGER })) again.push(text);
    expect(again).toEqual(texts);
  } finally {
    await pool.end();
    await database.drop();
  }
});
