/** Whole minor units of an ISO 4217 currency. */
export interface Money {
  amount: number;
  currency: string;
}

export const money = (amount: number, currency: string): Money => ({ amount, currency });

/** Whether a value of a body that fits the contract is money. */
export const isMoney = (value: unknown): value is Money =>
  typeof value === 'object' &&
  value !== null &&
  'currency' in value &&
  typeof (value as Money).amount === 'number';
