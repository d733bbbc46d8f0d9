/** The events in the life of an order as its source states them, and their sequence. */

/** Money that moved. Amounts are minor units, times are RFC 3339. */
export interface Transaction {
  amount: number;
  at: string;
  method?: string | undefined;
  provider?: string | undefined;
  reference?: string | undefined;
}

export interface Pieces {
  line_id: string;
  quantity: number;
}

/** Pieces that came back, or that are not shipped any more. */
export type GonePieces = Pieces & { goods: 'cancelled' | 'returned' | 'unknown' };

export type SourceEvent = { at: string } & (
  | ({ kind: 'authorization' } & Transaction)
  /** `authorization`: which one, from 1. */
  | { kind: 'void'; authorization: number }
  | ({ kind: 'payment'; authorization?: number | undefined } & Transaction)
  | {
      kind: 'shipment';
      pieces: readonly Pieces[];
      carrier?: string | undefined;
      tracking_number?: string | undefined;
    }
  /** `charges`: the part that is for shipping and other charges. */
  | ({
      kind: 'refund';
      pieces?: readonly GonePieces[];
      charges?: number;
      reason?: string | undefined;
    } & Transaction)
  | { kind: 'cancellation'; reason?: string | undefined }
  | { kind: 'completion' }
);
/** The events of one kind. */
export type SourceEventOf<Kind extends SourceEvent['kind']> = Extract<SourceEvent, { kind: Kind }>;

/** What comes first of two events at the same time. */
const RANKS: readonly SourceEvent['kind'][] = [
  'authorization',
  'payment',
  'shipment',
  'cancellation',
  'void',
  'refund',
];

/**
 * The events by their time. A completion comes last, with its own time: a completed order takes no
 * pieces back.
 */
export function inSequence(given: readonly SourceEvent[]): SourceEvent[] {
  return withCancellation(given)
    .map((each) => ({
      each,
      atMs: each.kind === 'completion' ? Infinity : Date.parse(each.at),
      rank: RANKS.indexOf(each.kind),
    }))
    .sort((a, b) => a.atMs - b.atMs || a.rank - b.rank)
    .map(({ each }) => each);
}

/** An order that was refunded whole and never shipped is cancelled: nobody should pick it. */
function withCancellation(events: readonly SourceEvent[]): readonly SourceEvent[] {
  const amountOf = (kind: 'payment' | 'refund') =>
    events.reduce((sum, each) => (each.kind === kind ? sum + each.amount : sum), 0);
  const refunds = events.filter((each) => each.kind === 'refund').map(({ at }) => at);
  const paid = amountOf('payment');
  const isKept = events.some(({ kind }) => kind === 'shipment' || kind === 'cancellation');
  if (isKept || paid === 0 || amountOf('refund') < paid) return events;
  const at = refunds.toSorted((a, b) => Date.parse(a) - Date.parse(b)).at(-1)!;
  return [...events, { kind: 'cancellation', at, reason: 'refunded' }];
}
