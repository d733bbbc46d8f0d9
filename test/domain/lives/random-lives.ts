/** Random orders, and steps that become commands which fit the state of their order. */
import fc from 'fast-check';
import type { Command, OrderCommand } from '../../../domain/order/commands.ts';
import {
  authorize,
  cancel,
  command,
  complete,
  edit,
  hold,
  pay,
  refund,
  release,
  reverse,
  voidAuthorization,
} from '../stories.ts';
import { type Model, authorized, count, covered, due, net, overpaid, owed, worthOf } from './order-model.ts';

type PlaceOrder = Command<'PlaceOrder'>['data'];

/** Orders of cents, and orders near the largest amount. */
const SCALES = [1, 1, 1, 1, 37_000_000];
const some = fc.nat({ max: 3_000 });
const often = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

const seed = fc.record({
  isIncluded: fc.boolean(),
  scale: fc.constantFrom(...SCALES),
  isOnTerms: fc.nat({ max: 3 }).map((n) => n === 0),
  lines: fc.array(
    fc.record({
      quantity: fc.integer({ min: 1, max: 7 }),
      price: fc.oneof(some, some, fc.constant(0)),
      discount: often(fc.nat({ max: 101 })),
      taxes: often(fc.array(fc.nat({ max: 25 }), { minLength: 1, maxLength: 2 })),
      isDigital: fc.nat({ max: 4 }).map((n) => n === 0),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  discounts: fc.array(fc.nat({ max: 800 }), { maxLength: 2 }),
  /** Percent of all lines; `undefined`: the lines state their own taxes. */
  orderTaxes: often(fc.array(fc.nat({ max: 25 }), { minLength: 1, maxLength: 2 })),
  charges: fc.array(
    fc.record({
      price: some,
      discount: often(fc.nat({ max: 100 })),
      tax: often(fc.nat({ max: 25 })),
    }),
    { maxLength: 2 },
  ),
  rounding: fc.oneof(fc.constant(0), fc.integer({ min: -5, max: 5 })),
});

const percent = (amount: number, rate: number): number => Math.floor((amount * rate) / 100);
const discounted = (price: number, rate: number | undefined) =>
  rate === undefined ? {} : { discount: percent(price, rate) };
/** Absent instead of 0, as canonical commands have it. */
const unless0 = <Name extends string>(name: Name, value: number) =>
  (value === 0 ? {} : { [name]: value }) as { [Key in Name]?: number };

type Seed = typeof seed extends fc.Arbitrary<infer Value> ? Value : never;

export const orders: fc.Arbitrary<PlaceOrder> = seed.map((each) => orderOf(each));

function orderOf(order: Seed): PlaceOrder {
  const { scale, isIncluded } = order;
  let whole = 0;
  const lines = order.lines.map((line, index) => {
    const price = line.price * scale * line.quantity;
    const { discount = 0 } = discounted(price, line.discount);
    whole += Math.max(0, price - discount);
    const own = order.orderTaxes === undefined ? (line.taxes ?? []) : [];
    const taxes = own.map((rate, n) => ({
      name: `tax ${n}`,
      amount: percent(Math.max(0, price - discount), rate),
    }));
    return {
      name: `line ${index}`,
      quantity: line.quantity,
      unit_price: line.price * scale,
      ...unless0('discount', discount),
      ...(taxes.length > 1 && { taxes }),
      ...(taxes.length === 1 && unless0('tax', taxes[0]!.amount)),
      ...(line.isDigital && { ships: false as const }),
    };
  });
  const discounts = order.discounts.map((amount, n) => ({ name: `discount ${n}`, amount: amount * scale }));
  for (const { amount } of discounts) whole = Math.max(0, whole - amount);
  const charges = order.charges.map(({ price, discount = 0, tax = 0 }) => {
    const gross = price * scale;
    const off = percent(gross, discount);
    const own = order.orderTaxes === undefined ? percent(gross - off, tax) : 0;
    return { kind: 'shipping' as const, price: gross, ...unless0('discount', off), ...unless0('tax', own) };
  });
  return {
    currency: 'EUR',
    shipping_address: null,
    metadata: {},
    lines,
    ...(discounts.length > 0 && { discounts }),
    ...(charges.length > 0 && { charges }),
    ...(order.orderTaxes && {
      taxes: order.orderTaxes.map((rate, n) => ({ name: `tax ${n}`, amount: percent(whole, rate) })),
    }),
    ...unless0('rounding', order.rounding),
    ...(isIncluded && { prices_include_tax: true as const }),
    ...(order.isOnTerms && { payment_terms: 'open' as const }),
  };
}

const KINDS = [
  'pay',
  'pay',
  'pay',
  'accept',
  'authorize',
  'capture',
  'capture',
  'void',
  'reverse',
  'refund',
  'refund',
  'refund pieces',
  'refund pieces',
  'refund pieces',
  'refund charge',
  'adjust',
  'ship',
  'ship',
  'ship',
  'ship all',
  'return',
  'return',
  'cancel pieces',
  'cancel pieces',
  'add line',
  'add charge',
  'exchange',
  'hold',
  'release',
  'cancel',
  'complete',
] as const;

export interface Step {
  kind: (typeof KINDS)[number];
  a: number;
  b: number;
  c: number;
}

const nat = fc.nat({ max: 10_000 });
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ kind: fc.constantFrom(...KINDS), a: nat, b: nat, c: nat }),
  { maxLength: 40, size: 'max' },
);

/** One of the amounts that matter in this state, or a random one; at least 1. */
function amountFor(model: Model, { a, b }: Step, ...first: bigint[]): number {
  const half = (amount: bigint) => amount / 2n;
  const choices = [
    ...first,
    ...first,
    due(model),
    half(due(model)),
    due(model) + 1n,
    net(model),
    half(net(model)),
    overpaid(model),
    owed(model),
    BigInt(b),
    999_999_999_999n,
  ];
  const chosen = choices[a % choices.length]!;
  return Number(chosen < 1n ? 1n : chosen > 999_999_999_999n ? 999_999_999_999n : chosen);
}

const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % Math.max(1, list.length)];

type Pieces = Command<'ShipItems'>['data']['lines'];

/** Some pieces of some lines: mostly as many as `available` says, now and then one more. */
function piecesFor(
  model: Model,
  { a, b, c }: Step,
  available: (line: Model['lines'][number]) => number,
): Pieces {
  const pieces = model.lines.flatMap((line, index) => {
    const most = available(line) + (c % 9 === 0 ? 1 : 0);
    const quantity = ((a >> index) % 3 === 0 ? most : (b >> index) % (most + 1)) % (most + 1);
    return quantity > 0 ? [{ line_id: `line_${index + 1}`, quantity }] : [];
  });
  return pieces.length > 0 ? pieces : [{ line_id: `line_${1 + (a % model.lines.length)}`, quantity: 1 }];
}

/** Pieces that can be refunded, with the amount that they are worth; mostly. */
function refundOfPieces(model: Model, step: Step): OrderCommand {
  const { b, c } = step;
  const lines = piecesFor(
    model,
    step,
    (line) =>
      line.pieces.filter(({ place, isRefunded }) => !isRefunded && (place !== 'open' || !line.ships)).length,
  );
  const found = lines.map(({ line_id, quantity }) => ({
    line: model.lines[Number(line_id.slice('line_'.length)) - 1]!,
    quantity: Math.min(quantity, 7),
  }));
  const adjustment = b % 5 === 0 ? 1 + (b % 50) : 0;
  const worth = worthOf(found) + BigInt(adjustment);
  const most = net(model);
  const amount = c % 3 > 0 && worth > most ? most : worth;
  return refund(Math.max(1, Number(amount) + (c % 17 === 0 ? 1 : 0)), {
    lines,
    ...(adjustment > 0 && { adjustment }),
  });
}

/** What a shop does first, so that lives reach late states. */
function usual(model: Model, kind: Step['kind']): Step['kind'] {
  const isOfGoods = kind.startsWith('ship') || kind.startsWith('return');
  if (model.paid === 0n && (kind.startsWith('refund') || kind === 'adjust')) return 'pay';
  if (isOfGoods && model.holds.size > 0) return 'release';
  if (isOfGoods && !covered(model) && !model.isOnTerms) return 'pay';
  if (kind === 'return' && model.status === 'unfulfilled') return 'ship';
  if (kind === 'void' && model.authorizations.size === 0) return 'authorize';
  if (kind === 'release' && model.holds.size === 0) return 'ship';
  return kind;
}

/** The command of a step in a state. */
export function commandOf(model: Model, step: Step): OrderCommand {
  const { b, c } = step;
  const kind = c % 5 === 0 ? step.kind : usual(model, step.kind);
  const payments = [...model.payments].filter(([, left]) => left > 0n || c % 5 === 0);
  const authorizations = [...model.authorizations].filter(([, left]) => left > 0n || c % 5 === 0);
  const scale = model.total > 1_000_000n ? 37_000_000 : 1;
  const line = (price: number) => ({
    name: 'added',
    quantity: 1 + (b % 3),
    unit_price: price * scale,
    ...(c % 4 === 0 && !model.isIncluded && { tax: 1 + (c % 200) }),
    ...(c % 7 === 0 && { ships: false as const }),
  });
  switch (kind) {
    case 'pay':
      return pay(amountFor(model, step, due(model)));
    case 'accept':
      return pay(amountFor(model, step), { accept_excess: true });
    case 'authorize':
      return authorize(amountFor(model, step, due(model)));
    case 'capture': {
      const [id, left] = pick(authorizations, b) ?? ['aut_0', 0n];
      const most = left < due(model) ? left : due(model);
      return pay(amountFor(model, step, left, most, most / 2n), { authorization_id: id });
    }
    case 'void':
      return voidAuthorization(pick(authorizations, b)?.[0] ?? 'aut_0');
    case 'reverse': {
      const [id, left] = pick(payments, b) ?? ['pay_0', 0n];
      return reverse(id, c % 2 === 0 ? undefined : amountFor(model, step, left, left / 2n, left + 1n));
    }
    case 'refund': {
      const [id, left] = pick(payments, b) ?? ['pay_0', 0n];
      return c % 3 === 0
        ? refund(amountFor(model, step, left, left / 2n, left + 1n), { payment_id: id })
        : refund(amountFor(model, step, overpaid(model), net(model)));
    }
    case 'refund pieces':
      return refundOfPieces(model, step);
    case 'refund charge': {
      const index = model.charges.length === 0 ? 0 : b % model.charges.length;
      const charge = model.charges[index];
      const left = charge ? charge.amount - charge.refunded : 1n;
      const amount = amountFor(model, step, left, left, left / 2n, left + 1n);
      return refund(amount, { charges: [{ charge_id: `charge_${index + 1}`, amount }] });
    }
    case 'adjust': {
      const amount = amountFor(model, step, BigInt(1 + (b % 100)));
      return refund(amount, { adjustment: amount });
    }
    case 'ship':
    case 'ship all':
      return command('ShipItems', {
        lines: piecesFor(model, kind === 'ship' ? step : { ...step, a: 0, c: 1 }, (each) =>
          each.ships ? count(each, 'open') : 0,
        ),
        carrier: null,
        tracking_number: null,
      });
    case 'return':
      return command('ReturnItems', {
        lines: piecesFor(model, step, (each) => (each.ships ? count(each, 'shipped', 'kept') : 0)),
        reason: null,
      });
    case 'cancel pieces':
      return edit({
        cancel: piecesFor(model, step, (each) => count(each, 'open')),
        ...(c % 4 === 0 && { charges: [{ kind: 'fee' as const, price: 1 + (c % 100) }] }),
      });
    case 'add line':
      return edit({ add: [line(b % 300)] });
    case 'add charge':
      return edit({ charges: [{ kind: 'fee', price: (b % 300) * scale }] });
    case 'exchange':
      return edit({ cancel: piecesFor(model, step, (each) => count(each, 'open')), add: [line(b % 300)] });
    case 'hold':
      return hold;
    case 'release':
      return release(pick([...model.holds], b) ?? 'hld_0');
    case 'cancel':
      return authorized(model) > 0n || c % 3 > 0 ? hold : cancel;
    case 'complete':
      return complete;
  }
}
