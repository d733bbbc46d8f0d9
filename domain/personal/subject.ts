/** Whose personal data an order has. A customer is one subject; an order without one is its own. */

/** `customer:` and the id of the customer, or `order:` and the id of the order. */
export type Subject = `customer:${string}` | `order:${string}`;

/** @param customerId `null` or `undefined` for a guest */
export const subjectOf = (customerId: string | null | undefined, orderId: string): Subject =>
  customerId === null || customerId === undefined ? `order:${orderId}` : `customer:${customerId}`;
