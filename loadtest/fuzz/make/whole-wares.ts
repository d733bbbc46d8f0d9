/** The members that shops need besides customer, lines and address. */
import { anAddress } from '../../../test/replay/wares.ts';
import type { Random } from '../chance.ts';
import { totalOf } from './total.ts';
import type { Wares } from './wares.ts';

/** Series of the fuzzer's shop: few, so that many requests want the next number of each. */
const SERIES = ['W-', 'FZ/', '2026.'];
/** References that several orders state, so that all but one are refused. */
const SHARED_REFERENCES_COUNT = 200;
const NAMES_COUNT = 1_000_000_000;

/** A name that hardly another request has. */
export const ownName = (random: Random, what: string): string =>
  `${what}-${random.between(0, NAMES_COUNT)}-${random.between(0, NAMES_COUNT)}`;

/** An order that adds up, with some of all members. */
export function withWholeMembers(random: Random, plain: Wares): Wares {
  const maybe = <Members extends object>(share: number, members: () => Members): Partial<Members> =>
    random.chance(share) ? members() : {};
  const isTaxIncluded = random.chance(0.5);
  const hasLineTaxes = random.chance(0.4);
  const rooms: number[] = [];
  const lines = plain.lines.map((line) => {
    const price = line.quantity * line.unit_price;
    const discount = random.chance(0.4) ? random.between(0, price) : 0;
    const tax = hasLineTaxes ? random.between(0, Math.floor((price - discount) / 5)) : 0;
    const { sku, ...rest } = line;
    rooms.push(price - discount - tax);
    return {
      ...rest,
      ...(random.chance(0.85) && { sku }),
      ...(discount > 0 && { discount }),
      ...(tax > 0 &&
        (random.chance(0.5) ? { tax } : { tax, taxes: [{ name: 'VAT', rate: 19, amount: tax }] })),
      ...maybe(0.1, () => ({ ships: false as const })),
      ...maybe(0.2, () => ({ reference: 'item “1”', metadata: { shelf: 'B4' } })),
    };
  });
  // Line taxes make the taxes of the order their summary.
  const room = rooms.reduce((all, one) => all + one, 0);
  const [first, second] = [random.between(0, room), random.between(0, 5)];
  const hasDiscounts = !hasLineTaxes && random.chance(0.4) && first + second <= room;
  const left = hasDiscounts ? room - first - second : room;
  const hasTaxes = !hasLineTaxes && random.chance(0.5);
  const { customer_id, ...order } = plain;
  const whole: Wares = {
    ...order,
    lines,
    ...(random.chance(0.7) && { customer_id }),
    ...(isTaxIncluded && { prices_include_tax: true as const }),
    ...(hasDiscounts && {
      discounts: [
        { name: 'Voucher', code: 'TEN', amount: first },
        { code: 'LOYAL', amount: second },
      ],
    }),
    ...(hasTaxes && {
      taxes: [
        { name: 'State', rate: 0.07, amount: random.between(0, Math.floor(left / 3)) },
        { name: 'County', amount: random.between(0, Math.floor(left / 3)) },
      ],
    }),
    ...maybe(0.6, () => ({
      charges: [
        { kind: 'shipping' as const, name: 'Parcel', price: 500, discount: random.between(1, 400) },
        {
          kind: random.pick(['tip', 'fee', 'gift_wrap', 'handling'] as const),
          price: random.between(0, 900),
        },
      ],
    })),
    ...maybe(0.3, () => ({ rounding: random.between(1, 4) })),
    ...maybe(0.3, () => ({ payment_terms: 'open' as const })),
    ...maybe(0.5, () => ({
      reference: random.chance(0.1)
        ? `shared-${random.between(1, SHARED_REFERENCES_COUNT)}`
        : ownName(random, 'order'),
    })),
    ...(random.chance(0.3)
      ? { series: random.pick(SERIES) }
      : maybe(0.1, () => ({ number: ownName(random, 'old') }))),
    ...maybe(0.4, () => ({ email: 'ada+tag@example.com', phone: '+353 91 1' })),
    ...maybe(0.3, () => ({
      billing_address: random.pick<object>([
        { ...anAddress(random), company: 'Kelp & Söhne', line3: 'c/o' },
        { country: 'IE', postal_code: 'H91' },
      ]),
    })),
    ...maybe(0.3, () => ({ note: 'two\nlines\r\n\tand “more” 🌊', tags: ['b2b', 'fragile'] })),
    ...maybe(0.3, () => ({ ordered_at: new Date(Date.UTC(2026, 0, random.between(1, 90))).toISOString() })),
  };
  return random.chance(0.3) ? { ...whole, stated: { total: totalOf(whole) } } : whole;
}

/** The order with one amount or word that is refused; `undefined` if it has nothing to spoil. */
export function misstated(random: Random, whole: Wares): { what: string; wares: Wares } {
  const [line] = whole.lines;
  const price = line!.quantity * line!.unit_price;
  const withLine = (change: object): Wares => ({
    ...whole,
    lines: whole.lines.with(0, { ...line!, ...change }),
  });
  const { stated: _stated, ...rest } = whole;
  return random.pick([
    { what: 'a stated total of one unit more', wares: { ...rest, stated: { total: totalOf(whole) + 1 } } },
    { what: 'a discount above its line', wares: withLine({ discount: price + 1 }) },
    {
      what: 'discounts above all lines',
      wares: { ...whole, discounts: [{ name: 'All', amount: 999_999_999_999 }] },
    },
    {
      what: 'taxes that do not sum to those of the lines',
      wares: {
        ...withLine({ tax: 1, taxes: [{ name: 'VAT', amount: 2 }] }),
        prices_include_tax: true as const,
      },
    },
    {
      what: 'a discount above its charge',
      wares: { ...whole, charges: [{ kind: 'tip' as const, price: 5, discount: 6 }] },
    },
    { what: 'series and number', wares: { ...whole, series: 'W-', number: ownName(random, 'old') } },
    { what: 'a time in the future', wares: { ...whole, ordered_at: '2099-01-01T00:00:00Z' } },
    {
      what: 'a country that does not exist',
      wares: { ...whole, billing_address: { ...anAddress(random), country: 'ZZ' } },
    },
    { what: 'a series that ends with a digit', wares: { ...rest, series: 'W1', number: undefined } },
  ]);
}
