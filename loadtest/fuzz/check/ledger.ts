/** The ledger: requests and verdicts, kept until the log is read. */
import type { Sent } from '../case.ts';
import type { Address } from '../tokens.ts';
import type { Spelling } from './fold/document.ts';

/** The effect of a request, according to its response. */
export type Verdict =
  /** It took effect now or, if replayed, with an earlier request. */
  | { kind: 'done'; replayed: boolean; reported: Reported }
  /** It took no effect. */
  | { kind: 'refused'; status: number; code: string; retry: string }
  /** It took effect once or not at all. */
  | { kind: 'unknown'; why: string };

/** The event according to the response; members that the response lacks are absent. */
export interface Reported {
  position?: number;
  version?: number;
  orderId?: string;
  eventId?: string;
  recordedAt?: string;
  /** Digest of the body, to compare repeats. */
  digest?: string;
}

/** One command under one key, such as an item of a batch or a message of a stream. */
export interface Attempt extends Address {
  /** Index of its key. */
  item: number;
  tenant: string;
  key: string | undefined;
  sent: Sent;
  verdict: Verdict;
  /** Times of the request and of the response, `performance.now()`. */
  began: number;
  ended: number;
  /** Events that it caused, counted when the log is read. */
  events: number;
}

/** An order document in a response. */
export interface Reading extends Address {
  orderId: string;
  version: number;
  document: unknown;
  spelling: Spelling;
}

/** A response about a key. */
export interface Receipt extends Address {
  tenant: string;
  key: string;
  found: boolean;
  position: number | undefined;
  began: number;
}

/** An event in a response. */
export interface Sighting extends Address {
  tenant: string;
  position: number;
  eventId: string;
}

export interface Ledger {
  attempts: Attempt[];
  sightings: Sighting[];
  readings: Reading[];
  receipts: Receipt[];
}

export const createLedger = (): Ledger => ({
  attempts: [],
  sightings: [],
  readings: [],
  receipts: [],
});
