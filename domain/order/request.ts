/**
 * The identity of a request, to which an idempotency key is bound.
 *
 * Two requests are equal when their canonical commands are: spaces, member order, and absent versus
 * empty members do not count.
 */
import { hash } from 'node:crypto';
import { type Absence, type Json, canonical, isUndefined } from '../canonical.ts';
import type { FieldError } from '../rejection.ts';
import type { OrderCommand, PricedCharge, PricedLine } from './commands.ts';
import type { OrderEvent, PlacedCharge, PlacedLine } from './events.ts';

/** Pointers in one answer. */
const DIFFERENCES_MAX = 20;

/** Error detail of a member that differs. */
export const DIFFERS = 'differs from the first request with this key';

/** A command and its order; `order_id` is `null` for PlaceOrder. */
export type OrderRequest = OrderCommand & { order_id: string | null };

/**
 * SHA-256 of the canonical request, 32 bytes.
 *
 * Members that are `null` or empty are left out: a new optional member keeps old fingerprints
 * valid. In a merge patch each member counts, since `null` removes one.
 */
export function fingerprint(request: OrderRequest): Buffer {
  const isAbsent = absenceIn(request);
  return hash('sha256', canonical([request.type, request.order_id ?? '', request.data], isAbsent), 'buffer');
}

/**
 * The request that caused an event, rebuilt from the event alone.
 *
 * @throws {Error} for an erasure, which is no command on an order
 */
export function requestOf(event: OrderEvent & { order_id: string }): OrderRequest {
  const { order_id } = event;
  switch (event.type) {
    case 'OrderPlaced': {
      const { total: _total, ...data } = event.data;
      const lines = data.lines.map(requestedLine);
      const charges = data.charges?.map(requestedCharge);
      return { type: 'PlaceOrder', order_id: null, data: { ...data, lines, ...(charges && { charges }) } };
    }
    case 'OrderUpdated':
      return { type: 'UpdateOrder', order_id, data: event.data.patch };
    case 'AuthorizationRecorded': {
      const { currency: _currency, ...data } = event.data;
      return { type: 'RecordAuthorization', order_id, data };
    }
    case 'AuthorizationVoided': {
      const { amount: _amount, currency: _currency, ...data } = event.data;
      return { type: 'VoidAuthorization', order_id, data };
    }
    case 'PaymentRecorded': {
      const { currency: _currency, ...data } = event.data;
      return { type: 'RecordPayment', order_id, data };
    }
    case 'PaymentReversed': {
      const { currency: _currency, is_rest, amount, ...data } = event.data;
      return { type: 'ReversePayment', order_id, data: is_rest ? data : { ...data, amount } };
    }
    case 'RefundRecorded': {
      const { currency: _currency, counts: _counts, payments: _payments, lines, ...data } = event.data;
      return {
        type: 'RecordRefund',
        order_id,
        data: { ...data, ...(lines && { lines: lines.map(requestedPieces) }) },
      };
    }
    case 'ItemsShipped':
      return { type: 'ShipItems', order_id, data: event.data };
    case 'ItemsReturned': {
      const { amount: _amount, ...data } = event.data;
      return { type: 'ReturnItems', order_id, data };
    }
    case 'OrderEdited': {
      const { cancel, add, charges, currency: _currency, added: _added, ...data } = event.data;
      return {
        type: 'EditOrder',
        order_id,
        data: {
          ...data,
          ...(cancel && { cancel: cancel.map(requestedPieces) }),
          ...(add && { add: add.map(requestedLine) }),
          ...(charges && { charges: charges.map(requestedCharge) }),
        },
      };
    }
    case 'OrderCancelled': {
      const { lines: _lines, amount: _amount, ...data } = event.data;
      return { type: 'CancelOrder', order_id, data };
    }
    case 'OrderCompleted':
      return { type: 'CompleteOrder', order_id, data: event.data };
    case 'HoldPlaced':
      return { type: 'PlaceHold', order_id, data: event.data };
    case 'HoldReleased':
      return { type: 'ReleaseHold', order_id, data: event.data };
    case 'CustomerErased':
      throw new Error('an erasure is no command on an order');
  }
}

function requestedLine(line: PlacedLine): PricedLine {
  const { id: _id, total: _total, amount: _amount, discount_shares: _d, tax_shares: _t, ...stated } = line;
  return stated;
}

function requestedCharge({ id: _id, amount: _amount, ...stated }: PlacedCharge): PricedCharge {
  return stated;
}

const requestedPieces = ({ line_id, quantity }: { line_id: string; quantity: number }) => ({
  line_id,
  quantity,
});

/**
 * The members in which two requests differ, without their values.
 *
 * @returns at most 20 errors; one for the whole body when the command or the order differs
 */
export function differences(original: OrderRequest, repeated: OrderRequest): FieldError[] {
  if (original.type !== repeated.type) {
    return [
      { pointer: '', detail: `the key belongs to a ${original.type} command, this is ${repeated.type}` },
    ];
  }
  if (original.order_id !== repeated.order_id) {
    return [{ pointer: '', detail: 'the key belongs to a command on another order' }];
  }
  const about = aboutIn(original);
  if (about !== aboutIn(repeated)) {
    return [{ pointer: '', detail: `the key belongs to a command on another ${ABOUT[original.type]}` }];
  }
  return diff(original.data, repeated.data, '', absenceIn(original))
    .slice(0, DIFFERENCES_MAX)
    .map((pointer) => ({ pointer, detail: DIFFERS }));
}

/** Commands on another record, which the path of the request names, not its body. */
const ABOUT: { [Type in OrderRequest['type']]?: string } = {
  VoidAuthorization: 'authorization',
  ReversePayment: 'payment',
  ReleaseHold: 'hold',
};

function aboutIn(request: OrderRequest): string | undefined {
  switch (request.type) {
    case 'VoidAuthorization':
      return request.data.authorization_id;
    case 'ReversePayment':
      return request.data.payment_id;
    case 'ReleaseHold':
      return request.data.hold_id;
    default:
      return undefined;
  }
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
