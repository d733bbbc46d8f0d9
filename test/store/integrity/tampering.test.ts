/** What a superuser does to the log by SQL, and the position at which a verification finds it. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { sql } from 'slonik';
import { z } from 'zod';
import { importLog } from '../../../store/archive/import-log.ts';
import { type Checkpoint, openCheckpoint } from '../../../store/integrity/checkpoint.ts';
import { installationKey } from '../../../store/integrity/installation-key.ts';
import { growTree, signTree } from '../../../store/integrity/tree/stored-tree.ts';
import { verifyLog } from '../../../store/integrity/verify/verify-log.ts';
import type { DatabasePool } from '../../../store/pool.ts';
import { createKeyring } from '../../../store/secrets/keyring.ts';
import { recordShop } from '../../replay/generator.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';
import { each } from '../log-lines.ts';

const PARTITION = 1;
/** Over 256 events, so that the tree has more than one tile. */
const shop = recordShop(7, 100);
const LAST = shop.length - 1;

let database: TestDatabase;
let pool: DatabasePool;
let kept: Checkpoint;

beforeEach(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database);
  await importLog(pool, each(shop));
  await pool.query(sql.unsafe`SELECT start_log_epoch(${PARTITION})`);
  while (await growTree(pool, PARTITION, 1_000));
  const key = await installationKey(pool, createKeyring([]));
  kept = openCheckpoint((await signTree(pool, key, PARTITION))!, key.verifierKey);
  // A superuser can also hide that an append happened at all.
  await pool.query(sql.unsafe`UPDATE checkpoints SET position = 0`);
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

/** Statements of a superuser. */
async function run(text: string): Promise<void> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/** `kind position`, without those of other partitions. */
async function found(checkpoint?: Checkpoint): Promise<string[]> {
  const { findings, partitions } = await verifyLog(pool, {
    threads: 0,
    ...(checkpoint && { checkpoints: [checkpoint] }),
  });
  expect(partitions.find(({ partition }) => partition === PARTITION)!.unproven).toBe(0);
  expect(findings.every(({ partition }) => partition === PARTITION)).toBe(true);
  return findings.map(({ kind, position }) => `${kind} ${position}`);
}

/** Computes all links behind a position again, and the link of the head. */
const relink = (after: number) =>
  run(`DO $$
    DECLARE
      event record;
      head  bytea := coalesce((SELECT link FROM events WHERE partition = ${PARTITION} AND position = ${after}),
                              log_genesis(${PARTITION}, 0));
    BEGIN
      FOR event IN SELECT * FROM events WHERE partition = ${PARTITION} AND position > ${after} ORDER BY position LOOP
        head := sha256(head || event_digest(event.partition, event.tenant_id, event.order_id, event.version,
                         event.event_id, event.type, event.schema_version, event.data::text, event.idempotency_key,
                         event.fingerprint, event.traceparent, event.key_id, event.claim)
                       || int8send(event.position) || timestamptz_send(event.recorded_at)
                       || convert_to(coalesce(event.number, ''), 'UTF8'));
        UPDATE events SET link = head WHERE partition = event.partition AND position = event.position;
      END LOOP;
      UPDATE log_heads SET link = head WHERE partition = ${PARTITION};
    END $$`);
/** As if the tree had never been. */
const dropTree = () => run('DELETE FROM log_tiles; DELETE FROM log_trees');
const headBackTo = (position: number) =>
  run(`UPDATE log_heads SET (position, reached_position, link)
         = (SELECT ${position}, ${position}, link FROM events WHERE partition = ${PARTITION} AND position = ${position})
        WHERE partition = ${PARTITION}`);

const at = (position: number) => `partition = ${PARTITION} AND position = ${position}`;
/** A microsecond later; Citus refuses an UPDATE that depends on the time zone of the session. */
const LATER = `(recorded_at AT TIME ZONE 'UTC' + interval '1 microsecond') AT TIME ZONE 'UTC'`;
/** Changes a digit of an amount, and nothing else. */
const changeByte = (position: number) =>
  run(
    `UPDATE events SET data = regexp_replace(data::text, '("total":)\\d', '\\19')::json WHERE ${at(position)}`,
  );

const insertCopy = (position: number, link: string) =>
  run(`INSERT INTO events (partition, position, tenant_id, order_id, version, event_id, type, schema_version, data,
                           idempotency_key, fingerprint, recorded_at, link)
       SELECT partition, ${position}, tenant_id, gen_random_uuid(), 1, gen_random_uuid(), type, schema_version, data,
              'slipped-in', fingerprint, recorded_at, ${link}
         FROM events WHERE ${at(1)}`);

/** The first OrderPlaced behind a position. */
const placedAfter = (position: number) =>
  pool.oneFirst(sql.type(z.object({ position: z.int() }))`
    SELECT min(position) AS position FROM events WHERE type = 'OrderPlaced' AND position > ${position}`);

test('a clean log has no findings, with its checkpoint and without', async () => {
  expect(LAST).toBeGreaterThan(256);
  expect(kept).toMatchObject({ partition: PARTITION, size: LAST, position: LAST });
  expect(await found()).toEqual([]);
  expect(await found(kept)).toEqual([]);
  const { partitions } = await verifyLog(pool, { threads: 0, checkpoints: [kept] });
  expect(partitions.find(({ partition }) => partition === PARTITION)).toMatchObject({ covered: LAST });
});

describe('a verification finds', () => {
  test('1: a changed byte of the data', async () => {
    const position = await placedAfter(100);
    await changeByte(position);
    expect(await found()).toEqual([`changed ${position}`]);
  });

  test('2: a changed column: time, number, key, claim, trace', async () => {
    await run(`UPDATE events SET recorded_at = ${LATER} WHERE ${at(20)}`);
    await run(`UPDATE events SET number = 'X-1' WHERE ${at(40)}`);
    await run(`UPDATE events SET idempotency_key = 'another' WHERE ${at(60)}`);
    await run(`UPDATE events SET claim = 'order 1' WHERE ${at(80)}`);
    await run(`UPDATE events SET traceparent = '' WHERE ${at(100)}`);
    expect(await found()).toEqual(['changed 20', 'changed 40', 'changed 60', 'changed 80', 'changed 100']);
  });

  test('3: a missing event: the first, one in the middle, several', async () => {
    await run(
      `DELETE FROM events WHERE ${at(1)} OR ${at(50)} OR partition = 1 AND position BETWEEN 70 AND 75`,
    );
    expect(await found()).toEqual(['missing 1', 'missing 50', 'missing 70']);
  });

  test('4: the last event missing, and a longer tail', async () => {
    await run(`DELETE FROM events WHERE ${at(LAST)}`);
    expect(await found()).toEqual([`cut ${LAST}`]);
    await run(`DELETE FROM events WHERE partition = 1 AND position > 270`);
    expect(await found()).toEqual(['cut 271']);
  });

  test('5: a cut tail whose head was set back, by the tree; without the tree, by a checkpoint', async () => {
    await run(`DELETE FROM events WHERE partition = 1 AND position > 270`);
    await headBackTo(270);
    expect(await found()).toEqual(['cut 271']);
    await dropTree();
    expect(await found()).toEqual([]);
    expect(await found(kept)).toEqual(['cut 271']);
  });

  test('6: two exchanged events, with their links and without', async () => {
    await run(`UPDATE events SET position = -1 WHERE ${at(30)};
               UPDATE events SET position = 30 WHERE ${at(90)};
               UPDATE events SET position = 90 WHERE ${at(-1)}`);
    expect(await found()).toEqual(['exchanged 30']);
    await run(`UPDATE events SET position = -1 WHERE ${at(130)};
               UPDATE events SET position = 130 WHERE ${at(131)};
               UPDATE events SET position = 131 WHERE ${at(-1)};
               UPDATE events AS one SET link = other.link FROM events AS other
                WHERE one.partition = 1 AND other.partition = 1
                  AND (one.position, other.position) IN ((130, 131), (131, 130))`);
    expect(await found()).toEqual(['exchanged 30', 'exchanged 130']);
  });

  test('7: an event that was added behind the end', async () => {
    await insertCopy(LAST + 1, "sha256('x')");
    expect(await found()).toEqual([`added ${LAST + 1}`]);
    await run(
      `UPDATE log_heads SET position = position + 1, reached_position = position + 1 WHERE partition = 1`,
    );
    expect(await found()).toEqual([`changed ${LAST + 1}`]);
  });

  test('8: an event that was added between two others, which moved', async () => {
    await run(`UPDATE events SET position = -position WHERE partition = 1 AND position > 100;
               UPDATE events SET position = 1 - position WHERE partition = 1 AND position < 0;
               UPDATE log_heads SET position = position + 1, reached_position = position + 1 WHERE partition = 1`);
    await insertCopy(101, "sha256('x')");
    expect(await found()).toEqual(['added 101']);
  });

  test('9: a fingerprint that does not fit its data, with all links and the tree made again', async () => {
    const position = await placedAfter(10);
    await run(`UPDATE events SET fingerprint = sha256('x') WHERE ${at(position)}`);
    await relink(position - 1);
    await dropTree();
    while (await growTree(pool, PARTITION, 1_000));
    expect(await found()).toEqual([`fingerprint ${position}`]);
    expect(await found(kept)).toEqual([`fingerprint ${position}`, `checkpoint ${LAST}`]);
  });

  test('10: a removed link, and one of another event', async () => {
    await run(`UPDATE events SET link = NULL WHERE ${at(15)}`);
    await run(`UPDATE events SET link = (SELECT link FROM events WHERE ${at(3)}) WHERE ${at(25)}`);
    expect(await found()).toEqual(['changed 15', 'changed 25']);
    await run(`UPDATE log_heads SET linked_after = 200 WHERE partition = 1`);
    expect((await found()).length).toBeGreaterThan(100);
  });

  test('11: changed data whose link, and all later ones, were computed again: by the tree', async () => {
    const position = await placedAfter(260);
    await run(`UPDATE events SET recorded_at = ${LATER} WHERE ${at(position)}`);
    await relink(position - 1);
    expect(await found()).toEqual([`tree ${position}`]);
  });

  test('12: the same with a new tree: by a checkpoint that somebody kept', async () => {
    await run(`UPDATE events SET recorded_at = ${LATER} WHERE ${at(200)}`);
    await relink(199);
    await dropTree();
    while (await growTree(pool, PARTITION, 1_000));
    expect(await found()).toEqual([]);
    expect(await found(kept)).toEqual([`checkpoint ${LAST}`]);
  });

  test('13: a changed hash of the tree, of a leaf and of a node', async () => {
    await run(`UPDATE log_tiles SET hashes = overlay(hashes PLACING sha256('x') FROM 321)
                WHERE partition = 1 AND level = 0 AND tile = 0`);
    expect(await found()).toEqual(['tree 11']);
  });

  test('14: a changed head', async () => {
    await run(`UPDATE log_heads SET link = sha256('x') WHERE partition = 1`);
    expect(await found()).toEqual([`changed ${LAST}`]);
  });
});

describe('a tail that a failover lost', () => {
  /** The database of a replica that had the log up to 270, and its tree. */
  beforeEach(async () => {
    await run('DELETE FROM events WHERE partition = 1 AND position > 270; DELETE FROM log_epochs');
    await headBackTo(270);
    await dropTree();
    while (await growTree(pool, PARTITION, 1_000));
  });

  test('is on record, and so is no cut', async () => {
    await pool.query(sql.unsafe`SELECT start_log_epoch(${PARTITION}, 'other_timeline')`);
    expect(await found()).toEqual([]);
    const { findings } = await verifyLog(pool, { threads: 0, checkpoints: [kept] });
    expect(findings).toMatchObject([{ kind: 'lost', position: 271 }]);
    expect(findings[0]!.detail).toMatch(
      /^the tail behind position 270 was lost at epoch change 1 \(other_timeline, .*as is on record/,
    );
  });

  test('is a cut without a record', async () => {
    expect(await found(kept)).toEqual(['cut 271']);
  });
});

test('threads find what one thread finds', async () => {
  await changeByte(await placedAfter(100));
  const inThreads = await verifyLog(pool, { threads: 2 });
  expect(inThreads).toEqual(await verifyLog(pool, { threads: 0 }));
  expect(inThreads.findings).toHaveLength(1);
});
