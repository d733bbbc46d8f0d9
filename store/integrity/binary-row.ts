/** Reads an event from the columns that read-rows.ts copies, in the binary format of Postgres. */
import { dataDigest, eventDigest } from './entry.ts';
import type { Entry } from './entry.ts';

/** An event, and the parts of it that its hashes cover. */
export interface StoredRow {
  entry: Entry;
  /** Empty: without a link. */
  link: string;
  /** `ord_…` */
  orderId: string;
  type: string;
  schemaVersion: number;
  fingerprint: string;
  data: string;
  /** Whether the data is what was appended, or a rewrite of it on record. */
  isOwnData: boolean;
}

/** Digests of rewritten data and fingerprints: as they were appended, and as they are stored. */
export interface Rewritten {
  appended: string;
  stored: string;
  appended_fingerprint: string;
  stored_fingerprint: string;
}

const COUNT_BYTES = 2;
const LENGTH_BYTES = 4;

/** Reads columns one after the other. */
function columnsOf(bytes: Buffer, start: number) {
  let at = start + COUNT_BYTES;
  /** @returns where the column begins; -1 for NULL. It ends where the next one begins. */
  const next = (): number => {
    const length = bytes.readInt32BE(at);
    at += LENGTH_BYTES;
    if (length === -1) return -1;
    at += length;
    return at - length;
  };
  return {
    hex() {
      const from = next();
      return from === -1 ? '' : bytes.toString('hex', from, at);
    },
    binary() {
      const from = next();
      return bytes.toString('binary', from, at);
    },
    text() {
      const from = next();
      return from === -1 ? null : bytes.toString('utf8', from, at);
    },
    int8() {
      const from = next();
      return bytes.readInt32BE(from) * 2 ** 32 + bytes.readUInt32BE(from + 4);
    },
    int4: () => bytes.readInt32BE(next()),
    int2: () => bytes.readInt16BE(next()),
    raw() {
      const from = next();
      return bytes.subarray(from, at);
    },
  };
}

/**
 * @param start where the row begins
 * @param rewritten digests of rewritten data, by position
 */
export function readStoredRow(
  bytes: Buffer,
  start: number,
  { partition, rewritten }: { partition: number; rewritten: ReadonlyMap<number, Rewritten> },
): StoredRow {
  const columns = columnsOf(bytes, start);
  const position = columns.int8();
  const event = {
    partition,
    tenant_id: `ten_${columns.hex()}`,
    order_id: `ord_${columns.hex()}`,
    version: columns.int4(),
    event_id: `evt_${columns.hex()}`,
    type: columns.text()!,
    schema_version: columns.int2(),
    idempotency_key: columns.text()!,
    fingerprint: columns.hex(),
  };
  const recorded = columns.binary();
  const traceparent = columns.text();
  const keyId = columns.hex();
  const number = columns.text();
  const claim = columns.text();
  const link = columns.hex();
  const raw = columns.raw();
  const stored = dataDigest(raw);
  const rewrite = rewritten.size === 0 ? undefined : rewritten.get(position);
  const digest = eventDigest(
    {
      ...event,
      fingerprint: rewrite?.appended_fingerprint ?? event.fingerprint,
      traceparent,
      key_id: keyId === '' ? null : `key_${keyId}`,
      claim,
    },
    rewrite?.appended ?? stored,
  );
  return {
    entry: { digest, position, recorded, number },
    link,
    orderId: event.order_id,
    type: event.type,
    schemaVersion: event.schema_version,
    fingerprint: event.fingerprint,
    data: raw.toString('utf8'),
    isOwnData:
      rewrite === undefined ||
      (rewrite.stored === stored && rewrite.stored_fingerprint === event.fingerprint),
  };
}
