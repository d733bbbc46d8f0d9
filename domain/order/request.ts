/**
 * The identity of a request: what an idempotency key is bound to.
 *
 * Two requests are the same when their canonical commands are: spaces, the order of members, and the
 * difference between a member left out and one that is empty do not count.
 */
import { hash } from 'node:crypto';
import type { FieldError } from '../rejection.ts';
import type { OrderCommand } from './commands.ts';
import type { OrderEvent } from './events.ts';

/** A command together with the order it is for; `order_id` is `null` when the command makes the order. */
export type OrderRequest = OrderCommand & { order_id: string | null };

/**
 * SHA-256 over the canonical request: JSON with sorted members (as RFC 8785), without members that are `null`
 * or empty, so that a later optional member does not change the fingerprint of requests that lack it.
 *
 * @returns 32 bytes
 */
export function fingerprint(request: OrderRequest): Buffer {
  return hash('sha256', canonical([request.type, request.order_id ?? '', request.data]), 'buffer');
}

/** The request that an event came from; every event is fat enough to tell. */
export function requestOf(event: OrderEvent & { order_id: string }): OrderRequest {
  switch (event.type) {
    case 'OrderPlaced': {
      const { customer_id, currency, shipping_address, metadata } = event.data;
      const lines = event.data.lines.map(({ id: _id, total: _total, ...line }) => line);
      return {
        type: 'PlaceOrder',
        order_id: null,
        data: { customer_id, currency, lines, shipping_address, metadata },
      };
    }
    case 'OrderCancelled':
      return { type: 'CancelOrder', order_id: event.order_id, data: event.data };
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
  return diff(original.data, repeated.data, '')
    .slice(0, 20)
    .map((pointer) => ({ pointer, detail: 'differs from the request that first used this key' }));
}

type Json = string | number | boolean | null | Json[] | { [name: string]: Json | undefined };

function isEmpty(value: Json | undefined): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value !== 'object' || Array.isArray(value)) return false;
  for (const name in value) if (Object.hasOwn(value, name)) return false;
  return true;
}

/** On the path of every write: plain loops, because this shape is three times as fast as one of sort, filter, map and join. */
function canonical(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === '' ? '' : ','}${canonical(item)}`;
    return `[${text}]`;
  }
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (!isEmpty(member))
      text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonical(member as Json)}`;
  }
  return `{${text}}`;
}

function diff(a: Json | undefined, b: Json | undefined, pointer: string): string[] {
  if (isEmpty(a) && isEmpty(b)) return [];
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
    diff(left[name], right[name], `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}
