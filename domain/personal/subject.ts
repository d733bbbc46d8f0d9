/** Whose personal data an order has. A customer is one subject; an order without one is its own. */

/** All customers and guests of a tenant. No order has it; a whole tenant is erased by it. */
export const ALL_SUBJECTS = 'tenant:all';

/** `customer:` and the id of the customer, or `order:` and the id of the order. */
export type Subject = `customer:${string}` | `order:${string}` | typeof ALL_SUBJECTS;

/** @param customerId `null` or `undefined` for a guest */
export const subjectOf = (customerId: string | null | undefined, orderId: string): Subject =>
  customerId === null || customerId === undefined ? `order:${orderId}` : `customer:${customerId}`;
