/**
 * Group commit: commands that arrive during a write are written together by the next write.
 *
 * No timer decides. The first command at an idle writer is written at the end of the same turn of
 * the event loop, with the other commands of that turn. A single caller waits for no one; the
 * higher the load, the larger the batches (measured: docs/performance.md).
 *
 * Tenants take turns in a batch. While several write, none has more than a share of a batch, since
 * the others wait for its end: else single orders wait behind a stream. In a full queue, the last
 * item of the tenant that has most gives way to a tenant that has fewer: one alone has the whole
 * queue, two have half each.
 */
import { type Release, createFairShare } from '../platform/fair-share.ts';
import type { BatchShare } from './batch-share.ts';
import { StoreOverloaded, StoreUnavailable, answered } from './unavailable.ts';

export interface GroupCommitOptions<Item, Outcome> {
  /** Writes a batch in one statement. Returns one outcome for each item, in the same order. */
  write: (batch: Item[]) => Promise<Outcome[]>;
  /** Keys of an item. Two items that share a key never go into the same batch. */
  claims: (item: Item) => string[];
  /** Items of different tenants share the queue and the batches; without it, all are of one. */
  tenantOf?: (item: Item) => string;
  /** Items that may wait; one more refuses one of the tenant that has most, at once. */
  capacity: number;
  /** Items in one batch. */
  batchItemsMax: number;
  /** What one tenant has of a batch while others write too; without it, as much as fits. */
  share?: BatchShare;
  /** After this time the outcome of a write is unknown to its callers. */
  timeoutMs: number;
  /** Called for each item with the time that it waited for its batch. */
  onWait?: (waitMs: number) => void;
}

export interface GroupCommit<Item, Outcome> {
  /**
   * @throws {StoreOverloaded} the queue is full; the item was not written, and will not be
   * @throws {StoreUnavailable} the write failed or took too long; the item was written once or not
   *   at all
   */
  submit: (item: Item) => Promise<Outcome>;
  /** Resolves when no item waits and no write runs. */
  drained: () => Promise<void>;
}

interface Waiting<Item, Outcome> {
  item: Item;
  sinceMs: number;
  leaveQueue: Release;
  resolve: (outcome: Outcome) => void;
  reject: (error: unknown) => void;
}

/** What one tenant has waiting, oldest first. */
interface Line<Item, Outcome> {
  waiting: Waiting<Item, Outcome>[];
  /** While a batch is picked: how many were looked at, and how many of these passed over. */
  seen: number;
  passed: number;
  picked: number;
}

/** Empty lines stay in the map until there are so many: entries that come and go cost more. */
const LINES_KEPT_MAX = 1_024;

/** Others count as writing for this time after one of them had an item waiting. */
const SHARED_MS = 250;

const ofOneTenant = () => '';

export function createGroupCommit<Item, Outcome>(
  options: GroupCommitOptions<Item, Outcome>,
): GroupCommit<Item, Outcome> {
  const { write, claims, tenantOf = ofOneTenant, capacity, batchItemsMax, timeoutMs, onWait } = options;
  const { share } = options;
  const queue = createFairShare({ capacity });
  const lines = new Map<string, Line<Item, Outcome>>();
  /** The lines with waiting items. The first one has the next turn. */
  let turns: Line<Item, Outcome>[] = [];
  let sharedUntilMs = Number.NEGATIVE_INFINITY;
  let isBusy = false;
  let onDrained: (() => void)[] = [];

  function submit(item: Item): Promise<Outcome> {
    const tenant = tenantOf(item);
    const leaveQueue = queue.tryTake(tenant) ?? takeFromRichest(tenant);
    if (leaveQueue === undefined) return Promise.reject(queueFull());
    return new Promise((resolve, reject) => {
      const line = lineOf(tenant);
      if (line.waiting.length === 0) turns.push(line);
      line.waiting.push({ item, sinceMs: performance.now(), leaveQueue, resolve, reject });
      if (!isBusy) {
        isBusy = true;
        setImmediate(run);
      }
    });
  }

  function lineOf(tenant: string): Line<Item, Outcome> {
    const known = lines.get(tenant);
    if (known !== undefined) return known;
    if (lines.size >= LINES_KEPT_MAX)
      for (const [name, { waiting }] of lines) if (waiting.length === 0) lines.delete(name);
    const line: Line<Item, Outcome> = { waiting: [], seen: 0, passed: 0, picked: 0 };
    lines.set(tenant, line);
    return line;
  }

  /** Refuses the last item of the tenant that has most, if that one has more than this one gets. */
  function takeFromRichest(tenant: string): Release | undefined {
    const richest = queue.richest()!;
    if (queue.taken(richest) <= queue.taken(tenant) + 1) return undefined;
    const last = lines.get(richest)!.waiting.pop()!;
    last.leaveQueue();
    last.reject(queueFull());
    return queue.tryTake(tenant);
  }

  async function run(): Promise<void> {
    while (turns.length > 0) {
      const { batch, isShared } = takeBatch();
      const beganMs = performance.now();
      try {
        settle(batch, await answered(write(batch.map(({ item }) => item)), timeoutMs));
        if (isShared) share?.note(performance.now() - beganMs);
      } catch (error) {
        if (error instanceof StoreUnavailable) failAll(batch, error);
        else if (batch.length === 1) batch[0]?.reject(error);
        else await writeOneByOne(batch);
      }
    }
    isBusy = false;
    for (const resolve of onDrained) resolve();
    onDrained = [];
  }

  /**
   * Picks one item of each line in turn, until the batch is full.
   *
   * @returns also whether a tenant has its whole share of it
   */
  function takeBatch(): { batch: Waiting<Item, Outcome>[]; isShared: boolean } {
    const claimed = new Set<string>();
    const batch: Waiting<Item, Outcome>[] = [];
    let [turn, without, isShared] = [0, 0, false];
    const nowMs = performance.now();
    if (turns.length > 1) sharedUntilMs = nowMs + SHARED_MS;
    const sharing = nowMs < sharedUntilMs ? share : undefined;
    const ofTenantMax = sharing?.items() ?? batchItemsMax;
    while (batch.length < batchItemsMax && without < turns.length) {
      const line = turns[turn]!;
      const picked = line.picked < ofTenantMax ? pick(line, claimed) : undefined;
      turn = (turn + 1) % turns.length;
      without = picked === undefined ? without + 1 : 0;
      if (picked !== undefined) batch.push(picked);
      isShared ||= sharing !== undefined && line.picked === ofTenantMax;
    }
    turns = [...turns.slice(turn), ...turns.slice(0, turn)].filter(closeUp);
    return { batch, isShared };
  }

  /** The oldest item of a line that shares no key with those that are picked. */
  function pick(line: Line<Item, Outcome>, claimed: Set<string>): Waiting<Item, Outcome> | undefined {
    while (line.seen < line.waiting.length) {
      const waiting = line.waiting[line.seen]!;
      line.seen += 1;
      const wanted = claims(waiting.item);
      if (wanted.some((claim) => claimed.has(claim))) {
        line.waiting[line.passed] = waiting;
        line.passed += 1;
        continue;
      }
      for (const claim of wanted) claimed.add(claim);
      line.picked += 1;
      waiting.leaveQueue();
      onWait?.(performance.now() - waiting.sinceMs);
      return waiting;
    }
    return undefined;
  }

  function settle(batch: Waiting<Item, Outcome>[], outcomes: Outcome[]): void {
    for (const [index, outcome] of outcomes.entries()) batch[index]?.resolve(outcome);
  }

  /** Also fails the items that wait: the next write would time out as well. */
  function failAll(batch: Waiting<Item, Outcome>[], error: StoreUnavailable): void {
    const behind = turns.flatMap(({ waiting }) => waiting.splice(0));
    turns = [];
    for (const { leaveQueue } of behind) leaveQueue();
    for (const { reject } of [...batch, ...behind]) reject(error);
  }

  /** An item that Postgres refuses must not fail the rest of its batch. */
  async function writeOneByOne(batch: Waiting<Item, Outcome>[]): Promise<void> {
    for (const waiting of batch) {
      try {
        settle([waiting], await answered(write([waiting.item]), timeoutMs));
      } catch (error) {
        waiting.reject(error);
      }
    }
  }

  return {
    submit,
    drained: () => (isBusy ? new Promise((resolve) => onDrained.push(resolve)) : Promise.resolve()),
  };
}

/** Removes the picked items of a line. @returns whether it has others */
function closeUp<Item, Outcome>(line: Line<Item, Outcome>): boolean {
  if (line.seen === line.waiting.length) line.waiting.length = line.passed;
  else line.waiting.splice(line.passed, line.seen - line.passed);
  [line.seen, line.passed, line.picked] = [0, 0, 0];
  return line.waiting.length > 0;
}

const queueFull = () => new StoreOverloaded('The append queue is full');
