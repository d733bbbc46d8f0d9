/** The filters of version 2 on the list of orders, and which of them go together. */
import type { OrderStatus } from '../../domain/order/order.ts';
import type { PaymentStatus } from '../../domain/order/statuses.ts';
import { type Finder, paymentTermOf, termOf } from '../../projections/orders/terms.ts';
import type { Edition, OrdersQueryInput } from '../edition.ts';
import { instantOf } from '../lists/instant.ts';
import { invalidParameter } from '../problem/invalid-parameter.ts';

const FINDERS: readonly Finder[] = ['reference', 'number', 'email', 'sku', 'tag', 'payment_reference'];
/** Parameters of one of these groups choose the time that the list is sorted by. */
const TIMES = [['placed_after', 'placed_before'], ['ordered_after', 'ordered_before'], ['updated_after']];
/** Each of these leaves no choice of another order. */
const SORTED = [...TIMES[1]!, ...TIMES[2]!];

export const filterOf: Edition['filterOf'] = (query) => {
  refuseOthers(query);
  const filter = {
    statuses: query['fulfillment_status'] === undefined ? undefined : statusesOf(query['fulfillment_status']),
    paymentStatuses: query['payment_status']?.split(',') as PaymentStatus[] | undefined,
    customerId: query['customer_id'],
    isOnHold: query['on_hold'] === undefined ? undefined : (true as const),
    isReadyToShip: query['ready_to_ship'] === undefined ? undefined : (true as const),
    term: termIn(query),
    placedAfter: instantOf(query['placed_after'], 'down'),
    placedBefore: instantOf(query['placed_before'], 'up'),
    orderedAfter: instantOf(query['ordered_after'], 'down'),
    orderedBefore: instantOf(query['ordered_before'], 'up'),
  };
  const updatedAfter = instantOf(query['updated_after'], 'down');
  return { filter, updatedAfter, binding: [JSON.stringify({ ...filter, updatedAfter })] };
};

function termIn(query: OrdersQueryInput): string | undefined {
  const finder = FINDERS.find((name) => query[name] !== undefined);
  if (finder === undefined) return undefined;
  const provider = finder === 'payment_reference' ? query['payment_provider'] : undefined;
  return provider === undefined ? termOf(finder, query[finder]!) : paymentTermOf(provider, query[finder]!);
}

/** The statuses of orders behind fulfillment statuses; see `fulfillmentStatus`. */
const statusesOf = (fulfillmentStatuses: string): OrderStatus[] =>
  [...new Set(fulfillmentStatuses.split(','))].flatMap((each): OrderStatus[] =>
    each === 'unfulfilled' ? ['placed', 'paid'] : [each as OrderStatus],
  );

/**
 * Refuses parameters that do not go together: no index has both, so that a page would cost more the
 * deeper it lies.
 *
 * @throws {Problem} 400
 */
function refuseOthers(query: OrdersQueryInput): void {
  const given = (names: readonly string[]) => names.filter((name) => query[name] !== undefined);
  const [finder, otherFinder] = given(FINDERS);
  if (otherFinder !== undefined) throw apart(finder!, otherFinder);
  if (query['payment_provider'] !== undefined && finder !== 'payment_reference') {
    const detail = 'needs payment_reference besides';
    throw invalidParameter([{ parameter: 'payment_provider', detail }]);
  }
  const [time, otherTime] = TIMES.map((names) => given(names)[0]).filter((name) => name !== undefined);
  if (otherTime !== undefined) throw apart(time!, otherTime);
  const [sorted] = given(SORTED);
  if (finder !== undefined && sorted !== undefined) throw apart(finder, sorted);
  if (sorted === 'updated_after' && query['order'] === 'desc') {
    throw invalidParameter([
      { parameter: 'updated_after', detail: 'lists the oldest change first; leave order out' },
      { parameter: 'order', detail: 'must be asc together with updated_after' },
    ]);
  }
}

const apart = (one: string, other: string) =>
  invalidParameter([
    { parameter: one, detail: `cannot be given together with ${other}` },
    { parameter: other, detail: `cannot be given together with ${one}` },
  ]);
