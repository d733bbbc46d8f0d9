/** The recorded history: what a checker needs to know of each exchange, and nothing else. */
import type { Act, Line } from '../../../test/model/model.ts';

export type Edition = 'v1' | 'v2' | 'grpc';

/** What a client wanted. Amounts are minor units of EUR. */
export type Wish =
  | { kind: 'place'; customer: string; lines: Line[] }
  | { kind: 'act'; order: string; act: Act; ifMatch?: number | undefined }
  | { kind: 'read'; order: string; version?: number | undefined }
  | { kind: 'receipt' }
  /** One page of a walk; pages of one walk follow each other. */
  | { kind: 'page'; walk: string; direction: 'asc' | 'desc'; readAfter?: number | undefined }
  /** One page of a feed, or one message of a stream of events: both continue where they ended. */
  | { kind: 'feed'; reader: string }
  | { kind: 'hook'; endpoint: string }
  /** Disables a webhook endpoint, or enables it. */
  | { kind: 'switch'; endpoint: string; isEnabled: boolean }
  | { kind: 'summary'; customer: string }
  | { kind: 'sales' };

/** The essential members of an order in an answer. */
export interface ShownOrder {
  id: string;
  version: number;
  /** Of version 1 of the API; `undefined` in others. */
  status?: string | undefined;
  total: number;
  paid: number;
  refunded: number;
  note?: string | undefined;
  /** Of the whole document. */
  hash: string;
}

/** The essential members of an event in an answer. */
export interface ShownEvent {
  position: number;
  id: string;
  order: string;
  version: number;
  type: string;
}

/** Totals in an answer, of one customer or one day. */
export interface ShownTotal {
  day?: string | undefined;
  currency: string;
  placed: number;
  cancelled: number;
  ordered: number;
  paid: number;
  refunded: number;
}

/** One exchange. */
export interface Entry {
  client: string;
  tenant: number;
  node: number;
  edition: Edition;
  wish: Wish;
  /** The idempotency key. */
  key?: string | undefined;
  /** By the monotonic clock of the one process that has all clients. */
  startMs: number;
  endMs: number;
  /** HTTP status, or the reason for no answer. A gRPC answer has the status of REST. */
  status: number | 'timeout' | 'cut' | 'reset';
  /** Code of the problem. */
  code?: string | undefined;
  replayed?: boolean | undefined;
  /** `Holdfast-Position` */
  position?: number | undefined;
  recordedAt?: string | undefined;
  /** Version in the `ETag` of a write, in the answer of a receipt. */
  version?: number | undefined;
  /** Order that a receipt or a stream names. */
  orderId?: string | undefined;
  /** Of the body of an answer to a write. */
  hash?: string | undefined;
  order?: ShownOrder | undefined;
  orders?: ShownOrder[] | undefined;
  events?: ShownEvent[] | undefined;
  totals?: ShownTotal[] | undefined;
  hasMore?: boolean | undefined;
}

/** An entry and its line in the file of the history. */
export interface Recorded extends Entry {
  /** From 1. */
  at: number;
}

/** One event of the final log. Ids have prefixes, as in answers. */
export interface LogEvent {
  position: number;
  tenant: number;
  order: string;
  id: string;
  version: number;
  type: string;
  data: Record<string, unknown>;
  key: string;
  /** Hexadecimal. */
  fingerprint: string;
  recordedAt: string;
}

/** A webhook endpoint: every event of its tenant after a position must arrive there. */
export interface Endpoint {
  name: string;
  tenant: number;
  afterPosition: number;
}

/** The standby became the primary. */
export interface Promotion {
  /** By the clock of the history: from then on it could accept writes. */
  atMs: number;
  /** When it had lost its primary. */
  cutMs: number;
  /** The node that still reached the old primary, and until when. */
  left?: { node: number; untilMs: number };
}

/** An epoch of the log, behind the first one. */
export interface Epoch {
  /** Its positions are behind this one. */
  afterPosition: number;
  /** The last position before it that the log has. */
  keptPosition: number;
  reason: string;
}

/** What the run states besides its exchanges. */
export interface RunFacts {
  seed: number;
  seconds: number;
  endpoints: Endpoint[];
  /** Readers that read the feed to its end when all was settled. */
  readersAtEnd: string[];
  faults: Record<string, number>;
  /** Faults that the machine did not allow, and why. */
  leftOut: Record<string, string>;
  /** What did not recover within its time after the last fault. */
  notRecovered: string[];
  /** Durability of the standby: `none` without one. */
  replica: 'synchronous' | 'asynchronous' | 'none';
  /** Lists come from replicas too. */
  hasReplicas?: boolean;
  promotions: Promotion[];
  epochs: Epoch[];
}
