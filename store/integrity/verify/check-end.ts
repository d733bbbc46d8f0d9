/** Checks where a partition ends: against its head, its readers, its tree, and a checkpoint. */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { reachable } from '../../unavailable.ts';
import type { Checkpoint } from '../checkpoint.ts';
import type { Finding } from './finding.ts';
import type { Head } from './heads.ts';
import type { TreeAt } from './tree-check.ts';

type Named = Omit<Finding, 'partition'>;

interface End {
  head: Head;
  /** The stored link of the last event. */
  lastLink: string;
  /** Events that the log has. */
  size: number;
  checkpoint: Checkpoint | undefined;
  /** The tree of the log at the size of the checkpoint. */
  wanted: TreeAt | undefined;
}

const epochRow = z.object({
  epoch: z.int(),
  kept_position: z.int(),
  after_position: z.int(),
  reason: z.string(),
  started_at: z.string(),
});
type EpochOnRecord = z.output<typeof epochRow>;

/** @param isBroken whether the events have findings already, which explain a number of events */
export async function checkEnd(pool: DatabasePool, end: End, isBroken: boolean): Promise<Named[]> {
  const { head, lastLink, checkpoint } = end;
  const epochs = await reachable(
    pool.any(sql.type(epochRow)`
      SELECT epoch, kept_position, after_position, reason, started_at
        FROM log_epochs
       WHERE partition = ${head.partition} AND reason <> 'first'
       ORDER BY epoch`),
  );
  const cut = cutTail(end, epochs) ?? (isBroken ? undefined : fewerThanTree(end));
  const findings = cut === undefined ? [] : [cut];
  const isLinked = head.last > head.linked_after;
  if (cut === undefined && head.last > head.position)
    findings.push({
      kind: 'added',
      position: head.position + 1,
      detail: `events up to position ${head.last} lie behind the head of the log`,
    });
  else if (cut === undefined && isLinked && (head.link ?? '') !== lastLink)
    findings.push({
      kind: 'changed',
      position: head.last,
      detail: 'the head of the log has another link than its last event',
    });
  const against = checkpoint && againstCheckpoint(end, checkpoint, epochs);
  // A cut tail is one finding, however many see it.
  if (against !== undefined && !(against.kind === 'cut' && cut !== undefined)) findings.push(against);
  return findings;
}

/** Whether the log ends before something that has seen more of it. */
function cutTail({ head }: End, epochs: readonly EpochOnRecord[]): Named | undefined {
  const { last, position, reached_position, consumed, tree_position } = head;
  const newest = epochs.at(-1);
  // Right after an epoch change, the head is in front of the first event of the epoch.
  const end = newest !== undefined && newest.after_position === position ? newest.kept_position : position;
  const seen = [
    { at: end, by: 'the head of the log' },
    { at: reached_position > position ? reached_position : 0, by: 'an earlier head of the log' },
    { at: isOnRecord(consumed, epochs) ? 0 : consumed, by: 'a consumer' },
    { at: isOnRecord(tree_position, epochs) ? 0 : tree_position, by: 'the tree of the log' },
  ];
  const furthest = seen.find(({ at }) => at > last);
  if (furthest !== undefined)
    return {
      kind: 'cut',
      position: last + 1,
      detail: `the log ends at position ${last}, but ${furthest.by} was at position ${furthest.at}`,
    };
  return undefined;
}

function fewerThanTree({ head: { last, tree_size, tree_position }, size }: End): Named | undefined {
  if (tree_position !== last || tree_size <= size) return undefined;
  const detail = `the tree of the log has ${tree_size} events, the log ${size}`;
  return { kind: 'missing', position: last, detail };
}

/** Whether a position is the end of an epoch, or in a tail that was lost. */
const isOnRecord = (position: number, epochs: readonly EpochOnRecord[]): boolean =>
  epochs.some(({ kept_position, after_position }) => position > kept_position && position <= after_position);

/** Whether a partition was linked again since the checkpoint (restart-links.ts). */
export const isBeforeRestart = ({ restarted_at }: Head, { time }: Checkpoint): boolean =>
  restarted_at !== null && Date.parse(time) <= Date.parse(restarted_at);

function againstCheckpoint(
  { head, size, wanted }: End,
  checkpoint: Checkpoint,
  epochs: readonly EpochOnRecord[],
): Named | undefined {
  if (wanted !== undefined && wanted.root === checkpoint.root && wanted.position === checkpoint.position)
    return undefined;
  if (isBeforeRestart(head, checkpoint))
    return {
      kind: 'restarted',
      position: Math.min(checkpoint.position, head.last),
      detail:
        `the log was linked again at ${head.restarted_at}, when its personal data was sealed, as is on record; ` +
        'verify against a checkpoint of since',
    };
  const lost = epochs.find(
    ({ kept_position, after_position }) =>
      checkpoint.position > kept_position && checkpoint.position < after_position,
  );
  if (lost !== undefined)
    return {
      kind: 'lost',
      position: lost.kept_position + 1,
      detail:
        `the tail behind position ${lost.kept_position} was lost at epoch change ${lost.epoch} (${lost.reason}, ` +
        `${lost.started_at}), as is on record; the checkpoint covers events up to position ${checkpoint.position}`,
    };
  if (size < checkpoint.size)
    return {
      kind: 'cut',
      position: head.last + 1,
      detail: `the checkpoint covers ${checkpoint.size} events up to position ${checkpoint.position}, the log has ${size}`,
    };
  return {
    kind: 'checkpoint',
    position: Math.min(checkpoint.position, wanted?.position ?? checkpoint.position),
    detail: `an event up to here is not the one that the checkpoint covers`,
  };
}
