/** What a source tells of the life of an order, and its sequence. */

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

export type Told = { at: string } & (
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
/** What is told of one kind. */
export type ToldOf<Kind extends Told['kind']> = Extract<Told, { kind: Kind }>;

/** What comes first of two events at the same time. */
const RANKS: readonly Told['kind'][] = [
  'authorization',
  'payment',
  'shipment',
  'cancellation',
  'void',
  'refund',
];

/**
 * What is told, sorted by time. A completion comes last, with its own time: a completed order takes
 * no pieces back.
 */
export function inSequence(given: readonly Told[]): Told[] {
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
function withCancellation(told: readonly Told[]): readonly Told[] {
  const amountOf = (kind: 'payment' | 'refund') =>
    told.reduce((sum, each) => (each.kind === kind ? sum + each.amount : sum), 0);
  const refunds = told.filter((each) => each.kind === 'refund').map(({ at }) => at);
  const paid = amountOf('payment');
  const isKept = told.some(({ kind }) => kind === 'shipment' || kind === 'cancellation');
  if (isKept || paid === 0 || amountOf('refund') < paid) return told;
  const at = refunds.toSorted((a, b) => Date.parse(a) - Date.parse(b)).at(-1)!;
  return [...told, { kind: 'cancellation', at, reason: 'refunded' }];
}
