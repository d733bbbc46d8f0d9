/**
 * The identity of a request: what an idempotency key is bound to.
 *
 * Two requests are the same when their canonical commands are: spaces, the order of members, and the
 * difference between a member left out and one that is empty do not count.
 */
import { hash } from 'node:crypto';
import { type Absence, type Json, canonical, isUndefined } from '../canonical.ts';
import type { FieldError } from '../rejection.ts';
import type { OrderCommand } from './commands.ts';
import type { OrderEvent } from './events.ts';

/** A command together with the order it is for; `order_id` is `null` when the command makes the order. */
export type OrderRequest = OrderCommand & { order_id: string | null };

/**
 * SHA-256 over the canonical request: JSON with sorted members (as RFC 8785), without members that are `null`
 * or empty, so that a later optional member does not change the fingerprint of requests that lack it. In a merge
 * patch, where `null` takes something away, every member counts.
 *
 * @returns 32 bytes
 */
export function fingerprint(request: OrderRequest): Buffer {
  const isAbsent = absenceIn(request);
  return hash('sha256', canonical([request.type, request.order_id ?? '', request.data], isAbsent), 'buffer');
}

/** The request that an event came from; every event is fat enough to tell. */
export function requestOf(event: OrderEvent & { order_id: string }): OrderRequest {
  const { order_id } = event;
  switch (event.type) {
    case 'OrderPlaced': {
      const { total: _total, ...data } = event.data;
      const lines = data.lines.map(({ id: _id, total: _ofLine, ...line }) => line);
      return { type: 'PlaceOrder', order_id: null, data: { ...data, lines } };
    }
    case 'OrderUpdated':
      return { type: 'UpdateOrder', order_id, data: event.data.patch };
    case 'PaymentRecorded': {
      const { currency: _currency, ...data } = event.data;
      return { type: 'RecordPayment', order_id, data };
    }
    case 'ItemsShipped':
      return { type: 'ShipItems', order_id, data: event.data };
    case 'ItemsReturned':
      return { type: 'ReturnItems', order_id, data: event.data };
    case 'RefundRecorded': {
      const { currency: _currency, ...data } = event.data;
      return { type: 'RecordRefund', order_id, data };
    }
    case 'OrderCancelled':
      return { type: 'CancelOrder', order_id, data: event.data };
    case 'OrderCompleted':
      return { type: 'CompleteOrder', order_id, data: event.data };
  }
}

/**
 * Where two requests differ, by JSON Pointer and never by value.
 *
 * @returns at most 20 errors; the whole-body pointer when the operation or the order is another one
 */
export function differences(original: OrderRequest, repeated: OrderRequest): FieldError[] {
  if (original.type !== repeated.type) {
    return [{ pointer: '', detail: `the key was first used for ${original.type}, this is ${repeated.type}` }];
  }
  if (original.order_id !== repeated.order_id) {
    return [{ pointer: '', detail: 'the key was first used for another order' }];
  }
  return diff(original.data, repeated.data, '', absenceIn(original))
    .slice(0, 20)
    .map((pointer) => ({ pointer, detail: 'differs from the request that first used this key' }));
}

const absenceIn = (request: OrderRequest): Absence =>
  request.type === 'UpdateOrder' ? isUndefined : isEmpty;

function isEmpty(value: Json | undefined): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value !== 'object' || Array.isArray(value)) return false;
  for (const name in value) if (Object.hasOwn(value, name)) return false;
  return true;
}

function diff(a: Json | undefined, b: Json | undefined, pointer: string, isAbsent: Absence): string[] {
  if (isAbsent(a) && isAbsent(b)) return [];
  if (
    typeof a !== 'object' ||
    typeof b !== 'object' ||
    a === null ||
    b === null ||
    Array.isArray(a) !== Array.isArray(b)
  ) {
    return a === b ? [] : [pointer];
  }
  const left = a as { [name: string]: Json | undefined };
  const right = b as { [name: string]: Json | undefined };
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((name) =>
    diff(left[name], right[name], `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, isAbsent),
  );
}
