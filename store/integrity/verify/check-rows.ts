/** Computes the hashes of stored events, and compares them with what is stored beside them. */
import { fingerprint, requestOf } from '../../../domain/order/request.ts';
import { UnknownEventError, upcast } from '../../../domain/order/upcast.ts';
import { type Rewritten, type StoredRow, readStoredRow } from '../binary-row.ts';
import { fingerprintOfErasure } from '../../personal/erasure-request.ts';
import { type Entry, HASH_BYTES, leafOf, linkAfter } from '../entry.ts';
import type { Finding } from './finding.ts';

/** Successive events of one partition. */
export interface Rows {
  partition: number;
  /** The columns of read-rows.ts, in the binary format of Postgres. */
  bytes: Uint8Array;
  /** Where each row ends. */
  ends: Uint32Array;
  /** The stored link of the event before the first one, or the genesis; 64 digits. */
  before: string;
  positionBefore: number;
  /** Events behind this position have links. */
  linkedAfter: number;
  rewritten: ReadonlyMap<number, Rewritten>;
  /** Whether to compute fingerprints as well: two thirds of the time. */
  hasFingerprints: boolean;
}

/** An event whose link does not follow. */
export interface Suspect {
  entry: Entry;
  link: string;
  /** The stored links of the two events before it; the further one is empty if not known. */
  before: string;
  beforeBefore: string;
  positionBefore: number;
}

export interface CheckedRows {
  /** Leaves of the tree, 32 bytes each. */
  leaves: Uint8Array;
  positions: Float64Array;
  /** The link of the last event; empty without one. */
  lastLink: string;
  suspects: Suspect[];
  findings: Finding[];
  /** Events of a newer release: their fingerprints were not checked. */
  unknown: number;
  /** Events with sealed members: only their data keys could check the fingerprints. */
  sealed: number;
  hasFingerprints: boolean;
}

export function checkRows(rows: Rows): CheckedRows {
  const { partition, linkedAfter, ends, hasFingerprints } = rows;
  const bytes = Buffer.from(rows.bytes.buffer, rows.bytes.byteOffset, rows.bytes.byteLength);
  const leaves = Buffer.alloc(ends.length * HASH_BYTES);
  const positions = new Float64Array(ends.length);
  const checked: CheckedRows = {
    leaves,
    positions,
    lastLink: '',
    suspects: [],
    findings: [],
    unknown: 0,
    sealed: 0,
    hasFingerprints,
  };
  let { before, positionBefore } = rows;
  let beforeBefore = '';
  const found = (kind: Finding['kind'], position: number, detail: string) =>
    checked.findings.push({ kind, partition, position, detail });

  for (let index = 0; index < ends.length; index += 1) {
    const row = readStoredRow(bytes, index === 0 ? 0 : ends[index - 1]!, rows);
    const { entry, link, isOwnData } = row;
    const { position } = entry;
    leaves.write(leafOf(entry), index * HASH_BYTES, 'binary');
    positions[index] = position;
    let isSuspect = false;
    if (position > linkedAfter) {
      const expected = linkAfter(before, entry);
      isSuspect = link !== expected;
      if (isSuspect) checked.suspects.push({ entry, link, before, beforeBefore, positionBefore });
      beforeBefore = before;
      before = link === '' ? expected : link;
    } else if (link !== '') {
      found('added', position, 'the event has a link, but lies in the part of the log without links');
    }
    if (!isOwnData) found('changed', position, 'the data is not that of its last rewrite on record');
    else if (row.data.includes(SEALED)) checked.sealed += 1;
    else if (hasFingerprints && !isSuspect) {
      const fits = isFingerprintOf(row);
      if (fits === undefined) checked.unknown += 1;
      else if (!fits)
        found('fingerprint', position, 'the fingerprint is not that of the request which the data states');
    }
    checked.lastLink = link;
    positionBefore = position;
  }
  return checked;
}

/** In the JSON text of an event with sealed members; no text of a client contains it unescaped. */
const SEALED = '{"$sealed":"';

/** `undefined`: this release does not know the event. */
function isFingerprintOf(row: StoredRow): boolean | undefined {
  try {
    const event = upcast(row.type, row.schemaVersion, JSON.parse(row.data));
    const print =
      event.type === 'CustomerErased'
        ? fingerprintOfErasure(event.data)
        : fingerprint(requestOf({ ...event, order_id: row.orderId }));
    return print.toString('hex') === row.fingerprint;
  } catch (error) {
    return error instanceof UnknownEventError ? undefined : false;
  }
}
