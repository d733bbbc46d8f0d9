/**
 * The Merkle tree of RFC 9162, section 2.1, over the leaves of a log (entry.ts), kept in tiles: a
 * tile of level 0 has up to 256 leaves, one of level n the roots of up to 256 tiles of level n - 1.
 */
import { hash } from 'node:crypto';
import { HASH_BYTES } from '../entry.ts';

/** Levels of the tree that one tile has: 256 hashes. */
const TILE_LEVELS_COUNT = 8;
export const TILE_HASHES_MAX = 2 ** TILE_LEVELS_COUNT;

/** The root of a tree without leaves. */
const EMPTY_ROOT: Buffer = hash('sha256', '', 'buffer');

const scratch = Buffer.alloc(1 + 2 * HASH_BYTES, 1);

/** The hash of a node: SHA-256 of 0x01, its left and its right child. */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  left.copy(scratch, 1);
  right.copy(scratch, 1 + HASH_BYTES);
  return hash('sha256', scratch, 'buffer');
}

/** The largest power of two that is smaller than `size`; `size` is 2 or more. */
function split(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/** The root of a perfect tree over hashes that lie one after the other, a power of two of them. */
export function perfectRoot(hashes: Buffer): Buffer {
  let level = hashes;
  while (level.length > HASH_BYTES) {
    const above = Buffer.allocUnsafe(level.length / 2);
    for (let at = 0; at < above.length; at += HASH_BYTES) {
      level.copy(scratch, 1, 2 * at, 2 * at + 2 * HASH_BYTES);
      // Hash to a string and write it: half of the time of a hash to a buffer.
      above.write(hash('sha256', scratch, 'binary'), at, HASH_BYTES, 'binary');
    }
    level = above;
  }
  return level;
}

/** The root of perfect trees from left to right, each one larger than the next. */
const rootOfPerfect = (roots: readonly Buffer[]): Buffer =>
  roots.reduceRight<Buffer | undefined>(
    (right, left) => (right === undefined ? left : nodeHash(left, right)),
    undefined,
  ) ?? EMPTY_ROOT;

/** A tile: its place, and its hashes one after the other. */
export interface Tile {
  level: number;
  tile: number;
  hashes: Buffer;
}

/** A tree that grows at its end. */
export interface GrowingTree {
  /** Adds a leaf, 32 bytes. @returns the tiles that it completed, the lowest level first */
  add: (leaf: Buffer) => readonly Tile[];
  size: () => number;
  root: () => Buffer;
  /** The tiles that are not complete, the lowest level first. */
  partial: () => readonly Tile[];
}

/** @param tiles the incomplete ones of a tree of this size; every tile of a level below has one */
export function createGrowingTree(size = 0, tiles: readonly Tile[] = []): GrowingTree {
  let leaves = size;
  const levels: { tile: number; count: number; hashes: Buffer }[] = [];
  const levelOf = (level: number) =>
    (levels[level] ??= {
      tile: Math.floor(leaves / TILE_HASHES_MAX ** (level + 1)),
      count: 0,
      hashes: Buffer.alloc(TILE_HASHES_MAX * HASH_BYTES),
    });
  for (const { level, tile, hashes } of tiles) {
    while (levels.length < level) levelOf(levels.length);
    const whole = Buffer.alloc(TILE_HASHES_MAX * HASH_BYTES);
    hashes.copy(whole);
    levels[level] = { tile, count: hashes.length / HASH_BYTES, hashes: whole };
  }

  return {
    add(leaf) {
      const completed: Tile[] = [];
      let value = leaf;
      for (let level = 0; ; level += 1) {
        const open = levelOf(level);
        value.copy(open.hashes, open.count * HASH_BYTES);
        open.count += 1;
        if (open.count < TILE_HASHES_MAX) break;
        const hashes = Buffer.from(open.hashes);
        completed.push({ level, tile: open.tile, hashes });
        open.tile += 1;
        open.count = 0;
        value = perfectRoot(hashes);
      }
      leaves += 1;
      return completed;
    },
    size: () => leaves,
    root() {
      const roots: Buffer[] = [];
      for (const { count, hashes } of levels.toReversed()) {
        let at = 0;
        for (let power = TILE_HASHES_MAX; power >= 1; power /= 2) {
          if ((count & power) === 0) continue;
          roots.push(perfectRoot(hashes.subarray(at * HASH_BYTES, (at + power) * HASH_BYTES)));
          at += power;
        }
      }
      return rootOfPerfect(roots);
    },
    partial: () =>
      levels.flatMap(({ tile, count, hashes }, level) =>
        count === 0 ? [] : [{ level, tile, hashes: Buffer.from(hashes.subarray(0, count * HASH_BYTES)) }],
      ),
  };
}

/** Reads a tile, with at least the hashes that a proof for the size of its tree needs. */
export type ReadTile = (level: number, tile: number) => Promise<Buffer>;

/** The root of the leaves from `first` on; `first` is a multiple of the largest power of two. */
async function rootOfRange(read: ReadTile, first: number, count: number): Promise<Buffer> {
  const roots: Promise<Buffer>[] = [];
  let at = first;
  for (let left = count; left > 0;) {
    const size = split(left + 1);
    roots.push(perfectAt(read, at, size));
    at += size;
    left -= size;
  }
  return rootOfPerfect(await Promise.all(roots));
}

async function perfectAt(read: ReadTile, first: number, size: number): Promise<Buffer> {
  const level = Math.floor(Math.log2(size) / TILE_LEVELS_COUNT);
  const unit = TILE_HASHES_MAX ** level;
  const index = first / unit;
  const hashes = await read(level, Math.floor(index / TILE_HASHES_MAX));
  const from = (index % TILE_HASHES_MAX) * HASH_BYTES;
  return perfectRoot(Buffer.from(hashes.subarray(from, from + (size / unit) * HASH_BYTES)));
}

/** The inclusion proof of a leaf in the tree of a size: RFC 9162, section 2.1.3.1. */
export function inclusionProof(read: ReadTile, index: number, size: number): Promise<Buffer[]> {
  const path: Promise<Buffer>[] = [];
  let [first, count] = [0, size];
  while (count > 1) {
    const left = split(count);
    if (index - first < left) {
      path.unshift(rootOfRange(read, first + left, count - left));
      count = left;
    } else {
      path.unshift(rootOfRange(read, first, left));
      first += left;
      count -= left;
    }
  }
  return Promise.all(path);
}

/** The consistency proof from the tree of a size to a larger one: RFC 9162, section 2.1.4.1. */
export function consistencyProof(read: ReadTile, from: number, size: number): Promise<Buffer[]> {
  const path: Promise<Buffer>[] = [];
  let [first, count, isWhole] = [0, size, true];
  while (from - first !== count) {
    const left = split(count);
    if (from - first <= left) {
      path.unshift(rootOfRange(read, first + left, count - left));
      count = left;
    } else {
      path.unshift(rootOfRange(read, first, left));
      first += left;
      count -= left;
      isWhole = false;
    }
  }
  if (!isWhole) path.unshift(rootOfRange(read, first, count));
  return Promise.all(path);
}
