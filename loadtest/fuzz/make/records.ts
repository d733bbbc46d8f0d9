/** Payments, shipments and other records of the fuzzer's shop, in the form of each API version. */
import type { Version } from '../case.ts';
import type { Random } from '../chance.ts';
import { type Address, idToken } from '../tokens.ts';
import { totalOf } from './total.ts';
import { type Wares, withMoney } from './wares.ts';
import { ownName } from './whole-wares.ts';

const FIRST_OPERATIONS = [
  'recordPayment',
  'recordShipment',
  'recordReturn',
  'recordRefund',
  'cancelOrder',
  'completeOrder',
] as const;
const LATER_OPERATIONS = [
  'recordAuthorization',
  'voidAuthorization',
  'reversePayment',
  'editOrder',
  'placeHold',
  'releaseHold',
] as const;
export const RECORD_OPERATIONS = [...FIRST_OPERATIONS, ...LATER_OPERATIONS] as const;
export type RecordOperation = (typeof RECORD_OPERATIONS)[number];

/** Whether only v2 has an operation. */
export const isLater = (operation: RecordOperation): boolean =>
  (LATER_OPERATIONS as readonly string[]).includes(operation);

/** The prefix of the record that an operation is about. */
export const ABOUT: Partial<Record<RecordOperation, string>> = {
  voidAuthorization: 'aut',
  reversePayment: 'pay',
  releaseHold: 'hld',
};

/** The id of a record that an earlier request of the order's case may have made. */
export const someRecord = (random: Random, prefix: string, order: Address): string =>
  idToken(prefix, { index: order.index, n: random.between(1, 6) });

interface Recorded {
  random: Random;
  version: Version;
  operation: RecordOperation;
  wares: Wares;
  /** Of the request that placed the order. */
  order: Address;
}

/** The body of a record operation; the state of the order may forbid it. */
export function recordBody(recorded: Recorded): object {
  const { version, wares } = recorded;
  return version === 'v1' ? plainBody(recorded) : withMoney(wholeBody(recorded), wares.currency);
}

/** Only with members of v1, in whole numbers. */
function plainBody({ random, operation, wares }: Recorded): object {
  const total = totalOf(wares);
  switch (operation) {
    case 'recordPayment': {
      const amount = Math.max(1, random.chance(0.7) ? total : random.between(1, total + 1));
      return { amount, ...maybe(random, 'method', 'card'), ...maybe(random, 'reference', 'ch_1') };
    }
    case 'recordRefund': {
      const amount = Math.max(1, random.between(1, Math.max(1, Math.ceil(total / 3))));
      return { amount, ...maybe(random, 'reason', 'Too salty — “sorry”') };
    }
    case 'recordShipment':
      return {
        lines: pieces(random, wares, 0.6),
        ...maybe(random, 'carrier', 'Kelp Post'),
        ...maybe(random, 'tracking_number', null),
      };
    case 'recordReturn':
      return { lines: pieces(random, wares, 0.1), ...maybe(random, 'reason', 'smashed 🌊') };
    case 'completeOrder':
      return maybe(random, 'note', 'return period over');
    case 'recordAuthorization':
      return { amount: Math.max(1, random.chance(0.7) ? total : random.between(1, total + 1)) };
    case 'reversePayment':
      return random.chance(0.5) ? { amount: random.between(1, Math.max(1, total)) } : {};
    case 'editOrder':
      return edit(random, wares);
    case 'placeHold':
      return { reason: 'fraud check' };
    case 'cancelOrder':
    case 'voidAuthorization':
    case 'releaseHold':
      return maybe(random, 'reason', 'changed my mind');
  }
}

/** With members that only v2 has, in whole numbers. */
function wholeBody(recorded: Recorded): object {
  const { random, operation, wares, order } = recorded;
  const body = plainBody(recorded);
  const time = random.chance(0.2) ? { [TIMES[operation]]: '2026-03-14T09:26:53+01:00' } : {};
  const isTransaction = ['recordPayment', 'recordAuthorization', 'reversePayment', 'recordRefund'].includes(
    operation,
  );
  // A few transactions are recorded under several keys.
  const reference = random.chance(0.2) ? `shared-${random.between(1, 50)}` : ownName(random, 'ch');
  const transaction = isTransaction && random.chance(0.3) ? { provider: 'stripe', reference } : {};
  return {
    ...body,
    ...transaction,
    ...time,
    ...(operation === 'recordPayment' && {
      ...(random.chance(0.15) && { accept_excess: true }),
      ...(random.chance(0.2) && { authorization_id: someRecord(random, 'aut', order) }),
    }),
    ...(operation === 'recordRefund' && parts(random, wares, order)),
  };
}

const TIMES: Record<RecordOperation, string> = {
  recordPayment: 'paid_at',
  recordShipment: 'shipped_at',
  recordReturn: 'returned_at',
  recordRefund: 'refunded_at',
  cancelOrder: 'cancelled_at',
  completeOrder: 'completed_at',
  recordAuthorization: 'authorized_at',
  voidAuthorization: 'voided_at',
  reversePayment: 'reversed_at',
  editOrder: 'edited_at',
  placeHold: 'held_at',
  releaseHold: 'released_at',
};

/** What a refund is for; its parts sum to its amount if the order is as it was placed. */
function parts(random: Random, wares: Wares, order: Address): object {
  const share = random.next();
  if (share < 0.15) return { payment_id: someRecord(random, 'pay', order) };
  if (share < 0.3) return { amount: 25, adjustment: 25 };
  if (share < 0.45) return { amount: 5, charges: [{ charge_id: 'charge_1', amount: 5 }] };
  if (share > 0.6) return {};
  const at = random.between(0, wares.lines.length - 1);
  const { quantity, unit_price, discount = 0, tax = 0 } = wares.lines[at]!;
  const amount = quantity * unit_price - discount + (wares.prices_include_tax ? 0 : tax);
  return { amount: Math.max(1, amount), lines: [{ line_id: `line_${at + 1}`, quantity }] };
}

function edit(random: Random, wares: Wares): object {
  const line = { name: 'Replacement', quantity: random.between(1, 3), unit_price: random.pick([0, 250]) };
  const members = {
    ...(random.chance(0.5) && { cancel: pieces(random, wares, 0.1) }),
    ...(random.chance(0.4) && { add: [random.chance(0.5) ? { ...line, sku: 'SEA-00' } : line] }),
    ...(random.chance(0.3) && { charges: [{ kind: 'fee', name: 'Restocking', price: 100 }] }),
  };
  return Object.keys(members).length > 0 ? members : { cancel: pieces(random, wares, 0), reason: 'sold out' };
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
export function patchBody(random: Random, version: Version): object {
  const address = {
    name: 'Ada Byrne',
    line1: '3 Harbour Row',
    city: 'Galway',
    country: random.pick(['IE', 'DE']),
  };
  if (version === 'v2' && random.chance(0.4))
    return random.pick<object>([
      { email: random.pick(['ada@example.com', null]), phone: random.pick(['1', null]) },
      { note: random.pick(['a\nb', null]), tags: random.pick([['vip'], [], null]) },
      {
        billing_address: random.pick<object | null>([
          { ...address, company: 'Kelp Ltd' },
          { country: 'IE', line2: null },
          null,
        ]),
      },
    ]);
  return random.chance(0.8)
    ? { metadata: { channel: random.pick(['web', 'till', null]), gift: random.pick(['yes', null]) } }
    : { shipping_address: address };
}
