import { type Facts, NO_FACTS, type Order, type OrderState } from '../../domain/order/order.ts';

/**
 * The states of a page of the read table.
 *
 * @param rows JSON texts of `order` and `facts`, separated by commas
 */
export function parseStates(rows: string): OrderState[] {
  const stored = JSON.parse(`[${rows}]`) as { order: Order; facts: Partial<Facts> }[];
  return stored.map(({ order, facts }) => ({
    order,
    facts: { ...NO_FACTS, ...facts },
    payments: {},
    bytes: 0,
  }));
}
