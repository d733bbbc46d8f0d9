/** Orders in each state, built by commands. */
import type { Command, CommandType, OrderCommand } from '../../domain/order/commands.ts';
import { decide } from '../../domain/order/decide.ts';
import type { RecordedEvent } from '../../domain/order/events.ts';
import { type OrderState, evolve } from '../../domain/order/order.ts';

const command = <T extends CommandType>(type: T, data: Command<T>['data']) =>
  ({ type, data }) as OrderCommand;
const pieces = (...quantities: number[]) =>
  quantities.flatMap((quantity, index) => (quantity ? [{ line_id: `line_${index + 1}`, quantity }] : []));

export const address = { name: 'Ada', line1: '3 Harbour Row', city: 'Galway', country: 'IE' };

/** An order of 1,000: three pieces of 250 and one of 250. */
export const placing: Command<'PlaceOrder'>['data'] = {
  customer_id: 'cus_1',
  currency: 'EUR',
  lines: [
    { sku: 'A', name: 'a', quantity: 3, unit_price: 250 },
    { sku: 'B', name: 'b', quantity: 1, unit_price: 250 },
  ],
  shipping_address: address,
  metadata: { channel: 'web' },
};
export const place = (change: Partial<typeof placing> = {}) =>
  command('PlaceOrder', { ...placing, ...change });
export const pay = (amount: number) => command('RecordPayment', { amount, method: 'card', reference: null });
export const ship = (...quantities: number[]) =>
  command('ShipItems', { lines: pieces(...quantities), carrier: null, tracking_number: null });
export const takeBack = (...quantities: number[]) =>
  command('ReturnItems', { lines: pieces(...quantities), reason: null });
export const refund = (amount: number) => command('RecordRefund', { amount, reason: null, reference: null });
export const update = (patch: Command<'UpdateOrder'>['data']) => command('UpdateOrder', patch);
export const cancel = command('CancelOrder', { reason: null });
export const complete = command('CompleteOrder', { note: null });

/** Runs commands in sequence, as the store does. @returns the state after the accepted ones */
export function run(commands: OrderCommand[]): { state: OrderState | null; events: RecordedEvent[] } {
  let state: OrderState | null = null;
  const events: RecordedEvent[] = [];
  for (const each of commands) {
    const decision = decide(state, each);
    if ('rejection' in decision) continue;
    const version = events.length + 1;
    const event = {
      ...decision.event,
      event_id: `evt_${version}`,
      order_id: 'ord_1',
      version,
      recorded_at: new Date(version * 1_000).toISOString(),
      key_id: 'key_1',
      number: null,
    };
    events.push(event);
    state = evolve(state, event);
  }
  return { state, events };
}

/** The state after some commands, each of which must be allowed. */
export function after(...commands: OrderCommand[]): OrderState | null {
  const { state, events } = run(commands);
  if (events.length !== commands.length) throw new Error('one of the commands was refused');
  return state;
}
