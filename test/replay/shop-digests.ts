/** A few digests of the result of a log. A different digest means a different answer to clients. */
import { type Hash, createHash } from 'node:crypto';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { eventDocument } from '../../api/nouns/event-document.ts';
import { EDITIONS } from '../../api/editions.ts';
import { type OrderState, evolve } from '../../domain/order/order.ts';
import { readFeed } from '../../store/log/feed.ts';
import type { Tenancy } from '../../store/tenancy.ts';

export interface ShopDigests {
  events: number;
  orders: number;
  byType: Record<string, number>;
  byStatus: Record<string, number>;
  /** SHA-256 by subject. */
  digests: Record<string, string>;
}

const PAGE = 1_000;
const orderRow = z.object({
  partition: z.int(),
  tenant_id: z.uuid(),
  placed_position: z.int(),
  order_id: z.uuid(),
  customer_id: z.string(),
  status: z.string(),
  placed_at: z.string(),
  version: z.int(),
  document: z.string(),
  facts: z.string(),
});

/** Digests of the read table, and of each tenant's feed and folded orders in each API version. */
export async function digestShop(pool: DatabasePool, tenants: readonly Tenancy[]): Promise<ShopDigests> {
  const hashes = new Map<string, Hash>();
  const note = (what: string, text: string) => {
    const hash = hashes.get(what) ?? createHash('sha256');
    hashes.set(what, hash.update(text).update('\n'));
  };
  const shop: ShopDigests = { events: 0, orders: 0, byType: {}, byStatus: {}, digests: {} };
  const count = (of: Record<string, number>, what: string) => {
    of[what] = (of[what] ?? 0) + 1;
  };

  for (const [index, tenancy] of tenants.entries()) {
    const states = new Map<string, OrderState>();
    for (let after = 0, more = true; more;) {
      const page = await readFeed(pool, { ...tenancy, after, limit: PAGE });
      for (const event of page.events) {
        shop.events += 1;
        count(shop.byType, event.type);
        states.set(event.order_id, evolve(states.get(event.order_id) ?? null, event));
        for (const edition of EDITIONS) {
          note(`feed of tenant ${index + 1}, ${edition.name}`, JSON.stringify(eventDocument(edition, event)));
        }
      }
      after = page.next;
      ({ more } = page);
    }
    for (const state of states.values()) {
      shop.orders += 1;
      count(shop.byStatus, state.order.status);
      for (const edition of EDITIONS) {
        note(`orders of tenant ${index + 1}, ${edition.name}`, JSON.stringify(edition.order(state)));
      }
    }
  }
  const rows = await pool.any(sql.type(orderRow)`
    SELECT partition, tenant_id, placed_position, order_id, customer_id, status, placed_at, version, document, facts
      FROM orders ORDER BY partition, placed_position`);
  for (const row of rows) {
    note(
      'read table orders',
      JSON.stringify(Object.keys(orderRow.shape).map((name) => row[name as keyof typeof row])),
    );
  }
  for (const [what, hash] of hashes) shop.digests[what] = hash.digest('hex');
  return shop;
}
