import { hash } from 'node:crypto';
import { canonical, isUndefined } from '../../domain/canonical.ts';
import type { EventOf } from '../../domain/order/events.ts';

/** The fingerprint of the request for an erasure: SHA-256, 32 bytes. */
export const fingerprintOfErasure = ({
  customer_id,
  erased_order_id,
}: EventOf<'CustomerErased'>['data']): Buffer =>
  hash('sha256', canonical(['EraseCustomer', customer_id, erased_order_id], isUndefined), 'buffer');
