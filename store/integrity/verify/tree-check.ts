/** Compares the stored tree of a partition with the one over its events. */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { reachable } from '../../unavailable.ts';
import { HASH_BYTES } from '../entry.ts';
import type { CheckedRows } from './check-rows.ts';
import { TILE_HASHES_MAX, type Tile, createGrowingTree } from '../tree/merkle.ts';

const tileRow = z.object({ level: z.int(), tile: z.int(), hashes: z.instanceof(Buffer) });

/** A tree of a size, and where its last leaf is. */
export interface TreeAt {
  size: number;
  position: number;
  root: string;
}

export interface TreeCheck {
  add: (checked: CheckedRows) => Promise<void>;
  /** Compares what is left. */
  end: () => Promise<void>;
  size: () => number;
  /** The tree when it had the size that was asked for. */
  wanted: () => TreeAt | undefined;
  /** The first event whose leaf is not the stored one, and the position of the event before it. */
  differs: () => { position: number; positionBefore: number } | undefined;
}

export interface TreeCheckOptions {
  pool: DatabasePool;
  partition: number;
  /** Leaves of the stored tree. */
  storedSize: number;
  /** The size of which the root is wanted. */
  wantedSize: number | undefined;
}

export function createTreeCheck({ pool, partition, storedSize, wantedSize }: TreeCheckOptions): TreeCheck {
  const tree = createGrowingTree();
  let pending: (Tile & { positions: Float64Array })[] = [];
  /** Positions of the leaves of the tile that grows, and of the leaf before them. */
  let positions = new Float64Array(TILE_HASHES_MAX);
  let [before, last] = [0, 0];
  let wanted: TreeAt | undefined;
  let differs: ReturnType<TreeCheck['differs']>;

  const firstOf = (tile: Tile & { positions: Float64Array }, stored: Buffer | undefined) => {
    if (differs !== undefined || tile.level > 0) return;
    const count = tile.hashes.length / HASH_BYTES;
    for (let index = 0; index < count; index += 1) {
      const [from, to] = [index * HASH_BYTES, (index + 1) * HASH_BYTES];
      if (stored !== undefined && tile.hashes.subarray(from, to).equals(stored.subarray(from, to))) continue;
      differs = {
        position: tile.positions[index + 1]!,
        positionBefore: tile.positions[index]!,
      };
      return;
    }
  };
  async function compare(): Promise<void> {
    const tiles = pending;
    pending = [];
    if (tiles.length === 0 || differs !== undefined) return;
    const stored = await readTiles(pool, partition, tiles);
    for (const tile of tiles) {
      const own = stored.find((each) => each.level === tile.level && each.tile === tile.tile)?.hashes;
      const isPartial = tile.hashes.length < TILE_HASHES_MAX * HASH_BYTES;
      if (own !== undefined && (isPartial ? own.subarray(0, tile.hashes.length) : own).equals(tile.hashes))
        continue;
      firstOf(tile, own);
      // A node of the tree that does not fit its leaves.
      differs ??= { position: tile.positions[1]!, positionBefore: tile.positions[0]! };
    }
  }
  /** The tiles that are stored with so many leaves; those of the end of the tree are not full. */
  const notePartial = () => {
    for (const tile of tree.partial()) pending.push({ ...tile, positions: withBefore() });
  };
  const withBefore = () => Float64Array.of(before, ...positions);

  return {
    async add({ leaves, positions: of }) {
      for (let index = 0; index < of.length; index += 1) {
        const size = tree.size();
        if (size % TILE_HASHES_MAX === 0) before = last;
        last = of[index]!;
        positions[size % TILE_HASHES_MAX] = last;
        const leaf = Buffer.from(leaves.buffer, leaves.byteOffset + index * HASH_BYTES, HASH_BYTES);
        const completed = tree.add(leaf);
        if (size < storedSize && completed.length > 0) {
          for (const tile of completed) pending.push({ ...tile, positions: withBefore() });
          positions = new Float64Array(TILE_HASHES_MAX);
        }
        if (size + 1 === storedSize) notePartial();
        if (size + 1 === wantedSize)
          wanted = { size: wantedSize, position: last, root: tree.root().toString('hex') };
      }
      await compare();
    },
    async end() {
      if (tree.size() < storedSize) notePartial();
      await compare();
    },
    size: () => tree.size(),
    wanted: () => wanted,
    differs: () => differs,
  };
}

const readTiles = (pool: DatabasePool, partition: number, tiles: readonly Tile[]) =>
  reachable(
    pool.any(sql.type(tileRow)`
      SELECT level, tile, hashes
        FROM log_tiles
        JOIN ${sql.unnest(
          tiles.map(({ level, tile }) => [level, tile]),
          ['int2', 'int8'],
        )} AS wanted (level, tile) USING (level, tile)
       WHERE partition = ${partition}`),
  );
