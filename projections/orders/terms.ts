/** The terms of an order in the read table `order_terms`: the texts that it is found by. */
import type { Order } from '../../domain/order/order.ts';
import { isSealed } from '../../domain/personal/members.ts';
import type { TenantEvent } from '../projection.ts';

export type Finder = 'reference' | 'number' | 'email' | 'sku' | 'tag' | 'payment_reference';

/** The term of a finder. E-mail addresses match without regard to case. */
export const termOf = (finder: Finder, value: string): string =>
  `${finder} ${finder === 'email' ? value.toLowerCase() : value}`;

/** The term of a payment at a provider. A provider has no spaces, so no two payments share one. */
export const paymentTermOf = (provider: string, reference: string): string =>
  `payment ${provider} ${reference}`;

/** By term: whether the order gets it, or loses it. */
export type TermChanges = Map<string, boolean>;

/** Adds the changes that one more event makes to the terms of an order. */
export function noteTerms(
  changes: TermChanges,
  event: TenantEvent,
  before: Order | undefined,
  after: Order,
): void {
  const add = (finder: Finder, value: string | undefined) => {
    if (value !== undefined) changes.set(termOf(finder, value), true);
  };
  const addContact = () => {
    // A sealed address has a keyed hash instead, which the append wrote.
    if (!isSealed(after.email)) add('email', after.email);
    for (const tag of after.tags ?? []) add('tag', tag);
  };
  switch (event.type) {
    case 'OrderPlaced':
      add('reference', after.reference);
      add('number', after.number);
      for (const { sku } of after.lines) add('sku', sku);
      addContact();
      return;
    case 'OrderUpdated':
      if (before?.email !== undefined && !isSealed(before.email))
        changes.set(termOf('email', before.email), false);
      for (const tag of before?.tags ?? []) changes.set(termOf('tag', tag), false);
      addContact();
      return;
    case 'OrderEdited':
      for (const { sku } of event.data.add ?? []) add('sku', sku);
      return;
    case 'PaymentRecorded': {
      const { provider, reference } = event.data;
      if (reference === null) return;
      add('payment_reference', reference);
      if (provider !== undefined) changes.set(paymentTermOf(provider, reference), true);
      return;
    }
    default:
  }
}
