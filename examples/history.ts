/** A line of history, and the parts of an order that all converters share. */
import type { components } from '../openapi/client/v2.ts';
import type { Money } from './money.ts';

type Schemas = components['schemas'];
export type PlaceOrder = Schemas['PlaceOrder'];
export type LineInput = Schemas['OrderLineInput'];
export type ChargeInput = Schemas['ChargeInput'];
export type AddressInput = NonNullable<Schemas['AddressInput']>;

/** The body of an operation of version 2; a record of the same line is named by its number. */
export type HistoryRecord =
  | { authorization: Schemas['RecordAuthorization'] }
  | { void: Schemas['VoidAuthorization'] & { authorization: number } }
  | { payment: Schemas['RecordPayment'] & { authorization?: number } }
  | { reversal: Schemas['ReversePayment'] & { payment: number } }
  | { shipment: Schemas['ShipItems'] }
  | { return: Schemas['ReturnItems'] }
  | { refund: Schemas['RecordRefund'] & { payment?: number } }
  | { edit: Schemas['EditOrder'] }
  | { hold: Schemas['PlaceHold'] }
  | { release: Schemas['ReleaseHold'] & { hold: number } }
  | { cancellation: Schemas['CancelOrder'] }
  | { completion: Schemas['CompleteOrder'] };

export interface HistoryLine {
  order: PlaceOrder;
  records: HistoryRecord[];
}

/** One line of text without control characters, cut to a length; `undefined` if it is empty. */
export function textOf(text: string | number | null | undefined, lengthMax: number): string | undefined {
  // oxlint-disable-next-line no-control-regex -- Holdfast refuses them
  const clean = String(text ?? '').replaceAll(/[\u0000-\u001F\u007F-\u009F]+/g, ' ');
  const cut = [...clean.trim()].slice(0, lengthMax).join('').trim();
  return cut === '' ? undefined : cut;
}

/** @throws {Error} an order has no lines, as Holdfast requires */
export function requireLines(lines: readonly unknown[]): void {
  if (lines.length === 0) throw new Error('it has no lines');
}

/** A name without spaces, as a payment provider needs it. */
export function nameOf(text: string | number | null | undefined): string | undefined {
  const name = String(text ?? '')
    .replaceAll(/[^!-~]+/g, '_')
    .slice(0, 40);
  return name === '' ? undefined : name;
}

/** Entries with valid names and texts, at most so many. */
export function metadataOf(entries: Iterable<[string, unknown]>, countMax: number): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [key, value] of entries) {
    const name = key.replaceAll(/[^A-Za-z0-9_.-]+/g, '_').slice(0, 40);
    const text = textOf(typeof value === 'object' ? JSON.stringify(value) : String(value), 500);
    if (name !== '' && text !== undefined && Object.keys(metadata).length < countMax) metadata[name] = text;
  }
  return metadata;
}

type GivenAddress = { [Name in keyof AddressInput]?: string | null | undefined };

/** The parts of an address that the source has. */
const addressParts = (given: GivenAddress) => ({
  name: textOf(given.name, 200),
  company: textOf(given.company, 200),
  line1: textOf(given.line1, 200),
  line2: textOf(given.line2, 200),
  city: textOf(given.city, 100),
  region: textOf(given.region, 100),
  postal_code: textOf(given.postal_code, 20),
  phone: textOf(given.phone, 40),
  country: /^[a-z]{2}$/i.test(given.country ?? '') ? given.country!.toUpperCase() : undefined,
});

/** An address with all that Holdfast requires; `undefined` if a part is missing. */
export function addressOf(given: GivenAddress) {
  const { name: ofPerson, line1, city, country, ...parts } = addressParts(given);
  const name = ofPerson ?? parts.company;
  if (name === undefined || line1 === undefined || city === undefined || country === undefined)
    return undefined;
  return withoutGaps({ name, line1, city, country, ...parts });
}

/** The address of the bill: any part of it is enough. `undefined` without any. */
export function billingAddressOf(given: GivenAddress) {
  const parts = withoutGaps(addressParts(given));
  return Object.keys(parts).length > 0 ? parts : undefined;
}

/** The members that have a value: no `undefined`, no empty list or object. */
export function withoutGaps<Members extends object>(members: Members): Members {
  const isGap = (value: unknown) =>
    value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(members).filter(([, value]) => !isGap(value))) as Members;
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

const lineTax = ({ tax, taxes = [] }: LineInput): number =>
  tax?.amount ?? sum(taxes.map(({ amount }) => amount.amount));

/** What is to be paid for a line, without the parts of the whole order. */
export const lineAmount = (line: LineInput, isTaxIncluded: boolean): number =>
  line.quantity * line.unit_price.amount - (line.discount?.amount ?? 0) + (isTaxIncluded ? 0 : lineTax(line));

/** What is to be paid for a charge. */
export const chargeAmount = ({ price, discount, tax }: ChargeInput, isTaxIncluded: boolean): number =>
  price.amount - (discount?.amount ?? 0) + (isTaxIncluded ? 0 : (tax?.amount ?? 0));

/** Whether the server splits discounts or taxes of the whole order over the lines. */
export const isSplit = ({ lines, charges = [], discounts = [], taxes = [] }: PlaceOrder): boolean =>
  discounts.length > 0 || (taxes.length > 0 && statedTax(lines, charges) === 0);

const statedTax = (lines: LineInput[], charges: ChargeInput[]): number =>
  sum([...lines.map(lineTax), ...charges.map(({ tax }) => tax?.amount ?? 0)]);

/** The sum of all parts of an order. */
export function totalOf(order: PlaceOrder): number {
  const isTaxIncluded = order.prices_include_tax ?? false;
  const { lines, charges = [], discounts = [], taxes = [] } = order;
  const isTaxAdded = !isTaxIncluded && statedTax(lines, charges) === 0;
  return (
    sum(lines.map((line) => lineAmount(line, isTaxIncluded))) +
    sum(charges.map((charge) => chargeAmount(charge, isTaxIncluded))) +
    (isTaxAdded ? sum(taxes.map(({ amount }) => amount.amount)) : 0) -
    sum(discounts.map(({ amount }) => amount.amount))
  );
}

/**
 * The order with the total that its source states. Systems that round each line differ from their
 * own total by a minor unit here and there: so much becomes `rounding`. A larger difference stays,
 * and Holdfast refuses the order with the computed value.
 */
export function withTotal(order: PlaceOrder, total: Money): PlaceOrder {
  const difference = total.amount - totalOf(order);
  const isRounding =
    difference !== 0 && Math.abs(difference) <= order.lines.length + (order.charges?.length ?? 0);
  return {
    ...order,
    ...(isRounding && { rounding: { ...total, amount: difference } }),
    stated: { total },
  };
}
