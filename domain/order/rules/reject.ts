/** Rejections of commands, and those that several rules share. */
import type { FieldError, Rejection } from '../../rejection.ts';

export type Rejected = { rejection: Rejection };

export const reject = (code: Rejection['code'], detail: string, errors?: FieldError[]): Rejected => ({
  rejection: { code, detail, ...(errors && { errors }) },
});

/** The rejection of a body whose fault is at one pointer. */
export const invalid = (detail: string, pointer: string, error: string): Rejected =>
  reject('invalid_body', detail, [{ pointer, detail: error }]);

export const CANCELLED = reject('order_already_cancelled', 'This order is cancelled.');
export const COMPLETED = reject('order_already_completed', 'This order is completed.');
export const SHIPPED = reject('order_already_shipped', 'Pieces of this order are already shipped.');
export const NOT_SHIPPED = reject('order_not_shipped', 'No piece of this order is shipped.');
