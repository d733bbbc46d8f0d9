/** The key that signs the checkpoints of an installation. */
import { createPrivateKey } from 'node:crypto';
import type { DatabasePool } from 'slonik';
import { instanceSecret } from '../secrets/instance-secrets.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { type CheckpointKey, createCheckpointKey } from './checkpoint.ts';

/** PKCS #8 in front of the 32 bytes of an Ed25519 key. */
const PRIVATE_KEY_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * The first call creates it.
 *
 * @throws {SecretNotDecrypted}
 */
export async function installationKey(pool: DatabasePool, keyring: Keyring): Promise<CheckpointKey> {
  const seed = await instanceSecret(pool, keyring, 'log checkpoints');
  const key = Buffer.concat([PRIVATE_KEY_HEAD, seed]);
  return createCheckpointKey(createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
}
