/**
 * Encrypts secrets at rest: AES-256-GCM under keys from the configuration, which Postgres never
 * sees.
 *
 * A sealed secret is 69 bytes: format (1), key id (8), nonce (12), ciphertext (32), tag (16). The
 * tag also covers format, key id and the place of the secret. So a value that was changed, or
 * copied to another row, endpoint or tenant, does not decrypt.
 */
import {
  type KeyObject,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
} from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const FORMAT_VERSION = 1;
const SECRET_BYTES = 32;
const KEY_BYTES = 32;
const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + KEY_ID_BYTES;
const SEALED_BYTES = HEAD_BYTES + NONCE_BYTES + SECRET_BYTES + TAG_BYTES;

/** Where a secret is stored: its purpose, and the ids of its row. */
export type SecretPlace = readonly [purpose: string, ...ids: string[]];

export interface Keyring {
  /** Ids of all keys, 16 hexadecimal digits each. The first is the one that `rotate` activates. */
  ids: readonly string[];
  /** The id of the key of a stored value; `null` for a secret in the clear. */
  keyIdOf: (stored: Buffer) => string | null;
  /** @throws {SecretNotDecrypted} this keyring lacks the key */
  seal: (secret: Buffer, keyId: string, place: SecretPlace) => Buffer;
  /**
   * The secret of a stored value. 32 bytes are a secret in the clear.
   *
   * @throws {SecretNotDecrypted}
   */
  open: (stored: Buffer, place: SecretPlace) => Buffer;
}

/** A stored secret does not decrypt. The message names its place and its key, and no secret. */
export class SecretNotDecrypted extends Error {
  override name = 'SecretNotDecrypted';
  readonly keyId: string;
  constructor(reason: string, keyId: string, place: SecretPlace) {
    super(`${place.join(' ')}: ${reason}`);
    this.keyId = keyId;
  }
}

/**
 * @param keys 32 bytes each; empty: secrets are stored in the clear
 * @param purpose keyrings of two purposes share no key, whatever they are made of
 */
export function createKeyring(keys: readonly Buffer[], purpose: 'secrets' | 'personal' = 'secrets'): Keyring {
  const derive = (key: Buffer, use: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', key, '', `holdfast ${purpose}: ${use}`, bytes));
  const byId = new Map(
    keys.map((key) => [
      derive(key, 'key id', KEY_ID_BYTES).toString('hex'),
      // A cipher takes a third of the time with a key object.
      createSecretKey(derive(key, ALGORITHM, KEY_BYTES)),
    ]),
  );
  function keyOf(keyId: string, place: SecretPlace): KeyObject {
    const key = byId.get(keyId);
    if (key === undefined) throw new SecretNotDecrypted(`no key ${keyId} is configured`, keyId, place);
    return key;
  }
  return {
    ids: [...byId.keys()],
    keyIdOf,
    seal(secret, keyId, place) {
      const head = Buffer.concat([Buffer.of(FORMAT_VERSION), Buffer.from(keyId, 'hex')]);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, keyOf(keyId, place), nonce);
      cipher.setAAD(boundTo(head, place));
      return Buffer.concat([head, nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
    },
    open(stored, place) {
      const keyId = keyIdOf(stored);
      if (keyId === null) return stored;
      const head = stored.subarray(0, HEAD_BYTES);
      if (stored.length !== SEALED_BYTES || head[0] !== FORMAT_VERSION)
        throw new SecretNotDecrypted('the stored value has an unknown format', keyId, place);
      const nonce = stored.subarray(HEAD_BYTES, HEAD_BYTES + NONCE_BYTES);
      const decipher = createDecipheriv(ALGORITHM, keyOf(keyId, place), nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(boundTo(head, place));
      decipher.setAuthTag(stored.subarray(SEALED_BYTES - TAG_BYTES));
      try {
        const text = stored.subarray(HEAD_BYTES + NONCE_BYTES, SEALED_BYTES - TAG_BYTES);
        return Buffer.concat([decipher.update(text), decipher.final()]);
      } catch {
        const reason = `the stored value was changed, or copied from another row (key ${keyId})`;
        throw new SecretNotDecrypted(reason, keyId, place);
      }
    },
  };
}

const keyIdOf = (stored: Buffer): string | null =>
  stored.length === SECRET_BYTES ? null : stored.subarray(1, HEAD_BYTES).toString('hex');

const boundTo = (head: Buffer, place: SecretPlace): Buffer =>
  Buffer.concat([head, Buffer.from(JSON.stringify(place))]);
