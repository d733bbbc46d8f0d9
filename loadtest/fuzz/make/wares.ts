/** Orders, payments and other records of the fuzzer's shop, in the form of each API version. */
import { anOrderOf } from '../../../test/replay/wares.ts';
import type { Version } from '../case.ts';
import type { Random } from '../chance.ts';

/** An order in the form of v1 and of the log. */
export type Wares = Omit<ReturnType<typeof anOrderOf>, 'shipping_address'> & {
  shipping_address?: ReturnType<typeof anOrderOf>['shipping_address'];
};

/** Up to eight lines; one order in eighty has long metadata. */
export function someWares(random: Random): Wares {
  const { shipping_address, ...wares } = anOrderOf(random, 500);
  // Orders of 100 lines come from the contract's schemas.
  const lines = wares.lines.slice(0, 8).map((line) => Object.assign({}, line));
  const order: Wares = { ...wares, lines, ...(shipping_address && { shipping_address }) };
  if (random.chance(0.0125)) order.metadata = { ...order.metadata, note: 'x'.repeat(500) };
  return order;
}

export const totalOf = ({ lines }: Wares): number =>
  lines.reduce((sum, { quantity, unit_price }) => sum + quantity * unit_price, 0);

/** As the body of `placeOrder`. */
export function orderBody(version: Version, { currency, lines, ...rest }: Wares): object {
  if (version === 'v1') return { ...rest, currency, lines };
  return {
    ...rest,
    lines: lines.map(({ unit_price, ...line }) => ({
      ...line,
      unit_price: { amount: unit_price, currency },
    })),
  };
}

export const RECORD_OPERATIONS = [
  'recordPayment',
  'recordShipment',
  'recordReturn',
  'recordRefund',
  'cancelOrder',
  'completeOrder',
] as const;
export type RecordOperation = (typeof RECORD_OPERATIONS)[number];

/** The body of a record operation; the state of the order may forbid it. */
export function recordBody(
  random: Random,
  version: Version,
  operation: RecordOperation,
  wares: Wares,
): object {
  const total = totalOf(wares);
  const money = (amount: number) =>
    version === 'v1' ? { amount } : { amount: { amount, currency: wares.currency } };
  switch (operation) {
    case 'recordPayment': {
      const amount = Math.max(1, random.chance(0.7) ? total : random.between(1, total + 1));
      return { ...money(amount), ...maybe(random, 'method', 'card'), ...maybe(random, 'reference', 'ch_1') };
    }
    case 'recordRefund': {
      const amount = Math.max(1, random.between(1, Math.max(1, Math.ceil(total / 3))));
      return { ...money(amount), ...maybe(random, 'reason', 'Too salty — “sorry”') };
    }
    case 'recordShipment':
      return {
        lines: pieces(random, wares, 0.6),
        ...maybe(random, 'carrier', 'Kelp Post'),
        ...maybe(random, 'tracking_number', null),
      };
    case 'recordReturn':
      return { lines: pieces(random, wares, 0.1), ...maybe(random, 'reason', 'smashed 🌊') };
    case 'cancelOrder':
      return maybe(random, 'reason', 'changed my mind');
    case 'completeOrder':
      return maybe(random, 'note', 'return period over');
  }
}

const maybe = (random: Random, name: string, value: string | null) =>
  random.chance(0.5) ? { [name]: value } : {};

/** @param whole share of bodies with all pieces of all lines */
function pieces(random: Random, { lines }: Wares, whole: number): object[] {
  const all = lines.map(({ quantity }, n) => ({ line_id: `line_${n + 1}`, quantity }));
  if (random.chance(whole)) return all;
  const { line_id, quantity } = random.pick(all);
  return [{ line_id, quantity: random.between(1, quantity) }];
}

/** A merge patch that is valid for any order. */
export function patchBody(random: Random): object {
  return random.chance(0.8)
    ? { metadata: { channel: random.pick(['web', 'till', null]), gift: random.pick(['yes', null]) } }
    : {
        shipping_address: {
          name: 'Ada Byrne',
          line1: '3 Harbour Row',
          city: 'Galway',
          country: random.pick(['IE', 'DE']),
        },
      };
}
