/** What was asked and what was answered, kept until the log has been read. */
import type { Sent } from './case.ts';
import type { Address } from './tokens.ts';

/** What an answer says that became of a request. */
export type Verdict =
  /** It took effect, by this request or, replayed, by the same one before. */
  | { kind: 'done'; replayed: boolean; told: Told }
  /** It took no effect. */
  | { kind: 'refused'; status: number; code: string; retry: string }
  /** Once or not at all; or nobody was told. */
  | { kind: 'unknown'; why: string };

/** What is told of what was done; a member is left out when the answer has no place for it. */
export interface Told {
  position?: number;
  version?: number;
  orderId?: string;
  eventId?: string;
  recordedAt?: string;
  /** Of the body, to compare repeats by. */
  digest?: string;
}

/** One request under one key: items of a batch and messages of a stream are one each. */
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
  /** Events that it turned out to have made. */
  events: number;
}

/** What a reader was told of an order. */
export interface Reading extends Address {
  orderId: string;
  version: number;
  document: unknown;
  spelling: Sent['version'];
}

/** What was said of a key. */
export interface Receipt extends Address {
  key: string;
  found: boolean;
  position: number | undefined;
  began: number;
}

/** An event that a reader was shown. */
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
