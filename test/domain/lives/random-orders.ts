/** Random orders: prices with and without tax, discounts, charges, rounding. */
import fc from 'fast-check';
import type { Command } from '../../../domain/order/commands.ts';

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
