import type { CommandType } from '../../domain/order/commands.ts';

/** By command, the member with the time at which it happened. Records name it likewise. */
export const TIME_NAMES: Partial<Record<CommandType, string>> = {
  RecordAuthorization: 'authorized_at',
  VoidAuthorization: 'voided_at',
  RecordPayment: 'paid_at',
  ReversePayment: 'reversed_at',
  RecordRefund: 'refunded_at',
  ShipItems: 'shipped_at',
  ReturnItems: 'returned_at',
  CancelOrder: 'cancelled_at',
  CompleteOrder: 'completed_at',
  EditOrder: 'edited_at',
  PlaceHold: 'held_at',
  ReleaseHold: 'released_at',
};
