/** Details of totals that disagree or are too large: what was summed, and the likely fault. */
import { AMOUNT_MAX } from '../../money.ts';
import type { FieldError } from '../../rejection.ts';
import { amountOf, totalsOf } from '../amounts.ts';
import { sum } from '../arithmetic.ts';
import type { Command } from '../commands.ts';
import type { PlacedCharge, PlacedLine } from '../events.ts';
import { disagree, partsOf, statedTax, tooLarge } from './pricing.ts';
import { type Rejected, invalid } from './reject.ts';

type PlaceOrder = Command<'PlaceOrder'>['data'];

/**
 * The refusal of `taxes` that differ from the taxes of the lines and charges; `undefined` when they
 * agree. Systems whose taxes include the tax of shipping often leave it out of the charge.
 */
export function checkSummary({ lines, charges = [], taxes = [] }: PlaceOrder): Rejected | undefined {
  const ofLines = sum(lines.map(statedTax));
  const ofCharges = sum(charges.map(statedTax));
  const computed = ofLines + ofCharges;
  const stated = sum(taxes.map(({ amount }) => amount));
  if (stated === computed) return undefined;
  const detail =
    `must sum to ${computed}, not to ${stated}: the lines state ${ofLines} of tax, ` +
    `the charges ${ofCharges}; ${remedy(stated - computed, ofLines, ofCharges, charges.length)}`;
  return disagree([{ pointer: '/taxes', detail }]);
}

/** @param more what `taxes` have beyond the taxes of the lines and charges */
function remedy(more: number, ofLines: number, ofCharges: number, charges: number): string {
  if (more < 0) return `add the missing ${-more}, or leave taxes out`;
  if (ofLines === 0)
    return `state the other ${more} in lines[].tax, or leave charges[].tax out to split taxes over the lines`;
  if (ofCharges === 0 && charges > 0)
    return `if the other ${more} are the tax of a charge, state them in charges[].tax, or leave them out of taxes`;
  return `state the other ${more} in lines[].tax or charges[].tax, or leave them out of taxes`;
}

/** The members of `stated` that differ from the computed totals. */
export function disagreements(
  { stated, prices_include_tax }: PlaceOrder,
  lines: readonly PlacedLine[],
  charges: readonly PlacedCharge[],
  total: number,
): FieldError[] {
  if (stated === undefined) return [];
  const ofLines = totalsOf(lines.map(partsOf), []);
  const ofCharges = totalsOf([], charges);
  const amountOfLines = sum(lines.map(amountOf));
  const rounding = total - amountOfLines - ofCharges.charge_total;
  const taxTotal = ofLines.tax_total + ofCharges.tax_total;
  const parts = (lines: number, more: number) => `lines ${lines}, charges ${more}`;
  const isTaxTwice = !prices_include_tax && taxTotal > 0 && stated.total === total - taxTotal;
  const computed = {
    total: [
      total,
      `${parts(amountOfLines, ofCharges.charge_total)}, rounding ${rounding}` +
        (isTaxTwice ? '; if the prices contain the tax, set prices_include_tax' : ''),
    ],
    tax_total: [taxTotal, parts(ofLines.tax_total, ofCharges.tax_total)],
    discount_total: [
      ofLines.discount_total + ofCharges.discount_total,
      parts(ofLines.discount_total, ofCharges.discount_total),
    ],
  } as const;
  return (Object.keys(computed) as (keyof typeof computed)[]).flatMap((name) => {
    const [value, summed] = computed[name];
    if (stated[name] === undefined || stated[name] === value) return [];
    return [{ pointer: `/stated/${name}`, detail: `must be ${value}, the computed value: ${summed}` }];
  });
}

/** The refusal of an order whose sums exceed the largest amount, at the first part beyond it. */
export function tooLargeInSum(lines: readonly PlacedLine[], charges: readonly PlacedCharge[]): Rejected {
  let gross = sum(lines.map(({ total }) => total));
  let exact = sum(lines.map(amountOf));
  if (Math.max(gross, exact) > AMOUNT_MAX) return tooLarge('/lines');
  for (const [index, { price, amount }] of charges.entries()) {
    const most = AMOUNT_MAX - Math.max(gross, exact);
    gross += price;
    exact += amount;
    if (Math.max(gross, exact) > AMOUNT_MAX)
      return invalid(
        'The total exceeds the largest amount.',
        `/charges/${index}/price`,
        `must leave the order a total of at most ${AMOUNT_MAX} minor units: ${most} are left, with its tax`,
      );
  }
  return tooLarge('/rounding');
}
