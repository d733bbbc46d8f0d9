/** Proves that an event is in the log: what its leaf covers, and its path to a signed root. */
import type { CommonQueryMethods } from 'slonik';
import { z } from 'zod';
import { toId } from '../../ids.ts';
import { statement } from '../../statement.ts';
import { reachable } from '../../unavailable.ts';
import { inclusionProof } from './merkle.ts';
import { BrokenLogError, readTile } from './stored-tree.ts';

const provableRow = z.object({
  tenant_id: z.uuid(),
  order_id: z.uuid(),
  version: z.int(),
  event_id: z.uuid(),
  type: z.string(),
  schema_version: z.int(),
  data_sha256: z.string(),
  idempotency_key: z.string(),
  fingerprint: z.string(),
  traceparent: z.string().nullable(),
  key_id: z.uuid().nullable(),
  claim: z.string().nullable(),
  number: z.string().nullable(),
  recorded_at: z.string(),
  checkpoint: z.string(),
  checkpoint_size: z.int(),
  index: z.int(),
});
const readProvable = statement('integrity/read-provable-event', provableRow);

/** A proof as the API states it; ids are public ids, hashes hexadecimal. */
export interface EventProof {
  checkpoint: string;
  /** Of the leaf, from 0. */
  index: number;
  /** From the leaf to the root: RFC 9162, section 2.1.3. */
  path: string[];
  entry: Omit<z.output<typeof provableRow>, 'checkpoint' | 'checkpoint_size' | 'index'> & {
    partition: number;
    position: number;
  };
}

/** @returns `null` when no checkpoint covers the event yet, or the tree lacks a tile */
export async function proveEvent(
  connection: CommonQueryMethods,
  partition: number,
  position: number,
): Promise<EventProof | null> {
  const row = await reachable(connection.maybeOne(readProvable(partition, position)));
  if (row === null || row.index >= row.checkpoint_size) return null;
  const { checkpoint, checkpoint_size, index, ...event } = row;
  const tiles = new Map<string, Promise<Buffer>>();
  const read = (level: number, tile: number) => {
    const key = `${level} ${tile}`;
    const reading = tiles.get(key) ?? readTile(connection, partition, level, tile);
    tiles.set(key, reading);
    return reading;
  };
  const path = await inclusionProof(read, index, checkpoint_size).catch((error: unknown) => {
    // The receipt is an answer without its proof too; the checkpoint writer reports the tree.
    if (error instanceof BrokenLogError) return undefined;
    throw error;
  });
  if (path === undefined) return null;
  return {
    checkpoint,
    index,
    path: path.map((each) => each.toString('hex')),
    entry: {
      partition,
      position,
      ...event,
      tenant_id: toId('ten', event.tenant_id),
      order_id: toId('ord', event.order_id),
      event_id: toId('evt', event.event_id),
      key_id: event.key_id === null ? null : toId('key', event.key_id),
    },
  };
}
