/** Random lives of whole orders, decided and folded by the domain. */
import { COMMAND_SCHEMAS, type CommandType, type OrderCommand } from '../../domain/order/commands.ts';
import { decide } from '../../domain/order/decide.ts';
import type { RecordedEvent } from '../../domain/order/events.ts';
import { type OrderState, evolve } from '../../domain/order/order.ts';
import type { Random } from '../replay/random.ts';

export interface Lived {
  command: OrderCommand;
  event: RecordedEvent;
  state: OrderState;
}

const ID_DIGITS = 32;
const idOf = (prefix: string, n: number) => `${prefix}_${n.toString(16).padStart(ID_DIGITS, '0')}`;

/**
 * Adds a command that the order accepts.
 *
 * @param n of the order
 * @param number that a placed order gets
 */
export function live(lived: Lived[], command: OrderCommand, n: number, number: string | null): void {
  const last = lived.at(-1)?.state ?? null;
  const decision = decide(last, command);
  if ('rejection' in decision) return;
  const version = lived.length + 1;
  const event: RecordedEvent = {
    ...decision.event,
    event_id: idOf('evt', n * 1_000 + version),
    order_id: idOf('ord', n),
    version,
    recorded_at: new Date(Date.UTC(2026, 10, 1) + version * 60_000).toISOString(),
    key_id: null,
    number: version === 1 ? number : null,
    bytes: 0,
  };
  lived.push({ command, event, state: evolve(last, event) });
}

/** The accepted commands of one order, each with its event and the state after it. */
export function liveWholeLife(random: Random, n: number, attempts: number): Lived[] {
  const lived: Lived[] = [];
  const maybe = (share: number, members: object) => (random.chance(share) ? members : {});
  const some = (high: number) => random.between(1, high);
  const text = (words: string[]) => random.pick(words);

  function run(type: CommandType, body: object): void {
    const command = { type, data: COMMAND_SCHEMAS[type].parse(body) } as OrderCommand;
    live(lived, command, n, random.chance(0.3) ? `W-${1_000 + n}` : null);
  }

  const isTaxIncluded = random.chance(0.5);
  function aLine(): object {
    const quantity = some(7);
    const unit_price = random.pick([0, 1, 33, 100, 999]);
    const most = quantity * unit_price;
    const discount = random.chance(0.3) ? random.between(0, most) : 0;
    const tax = random.chance(0.4) ? random.between(0, most - discount) : 0;
    return {
      name: text(['Kelp', 'Rope']),
      quantity,
      unit_price,
      ...maybe(0.8, { sku: text(['K-1', 'R-9']) }),
      ...(discount > 0 && { discount }),
      ...(tax > 0 && (random.chance(0.5) ? { tax } : { taxes: [{ name: 'VAT', rate: 0.19, amount: tax }] })),
      ...maybe(0.2, { ships: random.chance(0.3) }),
      ...maybe(0.2, { reference: 'item', metadata: { shelf: 'B4' } }),
    };
  }
  const aCharge = () => ({
    kind: text(['shipping', 'fee', 'tip']),
    price: 500,
    ...maybe(0.3, { name: 'Parcel', discount: random.between(0, 300) }),
    ...maybe(0.3, { tax: random.between(0, 100) }),
  });
  const lines = Array.from({ length: some(4) }, aLine) as { tax?: number }[];
  const place = () =>
    run('PlaceOrder', {
      currency: 'EUR',
      lines,
      prices_include_tax: isTaxIncluded,
      ...maybe(0.6, { customer_id: 'ada' }),
      ...maybe(0.5, { charges: Array.from({ length: some(2) }, aCharge) }),
      ...maybe(0.4, {
        discounts: [
          { name: 'Voucher', code: 'TEN', amount: random.between(0, 60) },
          { name: 'B', amount: 7 },
        ],
      }),
      ...maybe(0.3, {
        taxes: [
          { name: 'A', amount: random.between(0, 50) },
          { name: 'B', rate: 7, amount: 3 },
        ],
      }),
      ...maybe(0.3, { rounding: random.between(-3, 3) }),
      ...maybe(0.2, { payment_terms: 'open' }),
      ...maybe(0.3, { email: 'a@b', note: 'a\nb', tags: ['x'], reference: `r-${n}`, phone: '1' }),
      ...maybe(0.3, { ordered_at: '2026-03-14T09:26:53+01:00' }),
    });
  // Some random orders do not add up: then another one.
  for (let tries = 0; tries < 20 && lived.length === 0; tries += 1) place();

  const state = () => lived.at(-1)!.state;
  const pieces = () => {
    const line = random.pick(state().order.lines);
    return [{ line_id: line.id, quantity: some(line.quantity) }];
  };
  const recorded = (type: string, prefix: string): string => {
    const ids = lived.filter(({ event }) => event.type === type).map(({ event }) => event.event_id);
    return `${prefix}_${(ids.length > 0 ? random.pick(ids) : idOf('evt', 0)).slice('evt_'.length)}`;
  };
  const worth = (lines: { line_id: string; quantity: number }[]): number => {
    // Asks the decider for the sum of the parts.
    const command = {
      type: 'RecordRefund',
      data: COMMAND_SCHEMAS.RecordRefund.parse({ amount: 1, lines }),
    } as const;
    const decision = decide(state(), command);
    const detail = 'rejection' in decision ? (decision.rejection.errors?.[0]?.detail ?? '') : '';
    return Number(/must be (\d+), the sum/.exec(detail)?.[1] ?? 1);
  };
  const acts: (() => void)[] = [
    () =>
      run('RecordAuthorization', { amount: some(4_000), ...maybe(0.5, { provider: 'p', reference: 'a' }) }),
    () => run('VoidAuthorization', { authorization_id: recorded('AuthorizationRecorded', 'aut') }),
    () => run('RecordPayment', { amount: some(2_000), ...maybe(0.3, { accept_excess: true }) }),
    () =>
      run('RecordPayment', { amount: Math.max(1, state().order.total), accept_excess: random.chance(0.3) }),
    () =>
      run('RecordPayment', { amount: some(900), authorization_id: recorded('AuthorizationRecorded', 'aut') }),
    () =>
      run('ReversePayment', {
        payment_id: recorded('PaymentRecorded', 'pay'),
        ...maybe(0.5, { amount: some(500) }),
      }),
    () => run('ShipItems', { lines: pieces() }),
    () => run('ShipItems', { lines: pieces(), occurred_at: '2026-11-02T00:00:00Z' }),
    () => run('ReturnItems', { lines: pieces() }),
    () => run('RecordRefund', { amount: some(700) }),
    () => run('RecordRefund', { amount: some(90), payment_id: recorded('PaymentRecorded', 'pay') }),
    () => {
      const lines = pieces();
      run('RecordRefund', { amount: Math.max(1, worth(lines)), lines });
    },
    () => run('RecordRefund', { amount: 40, charges: [{ charge_id: 'charge_1', amount: 40 }] }),
    () => run('RecordRefund', { amount: 25, adjustment: 25 }),
    () => run('EditOrder', { cancel: pieces() }),
    () => run('EditOrder', { cancel: pieces(), charges: [aCharge()] }),
    () => run('EditOrder', { add: [aLine()], ...maybe(0.3, { cancel: pieces() }) }),
    () => run('PlaceHold', { reason: 'fraud' }),
    () => run('ReleaseHold', { hold_id: recorded('HoldPlaced', 'hld') }),
    () => run('UpdateOrder', { note: random.pick([null, 'x']), tags: random.pick([[], null, ['y']]) }),
    () =>
      run('UpdateOrder', {
        billing_address: { name: 'A', line1: 'B', city: 'C', country: 'IE', company: 'D' },
      }),
    () => random.chance(0.1) && run('CancelOrder', {}),
    () => random.chance(0.3) && run('CompleteOrder', {}),
  ];
  if (lived.length > 0) for (let turn = 0; turn < attempts; turn += 1) random.pick(acts)();
  return lived;
}
