/** What an event adds to the sales: amounts by measure, in whole minor units. */
import { sum } from '../../domain/order/arithmetic.ts';
import { totalsOf } from '../../domain/order/amounts.ts';
import type { EventOf, EventType, PlacedCharge, PlacedLine } from '../../domain/order/events.ts';
import type { OrderState } from '../../domain/order/order.ts';
import { namedTaxes } from '../../domain/order/rules/placing.ts';
import { partsOf } from '../../domain/order/rules/pricing.ts';
import type { TenantEvent } from '../projection.ts';

/**
 * `order`: the total of a placed order. `edit`: what an edit adds to it. `gross`: quantity × price
 * of lines. `tax`: with a name, the part of that tax. `cancellation`: the order ends as cancelled;
 * `cancelled`: only pieces of it are.
 */
export type Measure =
  | 'order'
  | 'edit'
  | 'gross'
  | 'discount'
  | 'tax'
  | 'charge'
  | 'rounding'
  | 'cancellation'
  | 'cancelled'
  | 'payment'
  | 'reversal'
  | 'refund';

export interface Measured {
  measure: Measure;
  /** Of a tax, a kind of charge or a provider; empty where there is none. */
  name: string;
  amount: number;
}

export const MEASURED_TYPES: readonly EventType[] = [
  'OrderPlaced',
  'OrderEdited',
  'OrderCancelled',
  'PaymentRecorded',
  'PaymentReversed',
  'RefundRecorded',
];

/** Whether the event alone does not say what it cancels: the orders before and after do. */
export const isMeasuredByStates = ({ type, data }: TenantEvent): boolean =>
  type === 'OrderCancelled' || (type === 'OrderEdited' && data.cancel !== undefined);

/** The orders before and after an event. */
export interface Step {
  before: OrderState;
  after: OrderState;
}

/** @param step of an event that {@link isMeasuredByStates} */
export function measuresOf(event: TenantEvent, step: Step | undefined): Measured[] {
  switch (event.type) {
    case 'OrderPlaced':
      return [{ measure: 'order', name: '', amount: event.data.total }, ...placedMeasures(event.data)];
    case 'OrderEdited': {
      const { add = [], charges = [], added } = event.data;
      const edit: Measured = { measure: 'edit', name: '', amount: added };
      return [
        ...(added > 0 ? [edit] : []),
        ...partMeasures(add, charges, undefined),
        ...cancelMeasures(step),
      ];
    }
    case 'OrderCancelled':
      return cancelMeasures(step);
    case 'PaymentRecorded':
      return [{ measure: 'payment', name: event.data.provider ?? '', amount: event.data.amount }];
    case 'PaymentReversed':
      return [{ measure: 'reversal', name: event.data.provider ?? '', amount: event.data.amount }];
    case 'RefundRecorded':
      return [{ measure: 'refund', name: event.data.provider ?? '', amount: event.data.amount }];
    default:
      return [];
  }
}

function placedMeasures(data: EventOf<'OrderPlaced'>['data']): Measured[] {
  const { lines, charges = [], taxes, rounding = 0 } = data;
  const measures = partMeasures(lines, charges, taxes);
  if (rounding !== 0) measures.push({ measure: 'rounding', name: '', amount: rounding });
  return measures;
}

/** @param taxes of the whole order: split over its lines, or the summary of theirs */
function partMeasures(
  lines: readonly PlacedLine[],
  charges: readonly PlacedCharge[],
  taxes: EventOf<'OrderPlaced'>['data']['taxes'],
): Measured[] {
  const measures: Measured[] = [];
  const add = (measure: Measure, amount: number, name = ''): void => {
    if (amount > 0) measures.push({ measure, name, amount });
  };
  add('gross', sum(lines.map(({ total }) => total)));
  const { discount_total, tax_total } = totalsOf(lines.map(partsOf), charges);
  add('discount', discount_total);
  add('tax', tax_total);
  const isSplit = lines.some(({ tax_shares }) => tax_shares !== undefined);
  const named = isSplit || taxes === undefined ? lines.flatMap((line) => namedTaxes(line, taxes)) : taxes;
  for (const { name, amount } of named) add('tax', amount, name);
  for (const { kind, amount } of charges) add('charge', amount, kind);
  return measures;
}

function cancelMeasures(step: Step | undefined): Measured[] {
  if (step === undefined) return [];
  const { before, after } = step;
  const amount = (after.facts.amount_cancelled ?? 0) - (before.facts.amount_cancelled ?? 0);
  return [{ measure: after.order.status === 'cancelled' ? 'cancellation' : 'cancelled', name: '', amount }];
}
