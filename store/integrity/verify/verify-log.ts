/**
 * Verification of the log: reads each event, computes its hashes, and compares them with the links,
 * the head, the tree, and a checkpoint that somebody kept (docs/integrity.md).
 */
import type { DatabasePool } from 'slonik';
import { checkEnd, isBeforeRestart } from './check-end.ts';
import { checkRewrites } from './check-rewrites.ts';
import type { CheckedRows, Suspect } from './check-rows.ts';
import type { Checkpoint } from '../checkpoint.ts';
import { type Checkers, startCheckers } from './checkers.ts';
import { diagnose } from './diagnose.ts';
import { genesisLink } from '../entry.ts';
import type { Finding } from './finding.ts';
import { type Head, readHeads } from './heads.ts';
import { readStoredRow } from '../binary-row.ts';
import { type Page, readPage } from '../read-rows.ts';
import { createTreeCheck } from './tree-check.ts';

/** Suspects that are kept for the diagnosis; behind a cut chain, all later events may be some. */
const SUSPECTS_MAX = 100_000;

export interface VerifiedPartition {
  partition: number;
  events: number;
  /** Of the last event. */
  position: number;
  /** Events without a link that the tree does not cover: nothing proves them yet. */
  unproven: number;
  /** Leaves of the stored tree. */
  tree_size: number;
  /** Rewrites of data on record. */
  rewrites: number;
  /** Events of a newer release, whose fingerprints were not checked. */
  unknown: number;
  /** Events with sealed members, whose fingerprints were not checked. */
  sealed: number;
  /** Events that the checkpoint proves to be unchanged: so are their fingerprints. */
  covered: number;
}

export interface Verification {
  partitions: VerifiedPartition[];
  findings: Finding[];
}

export interface VerifyLogOptions {
  /** Kept outside of the database, one a partition; their signatures are verified already. */
  checkpoints?: readonly Checkpoint[];
  /** Threads that check; 0: the calling thread. */
  threads: number;
}

export async function verifyLog(
  pool: DatabasePool,
  { checkpoints = [], threads }: VerifyLogOptions,
): Promise<Verification> {
  const heads = await readHeads(pool);
  const checkers = startCheckers(threads);
  const verification: Verification = { partitions: [], findings: [] };
  try {
    for (const head of heads) {
      const own = checkpoints.find(({ partition }) => partition === head.partition);
      const { findings, ...partition } = await verifyPartition(pool, checkers, head, own);
      verification.partitions.push(partition);
      verification.findings.push(...findings);
    }
  } finally {
    await checkers.end();
  }
  for (const { partition, position } of checkpoints) {
    if (heads.some((head) => head.partition === partition)) continue;
    const detail = `the log has no partition ${partition}; the checkpoint covers events up to position ${position}`;
    verification.findings.push({ kind: 'cut', partition, position: 1, detail });
  }
  return verification;
}

/** Trusts a checkpoint as long as the log agrees with it; otherwise reads once more, without. */
async function verifyPartition(
  pool: DatabasePool,
  checkers: Checkers,
  head: Head,
  checkpoint: Checkpoint | undefined,
): Promise<VerifiedPartition & { findings: Finding[] }> {
  const trusted = checkpoint?.position ?? 0;
  const verified = await verifyTrusting(pool, checkers, head, checkpoint, trusted);
  return verified.covered === 0 || verified.findings.length === 0
    ? verified
    : verifyTrusting(pool, checkers, head, checkpoint, 0);
}

/** @param trusted up to this position, no fingerprint is computed */
async function verifyTrusting(
  pool: DatabasePool,
  checkers: Checkers,
  head: Head,
  checkpoint: Checkpoint | undefined,
  trusted: number,
): Promise<VerifiedPartition & { findings: Finding[] }> {
  const { partition } = head;
  const tree = createTreeCheck({
    pool,
    partition,
    storedSize: head.tree_size,
    wantedSize: checkpoint?.size,
  });
  const isOfBefore = checkpoint !== undefined && isBeforeRestart(head, checkpoint);
  const signed = (isOfBefore ? null : checkpoint?.rewrites) ?? null;
  const findings: Finding[] = await checkRewrites(pool, partition, signed);
  const suspects: Suspect[] = [];
  let [unknown, sealed, unlinked, covered, lastLink] = [0, 0, 0, 0, ''];

  for await (const checked of checkedPages(pool, checkers, head, trusted)) {
    await tree.add(checked);
    findings.push(...checked.findings);
    suspects.push(...checked.suspects.slice(0, SUSPECTS_MAX - suspects.length));
    unknown += checked.unknown;
    sealed += checked.sealed;
    covered += checked.hasFingerprints ? 0 : checked.positions.length;
    unlinked += checked.positions.filter((position) => position <= head.linked_after).length;
    lastLink = checked.lastLink;
  }
  await tree.end();

  const add = (named: readonly Omit<Finding, 'partition'>[]) =>
    findings.push(...named.map((each) => ({ partition, ...each })));
  // What lies behind the head is one finding, of the end.
  add(diagnose(suspects.filter(({ entry }) => entry.position <= head.position)));
  const differs = tree.differs();
  // Behind a missing or an added event, all leaves have other places.
  if (differs !== undefined && findings.every(({ position }) => position > differs.position))
    add([againstTree(differs)]);
  const end = { head, lastLink, size: tree.size(), checkpoint, wanted: tree.wanted() };
  const isKnown = (named: Omit<Finding, 'partition'>) =>
    findings.some(({ kind, position }) => kind === named.kind && position === named.position);
  add((await checkEnd(pool, end, findings.length > 0)).filter((each) => !isKnown(each)));
  findings.sort((a, b) => a.position - b.position);
  return {
    partition,
    events: tree.size(),
    position: head.last,
    unproven: Math.max(0, unlinked - head.tree_size),
    tree_size: head.tree_size,
    rewrites: head.rewrites,
    unknown,
    sealed,
    covered,
    findings,
  };
}

function againstTree({ position, positionBefore }: { position: number; positionBefore: number }) {
  if (position > positionBefore + 1)
    return {
      kind: 'missing' as const,
      position: positionBefore + 1,
      detail: `the tree of the log has an event between ${positionBefore} and ${position}`,
    };
  return {
    kind: 'tree' as const,
    position,
    detail:
      'the tree of the log has another event here: it was changed, and the links after it computed again',
  };
}

/** Reads ahead while threads check; yields in the order of the log. */
async function* checkedPages(
  pool: DatabasePool,
  checkers: Checkers,
  { partition, last, linked_after, rewrites }: Head,
  trusted: number,
): AsyncGenerator<CheckedRows> {
  const running: Promise<CheckedRows>[] = [];
  let [after, before] = [0, genesisLink(partition, linked_after)];
  try {
    for (;;) {
      const page = await readPage(pool, { partition, after, upTo: last, hasRewrites: rewrites > 0 });
      if (page.ends.length === 0) break;
      const { lastPosition, ...rows } = page;
      const lastLink = linkOfLast(rows, partition);
      running.push(
        checkers.check({
          ...rows,
          partition,
          before,
          positionBefore: after,
          linkedAfter: linked_after,
          hasFingerprints: lastPosition > trusted,
        }),
      );
      running.at(-1)!.catch(() => {}); // thrown where it is awaited
      if (lastLink !== '') before = lastLink;
      after = lastPosition;
      while (running.length >= checkers.places) yield await running.shift()!;
    }
    while (running.length > 0) yield await running.shift()!;
  } finally {
    await Promise.allSettled(running);
  }
}

/** Read before a thread gets the rows: the next page follows from it. */
const linkOfLast = (rows: Pick<Page, 'bytes' | 'ends' | 'rewritten'>, partition: number): string =>
  readStoredRow(Buffer.from(rows.bytes.buffer), rows.ends.at(-2) ?? 0, { ...rows, partition }).link;
