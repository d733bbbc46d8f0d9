import type { Wares } from './wares.ts';

/** What is to be paid for an order, in minor units. */
export function totalOf(wares: Wares): number {
  const { lines, charges = [], discounts = [], taxes = [], rounding = 0 } = wares;
  const gross = sum(lines.map(({ quantity, unit_price }) => quantity * unit_price));
  const reductions =
    sum([...lines, ...charges].map(({ discount = 0 }) => discount)) + sum(amountsOf(discounts));
  const ofLines = lines.map(({ tax, taxes: list = [] }) => tax ?? sum(amountsOf(list)));
  const stated = sum([...ofLines, ...charges.map(({ tax = 0 }) => tax)]);
  const allTaxes = stated === 0 ? sum(amountsOf(taxes)) : stated;
  const added = wares.prices_include_tax ? 0 : allTaxes;
  return gross + sum(charges.map(({ price }) => price)) - reductions + added + rounding;
}

const sum = (amounts: readonly number[]) => amounts.reduce((all, one) => all + one, 0);
const amountsOf = (list: readonly { amount: number }[]) => list.map(({ amount }) => amount);
