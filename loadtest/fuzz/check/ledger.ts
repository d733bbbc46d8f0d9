/** Records requests and verdicts until the log is read. */
import type { Sent } from '../case.ts';
import type { Address } from '../tokens.ts';

/** What an answer says about the effect of its request. */
export type Verdict =
  /** It took effect now, or, replayed, at an earlier request. */
  | { kind: 'done'; replayed: boolean; told: Told }
  /** It took no effect. */
  | { kind: 'refused'; status: number; code: string; retry: string }
  /** Once or not at all. */
  | { kind: 'unknown'; why: string };

/** What the answer says about the event; members that the answer lacks are left out. */
export interface Told {
  position?: number;
  version?: number;
  orderId?: string;
  eventId?: string;
  recordedAt?: string;
  /** Digest of the body, to compare repeats. */
  digest?: string;
}

/** One command under one key: each item of a batch and each message of a stream is one. */
export interface Attempt extends Address {
  /** Which of its keys. */
  item: number;
  tenant: string;
  key: string | undefined;
  sent: Sent;
  verdict: Verdict;
  /** When it was sent, and answered: ms. */
  began: number;
  ended: number;
  /** Events that it made, counted when the log is read. */
  events: number;
}

/** A document of an order in an answer. */
export interface Reading extends Address {
  orderId: string;
  version: number;
  document: unknown;
  spelling: Sent['version'];
}

/** An answer about a key. */
export interface Receipt extends Address {
  tenant: string;
  key: string;
  found: boolean;
  position: number | undefined;
  began: number;
}

/** An event in an answer. */
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
