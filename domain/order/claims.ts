/** Names that exist once in a tenant: an event that carries one claims it for good. */
import type { OrderCommand } from './commands.ts';

/**
 * The name that the event of a command claims: the reference of its order, or the provider and
 * reference of its transaction. A provider has no spaces, so no two names are spelled alike.
 */
export function claimOf({ type, data }: OrderCommand): string | null {
  switch (type) {
    case 'PlaceOrder':
      return data.reference === undefined ? null : `order ${data.reference}`;
    case 'RecordAuthorization':
      return transaction('authorization', data);
    case 'RecordPayment':
      return transaction('payment', data);
    case 'ReversePayment':
      return transaction('reversal', data);
    case 'RecordRefund':
      return transaction('refund', data);
    default:
      return null;
  }
}

const transaction = (
  noun: string,
  { provider, reference }: { provider?: string | undefined; reference: string | null },
): string | null =>
  provider === undefined || reference === null ? null : `${noun} ${provider} ${reference}`;
