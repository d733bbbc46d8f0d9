/** A field of the request that is at fault. */
export interface FieldError {
  /** RFC 6901 JSON Pointer into the request's body, such as `/lines/0/quantity`; the empty string is the whole body. */
  pointer: string;
  /** What is wrong with it and what would be right; never the value itself. */
  detail: string;
}

/** Why a command was refused. Nothing was appended, and its idempotency key is free. */
export interface Rejection {
  /** A `code` of the API's problem catalogue. */
  code:
    | 'invalid_body'
    | 'order_not_found'
    | 'order_already_placed'
    | 'order_already_cancelled'
    | 'order_already_completed'
    | 'order_already_paid'
    | 'order_already_shipped'
    | 'order_not_paid'
    | 'order_not_shipped'
    | 'payment_exceeds_due'
    | 'refund_exceeds_paid'
    | 'shipment_exceeds_ordered'
    | 'return_exceeds_shipped'
    | 'order_history_full';
  detail: string;
  errors?: FieldError[];
  /** No state that the order can still come to allows the command. */
  final?: boolean;
}
