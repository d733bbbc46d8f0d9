/**
 * Verifies the proof of a receipt without the server (docs/integrity.md): the event is in the log
 * that the installation signed. It needs only WebCrypto.
 */
import type { components } from './v2.ts';

export type Receipt = components['schemas']['Receipt'];
type Proof = components['schemas']['Proof'];

/** The receipt proves nothing, or not what it states. The message names the part. */
export class ProofError extends Error {
  override name = 'ProofError';
}

export interface VerifyReceiptOptions {
  /** Of the installation: `npx holdfast log key`. Get it on another way than the receipt. */
  verifierKey: string;
  /** A checkpoint that you kept. Its tree must be the one of the proof. */
  checkpoint?: string;
}

/** What a verified receipt proves. */
export interface ProvenReceipt {
  partition: number;
  position: number;
  /** Events in the signed tree. */
  size: number;
  /** RFC 3339: when the installation signed it. */
  time: string;
}

const HASH_BYTES = 32;
const PUBLIC_KEY_OFFSET = 1;
const KEY_HASH_BYTES = 4;
const MICROSECONDS_FACTOR = 1_000n;
/** Times count from 2000-01-01, as Postgres stores them. */
const SINCE_2000_MS = 946_684_800_000n;

const utf8 = new TextEncoder();
type Bytes = Uint8Array<ArrayBuffer>;

const fromHex = (text: string): Bytes =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const toHex = (bytes: Bytes): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const fromBase64 = (text: string): Bytes => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));

async function sha256(...parts: Bytes[]): Promise<Bytes> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', all));
}

/**
 * Verifies that the event of a receipt is in the log that the checkpoint of its proof signs.
 *
 * @throws {ProofError} the receipt has no proof yet, was changed, or another key signed it
 */
export async function verifyReceipt(
  receipt: Receipt,
  { verifierKey, checkpoint }: VerifyReceiptOptions,
): Promise<ProvenReceipt> {
  const { proof } = receipt;
  if (!proof) throw new ProofError('The receipt has no proof. A checkpoint covers its event in a minute.');
  requireSameEvent(receipt, proof.entry);
  const signed = await openNote(proof.checkpoint, verifierKey);
  const { position, partition } = proof.entry;
  if (signed.partition !== partition || signed.position < position)
    throw new ProofError('The checkpoint does not cover the position of the event.');
  if ((await rootOf(proof, signed.size)) !== signed.root)
    throw new ProofError('The path does not lead from the event to the root of the checkpoint.');
  if (checkpoint !== undefined) {
    const kept = await openNote(checkpoint, verifierKey);
    if (kept.partition !== partition || kept.size !== signed.size || kept.root !== signed.root)
      throw new ProofError('The proof is for another tree than that of the checkpoint that you kept.');
  }
  return { partition, position, size: signed.size, time: signed.time };
}

function requireSameEvent(receipt: Receipt, entry: Proof['entry']): void {
  const pairs: [member: string, ofReceipt: unknown, ofEntry: unknown][] = [
    ['idempotency_key', receipt.idempotency_key, entry.idempotency_key],
    ['order_id', receipt.order_id, entry.order_id],
    ['version', receipt.version, entry.version],
    ['fingerprint', receipt.fingerprint, entry.fingerprint],
    ['recorded_at', receipt.recorded_at.slice(0, 23), entry.recorded_at.slice(0, 23)],
    ['event/id', receipt.event?.id ?? entry.event_id, entry.event_id],
  ];
  const other = pairs.find(([, ofReceipt, ofEntry]) => ofReceipt !== ofEntry);
  if (other !== undefined) throw new ProofError(`The proof is of another event: ${other[0]} differs.`);
}

/** The leaf: SHA-256 of 0, the digest of the event, its position, its time and its number. */
async function leafOf(entry: Proof['entry']): Promise<Bytes> {
  const digest = await sha256(
    utf8.encode(
      JSON.stringify([
        entry.partition,
        entry.tenant_id,
        entry.order_id,
        entry.version,
        entry.event_id,
        entry.type,
        entry.schema_version,
        entry.data_sha256,
        entry.idempotency_key,
        entry.fingerprint,
        entry.traceparent,
        entry.key_id,
        entry.claim,
      ]),
    ),
  );
  const numbers = new DataView(new ArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT));
  numbers.setBigInt64(0, BigInt(entry.position));
  numbers.setBigInt64(BigInt64Array.BYTES_PER_ELEMENT, microsecondsOf(entry.recorded_at));
  return sha256(Uint8Array.of(0), digest, new Uint8Array(numbers.buffer), utf8.encode(entry.number ?? ''));
}

function microsecondsOf(instant: string): bigint {
  const ms = BigInt(Date.parse(`${instant.slice(0, 23)}Z`)) - SINCE_2000_MS;
  return ms * MICROSECONDS_FACTOR + BigInt(instant.slice(23, 26));
}

/** RFC 9162, section 2.1.3.2. */
async function rootOf({ index, path, entry }: Proof, size: number): Promise<string | undefined> {
  if (index >= size) return undefined;
  let [fn, sn] = [index, size - 1];
  let root = await leafOf(entry);
  for (const each of path) {
    if (sn === 0) return undefined;
    const sibling = fromHex(each);
    if (fn % 2 === 1 || fn === sn) {
      root = await sha256(Uint8Array.of(1), sibling, root);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
    } else {
      root = await sha256(Uint8Array.of(1), root, sibling);
    }
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 ? toHex(root) : undefined;
}

interface Note {
  partition: number;
  size: number;
  root: string;
  position: number;
  time: string;
}

/** Reads a checkpoint: a signed note of C2SP. */
async function openNote(text: string, verifierKey: string): Promise<Note> {
  // The base64 behind the second + may contain more of them.
  const [, name = '', encoded = ''] = /^([^+]+)\+[0-9a-f]{8}\+(\S+)$/.exec(verifierKey.trim()) ?? [];
  const publicKey = fromBase64(encoded).slice(PUBLIC_KEY_OFFSET);
  if (publicKey.length !== HASH_BYTES)
    throw new ProofError('verifierKey must be the text that holdfast log key prints.');
  const [, body, origin, size, root, position, time, signer, signature] =
    /^((\S+)\n(\d+)\n(\S+)\nposition (\d+)\n(?:[^\n]+\n)*?time (\S+)\n)\n— (\S+) (\S+)\n$/u.exec(
      `${text.trim()}\n`,
    ) ?? [];
  const partition = origin?.startsWith(`${name}/`) ? Number(origin.slice(name.length + 1)) : undefined;
  if (body === undefined || partition === undefined || signer !== name)
    throw new ProofError(`The checkpoint is not one of ${name}.`);
  const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
  const bytes = fromBase64(signature!).slice(KEY_HASH_BYTES);
  if (!(await crypto.subtle.verify('Ed25519', key, bytes, utf8.encode(body))))
    throw new ProofError('The signature of the checkpoint is not valid.');
  return {
    partition,
    size: Number(size),
    root: toHex(fromBase64(root!)),
    position: Number(position),
    time: time!,
  };
}
