import { hash } from 'node:crypto';
import { canonical, isUndefined } from '../../domain/canonical.ts';
import type { EventOf } from '../../domain/order/events.ts';
import type { Append } from '../log/append.ts';
import { ALL_SUBJECTS, type Subject, subjectOf } from '../../domain/personal/subject.ts';

type Erased = EventOf<'CustomerErased'>['data'];

/** Whose data an event erased: with two `null`, that of the whole tenant. */
export const erasedSubject = ({ customer_id, erased_order_id }: Erased): Subject =>
  customer_id === null && erased_order_id === null
    ? ALL_SUBJECTS
    : subjectOf(customer_id, erased_order_id ?? '');

/** The data of the event that erases a subject: the inverse of {@link erasedSubject}. */
export function erasureOf(subject: Subject): Erased {
  const id = subject.slice(subject.indexOf(':') + 1);
  return {
    customer_id: subject.startsWith('customer:') ? id : null,
    erased_order_id: subject.startsWith('order:') ? id : null,
  };
}

/** The event of an erasure, the only one of its stream. */
export const erasureAppend = (
  data: Erased,
  given: Omit<Append, 'version' | 'event' | 'fingerprint'>,
): Append => ({
  ...given,
  version: 1,
  event: { type: 'CustomerErased', data },
  fingerprint: fingerprintOfErasure(data),
});

/** The fingerprint of the request for an erasure: SHA-256, 32 bytes. */
export const fingerprintOfErasure = ({ customer_id, erased_order_id }: Erased): Buffer =>
  hash('sha256', canonical(['EraseCustomer', customer_id, erased_order_id], isUndefined), 'buffer');
