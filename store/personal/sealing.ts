/**
 * Seals personal members: AES-256-GCM under the data key of a subject, one operation a member.
 *
 * A sealed member is base64url of format (1 byte), id of the data key (16), nonce (12), ciphertext
 * and tag (16). The key binds it to its tenant and subject; the tag also covers the member's name.
 * So a value that was changed, or moved to another member or customer, does not open.
 */
import {
  type KeyObject,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  randomFillSync,
} from 'node:crypto';
import type { Sealed } from '../../domain/personal/members.ts';
import type { Subject } from '../../domain/personal/subject.ts';

const ALGORITHM = 'aes-256-gcm';
const FORMAT_VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_BYTES = 16;
const HEAD_BYTES = 1 + KEY_ID_BYTES;
/** The key id of a sealed text: bytes 1 to 16, in the base64url characters up to this one. */
const HEAD_CHARACTERS = 24;
const HALF_BYTES = 32;

/** The data key of a subject, in memory. */
export interface DataKey {
  /** 32 hexadecimal digits. */
  keyId: string;
  tenantId: string;
  subject: Subject;
  head: Buffer;
  cipher: KeyObject;
  print: KeyObject;
}

/** A sealed member does not open. The message names its key and member, and no content. */
export class PersonalDataNotOpened extends Error {
  override name = 'PersonalDataNotOpened';
}

/**
 * @param secret 32 random bytes. SHA-512 makes two keys of them: one encrypts, one makes
 *   fingerprints
 */
export function dataKeyOf(
  secret: Buffer,
  { keyId, tenantId, subject }: Pick<DataKey, 'keyId' | 'tenantId' | 'subject'>,
): DataKey {
  const halves = hash('sha512', secret, 'buffer');
  return {
    keyId,
    tenantId,
    subject,
    head: Buffer.concat([Buffer.of(FORMAT_VERSION), Buffer.from(keyId, 'hex')]),
    cipher: createSecretKey(halves.subarray(0, HALF_BYTES)),
    print: createSecretKey(halves.subarray(HALF_BYTES)),
  };
}

const nonces = Buffer.alloc(NONCE_BYTES * 512);
let noncesUsed = nonces.length;

/** From a pool: a call to the system's generator for each costs as much as the encryption. */
function newNonce(): Buffer {
  if (noncesUsed >= nonces.length) {
    randomFillSync(nonces);
    noncesUsed = 0;
  }
  noncesUsed += NONCE_BYTES;
  return nonces.subarray(noncesUsed - NONCE_BYTES, noncesUsed);
}

const bound = new Map<string, Buffer>();

/** The name of a member as bytes; there are a dozen names. */
function boundTo(member: string): Buffer {
  let bytes = bound.get(member);
  if (bytes === undefined) bound.set(member, (bytes = Buffer.from(member)));
  return bytes;
}

export function seal(key: DataKey, member: string, value: unknown): Sealed {
  const nonce = newNonce();
  const cipher = createCipheriv(ALGORITHM, key.cipher, nonce);
  cipher.setAAD(boundTo(member));
  const text = cipher.update(JSON.stringify(value), 'utf8');
  cipher.final();
  return { $sealed: Buffer.concat([key.head, nonce, text, cipher.getAuthTag()]).toString('base64url') };
}

/** @returns the id of the key of a sealed member, 32 hexadecimal digits */
export const keyIdOf = ({ $sealed }: Sealed): string =>
  Buffer.from($sealed.slice(0, HEAD_CHARACTERS), 'base64url').toString('hex', 1, HEAD_BYTES);

/**
 * @returns the JSON text of the member
 * @throws {PersonalDataNotOpened}
 */
export function open(key: DataKey, member: string, { $sealed }: Sealed): string {
  const bytes = Buffer.from($sealed, 'base64url');
  const at = HEAD_BYTES + NONCE_BYTES;
  const end = bytes.length - TAG_BYTES;
  try {
    if (bytes[0] !== FORMAT_VERSION || end < at) throw new Error('unknown format');
    const nonce = bytes.subarray(HEAD_BYTES, at);
    const decipher = createDecipheriv(ALGORITHM, key.cipher, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(boundTo(member));
    decipher.setAuthTag(bytes.subarray(end));
    return decipher.update(bytes.subarray(at, end), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    throw new PersonalDataNotOpened(
      `${member} under the data key ${key.keyId} was changed, or moved from another member`,
    );
  }
}

/**
 * The fingerprint of a request with personal members: HMAC-SHA-256 of the plain one, 32 bytes. The
 * plain one would let its holder test guesses of an address.
 */
export const keyedFingerprint = (key: DataKey, fingerprint: Buffer): Buffer =>
  createHmac('sha256', key.print).update(fingerprint).digest();
