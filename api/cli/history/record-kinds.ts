/** The kinds of records in a line of history: their routes, and the records that they name. */

/** A record that others name by its ordinal: `1` is the first one of its kind in the line. */
export type Named = 'authorization' | 'payment' | 'hold';

interface RecordKind {
  /** Below `/v2/orders/{order_id}`; `{id}` is the record that it names. */
  path: string;
  /** The record that it names: in its path, or as a member of the body, which may be absent. */
  names?: { kind: Named; member?: 'authorization_id' | 'payment_id' };
}

export const RECORD_KINDS = {
  authorization: { path: 'authorizations' },
  void: { path: 'authorizations/{id}/void', names: { kind: 'authorization' } },
  payment: { path: 'payments', names: { kind: 'authorization', member: 'authorization_id' } },
  reversal: { path: 'payments/{id}/reversal', names: { kind: 'payment' } },
  shipment: { path: 'shipments' },
  return: { path: 'returns' },
  refund: { path: 'refunds', names: { kind: 'payment', member: 'payment_id' } },
  edit: { path: 'edits' },
  hold: { path: 'holds' },
  release: { path: 'holds/{id}/release', names: { kind: 'hold' } },
  cancellation: { path: 'cancellation' },
  completion: { path: 'completion' },
} as const satisfies Record<string, RecordKind>;

export type RecordName = keyof typeof RECORD_KINDS;

export const recordKind = (name: RecordName): RecordKind => RECORD_KINDS[name];
