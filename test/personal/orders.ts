import { randomBytes } from 'node:crypto';
import { anOrder } from '../setup/shop.ts';

export const PERSONAL_KEY = randomBytes(32).toString('base64');

/** An order of version 2; `change` replaces members. */
export const v2Order = (change: Record<string, unknown> = {}) => {
  const { currency, lines, ...rest } = anOrder();
  const priced = lines.map(({ unit_price, ...line }) =>
    Object.assign(line, { unit_price: { amount: unit_price, currency } }),
  );
  return { ...rest, lines: priced, ...change };
};
