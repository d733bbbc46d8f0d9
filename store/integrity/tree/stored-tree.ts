/** The stored tree of a partition: its tiles, its growth, its checkpoints. */
import { type CommonQueryMethods, type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { reachable } from '../../unavailable.ts';
import { type CheckedRows, checkRows } from '../verify/check-rows.ts';
import type { CheckpointKey } from '../checkpoint.ts';
import { HASH_BYTES, genesisLink } from '../entry.ts';
import { type GrowingTree, TILE_HASHES_MAX, type Tile, createGrowingTree } from './merkle.ts';
import { readPage } from '../read-rows.ts';

/** An event does not follow from the event before it: the tree does not cover it. */
export class BrokenLogError extends Error {
  override name = 'BrokenLogError';
}

const treeRow = z.object({
  size: z.int(),
  position: z.int(),
  head: z.int(),
  linked_after: z.int(),
  link: z.string().nullable(),
  has_rewrites: z.boolean(),
  rewrites: z.int(),
  rewrites_link: z.string().nullable(),
});
type StoredTree = z.output<typeof treeRow>;

/** Locks the tree of a partition; creates it. */
async function lockTree(transaction: DatabaseTransactionConnection, partition: number): Promise<StoredTree> {
  await transaction.query(
    sql.unsafe`INSERT INTO log_trees (partition) VALUES (${partition}) ON CONFLICT DO NOTHING`,
  );
  await transaction.query(sql.unsafe`SELECT FROM log_trees WHERE partition = ${partition} FOR UPDATE`);
  return transaction.one(sql.type(treeRow)`
    SELECT tree.size, tree.position, head.position AS head, head.linked_after,
           (SELECT encode(link, 'hex') FROM events
             WHERE events.partition = tree.partition AND events.position = tree.position) AS link,
           newest.ordinal IS NOT NULL AS has_rewrites, coalesce(newest.ordinal, 0) AS rewrites,
           encode(newest.link, 'hex') AS rewrites_link
      FROM log_trees AS tree
      JOIN log_heads AS head USING (partition)
      LEFT JOIN LATERAL (SELECT ordinal, link FROM log_rewrites
                          WHERE log_rewrites.partition = tree.partition
                          ORDER BY ordinal DESC LIMIT 1) AS newest ON true
     WHERE partition = ${partition}`);
}

/**
 * Adds the next events to the tree of a partition, in a transaction.
 *
 * @param eventsMax bounds the step
 * @returns whether events are left
 * @throws {BrokenLogError}
 */
export const growTree = (pool: DatabasePool, partition: number, eventsMax: number): Promise<boolean> =>
  reachable(
    pool.transaction(async (transaction) => {
      const stored = await lockTree(transaction, partition);
      const { size, position, linked_after } = stored;
      const page = await readPage(transaction, {
        partition,
        after: position,
        upTo: stored.head,
        hasRewrites: stored.has_rewrites,
        eventsMax,
      });
      if (page.ends.length === 0) return false;
      const { lastPosition, ...copied } = page;
      const rows = {
        ...copied,
        partition,
        before: stored.link ?? genesisLink(partition, linked_after),
        positionBefore: position,
        linkedAfter: linked_after,
        hasFingerprints: false,
      };
      const tree = await openTree(transaction, partition, size);
      const checked = checkRows(rows);
      await writeTiles(transaction, { partition, size, tiles: grownBy(tree, partition, checked), checked });
      await transaction.query(sql.unsafe`
        UPDATE log_trees SET size = ${tree.size()}, position = ${lastPosition} WHERE partition = ${partition}`);
      return true;
    }),
  );

/** @returns the tiles that are new, or have more hashes */
function grownBy(tree: GrowingTree, partition: number, { leaves, suspects, findings }: CheckedRows): Tile[] {
  const broken = suspects[0]?.entry.position ?? findings[0]?.position;
  if (broken !== undefined)
    throw new BrokenLogError(
      `The event at position ${broken} of partition ${partition} does not follow from the event before it. ` +
        'Run npx holdfast log verify',
    );
  const tiles: Tile[] = [];
  for (let at = 0; at < leaves.length; at += HASH_BYTES)
    tiles.push(...tree.add(Buffer.from(leaves.buffer, leaves.byteOffset + at, HASH_BYTES)));
  return [...tiles, ...tree.partial()];
}

interface Growth {
  partition: number;
  /** Of the tree before. */
  size: number;
  tiles: readonly Tile[];
  checked: CheckedRows;
}

async function writeTiles(
  transaction: DatabaseTransactionConnection,
  { partition, size, tiles, checked: { positions } }: Growth,
): Promise<void> {
  // A tile that is stored already keeps its first position.
  const firstOf = ({ level, tile }: Tile) =>
    level > 0 ? null : (positions[Math.max(0, tile * TILE_HASHES_MAX - size)] ?? null);
  await transaction.query(sql.unsafe`
    INSERT INTO log_tiles (partition, level, tile, first_position, hashes)
    SELECT ${partition}, level, tile, first_position, hashes
      FROM ${sql.unnest(
        tiles.map((each) => [each.level, each.tile, firstOf(each), each.hashes]),
        ['int2', 'int8', 'int8', 'bytea'],
      )} AS grown (level, tile, first_position, hashes)
        ON CONFLICT (partition, level, tile) DO UPDATE SET hashes = excluded.hashes`);
}

/** The tree of a size, from the tiles at its end. */
async function openTree(
  connection: CommonQueryMethods,
  partition: number,
  size: number,
): Promise<GrowingTree> {
  const tiles: Tile[] = [];
  for (let level = 0, below = size; below > 0; level += 1) {
    const count = below % TILE_HASHES_MAX;
    below = Math.floor(below / TILE_HASHES_MAX);
    if (count === 0) continue;
    const hashes = await readTile(connection, partition, level, below);
    tiles.push({ level, tile: below, hashes: hashes.subarray(0, count * HASH_BYTES) });
  }
  return createGrowingTree(size, tiles);
}

/** @throws {BrokenLogError} a tile is missing */
export async function readTile(
  connection: CommonQueryMethods,
  partition: number,
  level: number,
  tile: number,
): Promise<Buffer> {
  const hashes = await reachable(
    connection.maybeOneFirst(sql.type(z.object({ hashes: z.instanceof(Buffer) }))`
      SELECT hashes FROM log_tiles WHERE partition = ${partition} AND level = ${level} AND tile = ${tile}`),
  );
  if (hashes === null)
    throw new BrokenLogError(
      `Tile ${tile} of level ${level} is missing in the tree of partition ${partition}. Run npx holdfast log verify`,
    );
  return hashes;
}

/**
 * Signs the tree of a partition as it is, and keeps the checkpoint for proofs.
 *
 * @returns its text; `undefined` when the tree is empty
 */
export const signTree = (
  pool: DatabasePool,
  key: CheckpointKey,
  partition: number,
): Promise<string | undefined> =>
  reachable(
    pool.transaction(async (transaction) => {
      const { size, position, link, rewrites, rewrites_link } = await lockTree(transaction, partition);
      if (size === 0) return undefined;
      const tree = await openTree(transaction, partition, size);
      const text = key.sign({
        partition,
        size,
        root: tree.root().toString('hex'),
        position,
        link,
        rewrites: rewrites_link === null ? null : { count: rewrites, link: rewrites_link },
        time: new Date().toISOString(),
      });
      await transaction.query(sql.unsafe`
        UPDATE log_trees SET checkpoint = ${text}, checkpoint_size = ${size} WHERE partition = ${partition}`);
      return text;
    }),
  );
