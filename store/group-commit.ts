/**
 * Group commit: commands that arrive during a write are written together by the next write.
 *
 * No timer decides. The first command at an idle writer is written at the end of the same turn of
 * the event loop, with the other commands of that turn. A single caller waits for no one; the
 * higher the load, the larger the batches (measured: docs/performance.md).
 */
import { StoreOverloaded, StoreUnavailable, answered } from './unavailable.ts';

export interface GroupCommitOptions<Item, Outcome> {
  /** Writes a batch in one statement. Returns one outcome for each item, in the same order. */
  write: (batch: Item[]) => Promise<Outcome[]>;
  /** Keys of an item. Two items that share a key never go into the same batch. */
  claims: (item: Item) => string[];
  /** Items that may wait; one more is refused at once. */
  capacity: number;
  /** Items in one batch. */
  batchItemsMax: number;
  /** After this time the outcome of a write is unknown to its callers. */
  timeoutMs: number;
  /** Called for each item with the time that it waited for its batch. */
  onWait?: (waitMs: number) => void;
}

export interface GroupCommit<Item, Outcome> {
  /**
   * @throws {StoreOverloaded} the queue is full; the item was not written
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
  resolve: (outcome: Outcome) => void;
  reject: (error: unknown) => void;
}

export function createGroupCommit<Item, Outcome>(
  options: GroupCommitOptions<Item, Outcome>,
): GroupCommit<Item, Outcome> {
  const { write, claims, capacity, batchItemsMax, timeoutMs, onWait } = options;
  let queue: Waiting<Item, Outcome>[] = [];
  let isBusy = false;
  let onDrained: (() => void)[] = [];

  function submit(item: Item): Promise<Outcome> {
    if (queue.length >= capacity) return Promise.reject(new StoreOverloaded('The append queue is full'));
    return new Promise((resolve, reject) => {
      queue.push({ item, sinceMs: performance.now(), resolve, reject });
      if (!isBusy) {
        isBusy = true;
        setImmediate(run);
      }
    });
  }

  async function run(): Promise<void> {
    while (queue.length > 0) {
      const batch = takeBatch();
      try {
        settle(batch, await answered(write(batch.map(({ item }) => item)), timeoutMs));
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

  function takeBatch(): Waiting<Item, Outcome>[] {
    const claimed = new Set<string>();
    const batch: Waiting<Item, Outcome>[] = [];
    const rest: Waiting<Item, Outcome>[] = [];
    for (const waiting of queue) {
      const wanted = claims(waiting.item);
      if (batch.length >= batchItemsMax || wanted.some((claim) => claimed.has(claim))) {
        rest.push(waiting);
        continue;
      }
      for (const claim of wanted) claimed.add(claim);
      batch.push(waiting);
      onWait?.(performance.now() - waiting.sinceMs);
    }
    queue = rest;
    return batch;
  }

  function settle(batch: Waiting<Item, Outcome>[], outcomes: Outcome[]): void {
    for (const [index, outcome] of outcomes.entries()) batch[index]?.resolve(outcome);
  }

  /** Also fails the items that wait: the next write would time out as well. */
  function failAll(batch: Waiting<Item, Outcome>[], error: StoreUnavailable): void {
    const behind = queue;
    queue = [];
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
