import { recordIdOf } from '../../domain/order/events.ts';
import type { AppendOutcome } from '../../store/log/append.ts';
import { Problem } from '../problem/problem.ts';

type Taken = Pick<Extract<AppendOutcome, { kind: 'claimed' | 'number_taken' }>, 'kind' | 'event'>;

/** The problem of a name that another event of the tenant has; it names that event's record. */
export function taken({ kind, event }: Taken): Problem {
  const { order_id, type } = event;
  if (kind === 'number_taken') {
    return new Problem('order_number_taken', `Order ${order_id} has this number.`, {
      members: { order_id },
      errors: [{ pointer: '/number', detail: 'must be a number that no order of the tenant has' }],
    });
  }
  if (type === 'OrderPlaced') {
    return new Problem('order_reference_taken', `Order ${order_id} has this reference.`, {
      members: { order_id },
      errors: [{ pointer: '/reference', detail: 'must be a reference that no order of the tenant has' }],
    });
  }
  const record_id = recordIdOf(event);
  return new Problem(
    'payment_already_recorded',
    `This provider and reference are recorded as ${record_id} of order ${order_id}.`,
    { members: { order_id, record_id } },
  );
}
