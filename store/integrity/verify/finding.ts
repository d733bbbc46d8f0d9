/** What a verification of the log finds. */

export type FindingKind =
  /** The event is not as it was appended. */
  | 'changed'
  /** Events that were appended are gone. */
  | 'missing'
  /** The end of the log is gone. */
  | 'cut'
  /** Two events have each other's place. */
  | 'exchanged'
  /** The event was not appended by Holdfast. */
  | 'added'
  /** The fingerprint is not that of the request that the data states. */
  | 'fingerprint'
  /** A read table does not follow from the log. */
  | 'projection'
  /** The tree of the log has other hashes. */
  | 'tree'
  /** A rewrite on record was changed. */
  | 'rewrite'
  /** The checkpoint covers another log. */
  | 'checkpoint'
  /** The checkpoint covers events that a failover or restore has lost, as is on record. */
  | 'lost'
  /** The log was linked again since the checkpoint, as is on record. */
  | 'restarted';

export interface Finding {
  kind: FindingKind;
  partition: number;
  position: number;
  /** A sentence without values of the event. */
  detail: string;
}
