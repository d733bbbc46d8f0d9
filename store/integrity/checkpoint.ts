/**
 * Checkpoints of the log: a text that states its tree, signed by the installation. The format is
 * that of C2SP: tlog-checkpoint in a signed note, with an Ed25519 signature.
 *
 *     holdfast-0123456789abcdef/0     origin: the key, and the partition
 *     1024                            leaves of the tree
 *     qDPm…=                          its root
 *     position 1024                   of the last event in the tree
 *     link 5nRq…=                     of that event; left out when it has none
 *     epoch 0
 *     rewrites 3 wUq1…=               rewrites on record and their last link; left out at 0
 *     time 2026-11-30T02:00:00.000Z
 *
 *     — holdfast-0123456789abcdef …=  the signature
 */
import { type KeyObject, createPublicKey, hash, sign, verify } from 'node:crypto';
import { epochOf } from '../log/epochs.ts';

export interface Checkpoint {
  /** The name of the key that signed it. */
  name: string;
  partition: number;
  size: number;
  /** 64 hexadecimal digits, as the links. */
  root: string;
  position: number;
  link: string | null;
  rewrites: { count: number; link: string } | null;
  /** RFC 3339. */
  time: string;
}

/** The text is not a checkpoint, or not one of this installation. The message is complete. */
export class CheckpointError extends Error {
  override name = 'CheckpointError';
}

export interface CheckpointKey {
  /** `holdfast-` and 16 digits of the hash of the public key. */
  name: string;
  /** For verifiers of signed notes: name, hash and public key. */
  verifierKey: string;
  sign: (checkpoint: Omit<Checkpoint, 'name'>) => string;
}

/** The algorithm byte of Ed25519 in signed notes. */
const ALGORITHM_CODE = 1;
const KEY_HASH_BYTES = 4;
const PUBLIC_KEY_BYTES = 32;
const PUBLIC_KEY_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
const hexOf = (text: string) => Buffer.from(text, 'base64').toString('hex');
const keyHash = (name: string, raw: Buffer): Buffer =>
  hash(
    'sha256',
    Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ALGORITHM_CODE), raw]),
    'buffer',
  ).subarray(0, KEY_HASH_BYTES);

/** @param privateKey Ed25519 */
export function createCheckpointKey(privateKey: KeyObject): CheckpointKey {
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-PUBLIC_KEY_BYTES);
  const name = `holdfast-${hash('sha256', raw).slice(0, 16)}`;
  const id = keyHash(name, raw);
  return {
    name,
    verifierKey: `${name}+${id.toString('hex')}+${Buffer.concat([Buffer.of(ALGORITHM_CODE), raw]).toString('base64')}`,
    sign(checkpoint) {
      const body = bodyOf({ ...checkpoint, name });
      const signature = sign(null, Buffer.from(body), privateKey);
      return `${body}\n— ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
    },
  };
}

function bodyOf({ name, partition, size, root, position, link, rewrites, time }: Checkpoint): string {
  return [
    `${name}/${partition}`,
    String(size),
    base64(root),
    `position ${position}`,
    ...(link === null ? [] : [`link ${base64(link)}`]),
    `epoch ${epochOf(position)}`,
    ...(rewrites === null ? [] : [`rewrites ${rewrites.count} ${base64(rewrites.link)}`]),
    `time ${time}`,
    '',
  ].join('\n');
}

const HASH = String.raw`[A-Za-z0-9+/]{43}=`;
const SYNTAX = new RegExp(
  String.raw`^((holdfast-[0-9a-f]{16})/(\d{1,4})\n(\d{1,15})\n(${HASH})\nposition (\d{1,16})\n(?:link (${HASH})\n)?` +
    String.raw`epoch \d{1,7}\n(?:rewrites (\d{1,15}) (${HASH})\n)?time (\S{20,30})\n)\n— (\S+) ([A-Za-z0-9+/]{91}=)\n$`,
  'u',
);

/** The checkpoints of a file, which has one for each partition. */
export const splitCheckpoints = (text: string): string[] =>
  text
    .split(/^(?=holdfast-[0-9a-f]{16}\/\d+\r?$)/m)
    .map((note) => note.trim())
    .filter((note) => note !== '');

/**
 * Reads a checkpoint and verifies its signature.
 *
 * @param verifierKey of the installation, as `holdfast log key` prints it
 * @throws {CheckpointError}
 */
export function openCheckpoint(text: string, verifierKey: string): Checkpoint {
  const [, body, name, partition, size, root, position, link, count, rewritesLink, time, signer, signed] =
    SYNTAX.exec(`${text.replaceAll('\r\n', '\n').trim()}\n`) ?? [];
  if (body === undefined)
    throw new CheckpointError('This is not a checkpoint. Use the text that holdfast log checkpoint wrote.');
  const key = parseVerifierKey(verifierKey);
  if (key.name !== name || signer !== name)
    throw new CheckpointError(
      `The checkpoint is signed by ${signer}, not by ${key.name}. ` +
        'Give the verifier key of the installation that signed it with --key.',
    );
  const signature = Buffer.from(signed!, 'base64');
  const isValid =
    signature.subarray(0, KEY_HASH_BYTES).equals(keyHash(name, key.raw)) &&
    verify(null, Buffer.from(body), key.publicKey, signature.subarray(KEY_HASH_BYTES));
  if (!isValid)
    throw new CheckpointError('The signature of the checkpoint is not valid: its text was changed.');
  return {
    name,
    partition: Number(partition),
    size: Number(size),
    root: hexOf(root!),
    position: Number(position),
    link: link === undefined ? null : hexOf(link),
    rewrites: count === undefined ? null : { count: Number(count), link: hexOf(rewritesLink!) },
    time: time!,
  };
}

function parseVerifierKey(text: string): { name: string; raw: Buffer; publicKey: KeyObject } {
  const [, name, id, encoded] =
    /^(holdfast-[0-9a-f]{16})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(text) ?? [];
  const raw = Buffer.from(encoded ?? '', 'base64').subarray(1);
  if (name === undefined || keyHash(name, raw).toString('hex') !== id)
    throw new CheckpointError('This is not a verifier key. Use the text that holdfast log key prints.');
  const key = Buffer.concat([PUBLIC_KEY_HEAD, raw]);
  return { name, raw, publicKey: createPublicKey({ key, format: 'der', type: 'spki' }) };
}
