/** A field of the request that is not valid. */
export interface FieldError {
  /** JSON Pointer (RFC 6901) into the body, such as `/lines/0/quantity`; `''` is the whole body. */
  pointer: string;
  /** The fault and the remedy; never the value. */
  detail: string;
}

/** The reason for a refused command. Nothing was appended; its idempotency key stays unused. */
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
    | 'order_on_hold'
    | 'order_history_full'
    | 'discount_exceeds_line'
    | 'totals_disagree'
    | 'authorization_not_found'
    | 'authorization_closed'
    | 'capture_exceeds_authorized'
    | 'payment_not_found'
    | 'reversal_exceeds_payment'
    | 'refund_exceeds_line'
    | 'refund_exceeds_payment'
    | 'refund_of_open_pieces'
    | 'edit_exceeds_open'
    | 'hold_not_found';
  detail: string;
  errors?: FieldError[];
  /** No later state of the order can allow the command. */
  final?: boolean;
}
