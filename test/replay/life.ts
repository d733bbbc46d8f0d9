/** The life of one order, command by command; the rules must allow each command. */
import {
  COMMAND_SCHEMAS,
  type Command,
  type CommandType,
  type OrderCommand,
} from '../../domain/order/commands.ts';
import { decide } from '../../domain/order/decide.ts';
import type { RecordedEvent } from '../../domain/order/events.ts';
import { type OrderState, evolve } from '../../domain/order/order.ts';
import type { Random } from './random.ts';
import { anAddress, anOrderOf } from './wares.ts';

export interface Happened {
  /** Milliseconds since 1970. */
  at: number;
  command: OrderCommand;
  event: RecordedEvent;
}

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const CARRIERS = ['An Post', 'DHL', null];
const REASONS = ['Too salty', 'Arrived late — “sorry”', 'Ordered twice', null];

export interface LifeOptions {
  random: Random;
  orderId: string;
  placedAt: number;
  customers: number;
}

export function liveLife({ random, orderId, placedAt, customers }: LifeOptions): Happened[] {
  const happened: Happened[] = [];
  let state: OrderState | null = null;
  let at = placedAt;

  /** Parses commands by their schema, like those of a client. */
  function run<T extends CommandType>(type: T, data: Command<T>['data'], later: number): void {
    at += 100 * (1 + Math.floor((random.next() * later) / 100));
    const command = { type, data: COMMAND_SCHEMAS[type].parse(data) } as OrderCommand;
    const decision = decide(state, command);
    if ('rejection' in decision) throw new Error(`${type} was refused: ${decision.rejection.detail}`);
    const event: RecordedEvent = {
      ...decision.event,
      event_id: '',
      order_id: orderId,
      version: happened.length + 1,
      recorded_at: new Date(at).toISOString(),
      key_id: null,
      number: null,
      bytes: 0,
    };
    state = evolve(state, event);
    happened.push({ at, command, event });
  }
  const order = () => state!.order;
  const reference = (what: string) => `${what}-${orderId.slice(-5)}`;
  const pay = (amount: number) =>
    run(
      'RecordPayment',
      { amount, method: random.pick(['card', 'transfer', null]), reference: null },
      2 * DAY,
    );
  const refund = (amount: number) =>
    run('RecordRefund', { amount, reason: random.pick(REASONS), reference: reference('rf') }, 3 * DAY);
  const cancel = () => run('CancelOrder', { reason: random.pick(REASONS) }, 4 * DAY);
  const left = () =>
    order()
      .lines.map(({ id, quantity }) => ({
        line_id: id,
        quantity: quantity - (state!.facts.shipped[id] ?? 0),
      }))
      .filter(({ quantity }) => quantity > 0);

  run('PlaceOrder', anOrderOf(random, customers), 1);
  if (random.chance(0.05)) run('UpdateOrder', { shipping_address: anAddress(random) }, 30 * MINUTE);
  if (random.chance(0.05)) run('UpdateOrder', { metadata: { gift: 'yes', channel: null } }, 30 * MINUTE);
  if (random.chance(0.01)) run('UpdateOrder', { shipping_address: null }, 30 * MINUTE);
  if (random.chance(0.06)) {
    if (random.chance(0.7)) cancel();
    return happened;
  }
  settle();
  if (random.chance(0.05)) {
    cancel();
    const kept = order().amount_paid - order().amount_refunded;
    if (kept > 0) refund(kept);
    return happened;
  }
  if (random.chance(0.08)) return happened;
  shipAll();
  if (random.chance(0.08)) takeSomeBack();
  if (random.chance(0.03)) run('UpdateOrder', { metadata: { note: 'asked about it' } }, 5 * DAY);
  if (left().length === 0 && random.chance(0.45)) run('CompleteOrder', { note: null }, 14 * DAY);
  if (order().amount_paid > order().amount_refunded && random.chance(0.02)) refund(1);
  return happened;

  function settle(): void {
    const due = order().total;
    const first = due > 1 && random.chance(0.08) ? random.between(1, due - 1) : due;
    if (first > 0) pay(first);
    if (due > first && random.chance(0.95)) pay(due - first);
    else if (due > first) refund(first);
  }

  function shipAll(): void {
    if (order().amount_paid < order().total) return;
    const ship = (lines: { line_id: string; quantity: number }[]) =>
      run(
        'ShipItems',
        {
          lines,
          carrier: random.pick(CARRIERS),
          tracking_number: random.chance(0.5) ? reference('TR') : null,
        },
        2 * DAY,
      );
    while (random.chance(0.15)) {
      const lines = left();
      const line = random.pick(lines);
      if (lines.length === 1 && line.quantity === 1) break;
      ship([
        { line_id: line.line_id, quantity: line.quantity === 1 ? 1 : random.between(1, line.quantity - 1) },
      ]);
    }
    if (left().length > 0 && random.chance(0.97)) ship(left());
  }

  function takeSomeBack(): void {
    const { shipped } = state!.facts;
    const [line_id, out] = random.pick(
      Object.entries(shipped).length > 0 ? Object.entries(shipped) : [['', 0]],
    );
    if (line_id === '' || typeof out !== 'number' || typeof line_id !== 'string') return;
    const quantity = random.between(1, out);
    run('ReturnItems', { lines: [{ line_id, quantity }], reason: random.pick(REASONS) }, 10 * DAY);
    const worth = quantity * (order().lines.find(({ id }) => id === line_id)?.unit_price ?? 0);
    if (worth > 0 && worth <= order().amount_paid - order().amount_refunded) refund(worth);
  }
}
