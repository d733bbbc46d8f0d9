/** Orders in each state, built by commands. */
import type { Command, CommandType, OrderCommand } from '../../domain/order/commands.ts';
import { decide } from '../../domain/order/decide.ts';
import type { OrderEvent, RecordedEvent } from '../../domain/order/events.ts';
import { type OrderState, evolve } from '../../domain/order/order.ts';

export const command = <T extends CommandType>(type: T, data: Command<T>['data']) =>
  ({ type, data }) as OrderCommand;
/** Pieces of line_1, line_2, …; none where the quantity is 0. */
export const pieces = (...quantities: number[]) =>
  quantities.flatMap((quantity, index) => (quantity ? [{ line_id: `line_${index + 1}`, quantity }] : []));

export const address = { name: 'Ada', line1: '3 Harbour Row', city: 'Galway', country: 'IE' };

type Data<T extends CommandType> = Command<T>['data'];
type Placing = Data<'PlaceOrder'>;

/** An order of 1,000: three pieces of 250 and one of 250. */
export const placing: Placing = {
  customer_id: 'cus_1',
  currency: 'EUR',
  lines: [
    { sku: 'A', name: 'a', quantity: 3, unit_price: 250 },
    { sku: 'B', name: 'b', quantity: 1, unit_price: 250 },
  ],
  shipping_address: address,
  metadata: { channel: 'web' },
};
export const place = (change: Partial<Placing> = {}) => command('PlaceOrder', { ...placing, ...change });
export const update = (patch: Data<'UpdateOrder'>) => command('UpdateOrder', patch);
export const authorize = (amount: number, change: Partial<Data<'RecordAuthorization'>> = {}) =>
  command('RecordAuthorization', { amount, method: 'card', reference: null, ...change });
export const voidAuthorization = (authorization_id: string) =>
  command('VoidAuthorization', { authorization_id, reason: null });
export const pay = (amount: number, change: Partial<Data<'RecordPayment'>> = {}) =>
  command('RecordPayment', { amount, method: 'card', reference: null, ...change });
export const capture = (authorization_id: string, amount: number) => pay(amount, { authorization_id });
/** Without an amount: the rest of the payment. */
export const reverse = (payment_id: string, amount?: number) =>
  command('ReversePayment', {
    payment_id,
    ...(amount !== undefined && { amount }),
    reason: null,
    reference: null,
  });
export const refund = (amount: number, parts: Partial<Data<'RecordRefund'>> = {}) =>
  command('RecordRefund', { amount, reason: null, reference: null, ...parts });
export const ship = (...quantities: number[]) =>
  command('ShipItems', { lines: pieces(...quantities), carrier: null, tracking_number: null });
export const takeBack = (...quantities: number[]) =>
  command('ReturnItems', { lines: pieces(...quantities), reason: null });
export const edit = (change: Partial<Data<'EditOrder'>>) => command('EditOrder', { reason: null, ...change });
export const drop = (...quantities: number[]) => edit({ cancel: pieces(...quantities) });
export const hold = command('PlaceHold', { reason: 'address check' });
export const release = (hold_id: string) => command('ReleaseHold', { hold_id, reason: null });
export const cancel = command('CancelOrder', { reason: null });
export const complete = command('CompleteOrder', { note: null });

/** An event as the log has it, at a version of its order. */
export const recordedAt = (event: OrderEvent, version: number): RecordedEvent => ({
  ...event,
  event_id: `evt_${version}`,
  order_id: 'ord_1',
  version,
  recorded_at: new Date(version * 1_000).toISOString(),
  key_id: 'key_1',
  number: null,
  bytes: 0,
});

/** The state after a command that is allowed, `undefined` for one that is not. */
export function next(state: OrderState | null, each: OrderCommand): OrderState | undefined {
  const decision = decide(state, each);
  if ('rejection' in decision) return undefined;
  return evolve(state, recordedAt(decision.event, (state?.order.version ?? 0) + 1));
}

/** Runs commands in sequence, as the store does. @returns the state after the accepted ones */
export function run(commands: readonly OrderCommand[]): {
  state: OrderState | null;
  events: RecordedEvent[];
} {
  let state: OrderState | null = null;
  const events: RecordedEvent[] = [];
  for (const each of commands) {
    const decision = decide(state, each);
    if ('rejection' in decision) continue;
    const event = recordedAt(decision.event, events.length + 1);
    events.push(event);
    state = evolve(state, event);
  }
  return { state, events };
}

/** The state after some commands, each of which must be allowed. */
export function after(...commands: OrderCommand[]): OrderState | null {
  let state: OrderState | null = null;
  for (const each of commands) {
    const decision = decide(state, each);
    if ('rejection' in decision) throw new Error(`${each.type}: ${decision.rejection.detail}`);
    state = evolve(state, recordedAt(decision.event, (state?.order.version ?? 0) + 1));
  }
  return state;
}
