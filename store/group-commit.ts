/**
 * Group commit: commands that arrive while a write is under way are written together by the next one.
 *
 * No timer decides. The first command to arrive at an idle writer is sent at the end of the same turn of the event loop, together
 * with what else that turn brought; all that comes later waits for the write before it. One caller alone waits
 * for nobody, and the busier it gets, the larger the batches (measured: docs/performance.md).
 */
import { StoreOverloaded, StoreUnavailable, withDeadline } from './unavailable.ts';

export interface GroupCommitOptions<Item, Outcome> {
  /** Writes a batch in one statement and answers one outcome for each item, in the same order. */
  write: (batch: Item[]) => Promise<Outcome[]>;
  /** What an item must not share with another one of the same batch; one that does waits for the next batch. */
  claims: (item: Item) => string[];
  /** Items that may wait; one more is refused at once. */
  capacity: number;
  /** Items a batch at most. */
  maxBatch: number;
  /** Milliseconds that a write may take before its callers are told that the outcome is unknown. */
  timeout: number;
  /** Told for each item how many ms it waited for its batch. */
  waited?: (ms: number) => void;
}

export interface GroupCommit<Item, Outcome> {
  /**
   * @throws {StoreOverloaded} the queue is full; the item was not written
   * @throws {StoreUnavailable} the write failed or took too long; the item was written once or not at all
   */
  submit: (item: Item) => Promise<Outcome>;
  /** Resolves when nothing waits and nothing is being written. */
  drained: () => Promise<void>;
}

interface Waiting<Item, Outcome> {
  item: Item;
  since: number;
  resolve: (outcome: Outcome) => void;
  reject: (error: unknown) => void;
}

export function createGroupCommit<Item, Outcome>(
  options: GroupCommitOptions<Item, Outcome>,
): GroupCommit<Item, Outcome> {
  const { write, claims, capacity, maxBatch, timeout, waited } = options;
  let queue: Waiting<Item, Outcome>[] = [];
  let busy = false;
  let onDrained: (() => void)[] = [];

  function submit(item: Item): Promise<Outcome> {
    if (queue.length >= capacity) return Promise.reject(new StoreOverloaded('The append queue is full'));
    return new Promise((resolve, reject) => {
      queue.push({ item, since: performance.now(), resolve, reject });
      if (!busy) {
        busy = true;
        setImmediate(run);
      }
    });
  }

  async function run(): Promise<void> {
    while (queue.length > 0) {
      const batch = takeBatch();
      try {
        settle(batch, await withDeadline(write(batch.map(({ item }) => item)), timeout));
      } catch (error) {
        if (error instanceof StoreUnavailable) failAll(batch, error);
        else if (batch.length === 1) batch[0]?.reject(error);
        else await writeOneByOne(batch);
      }
    }
    busy = false;
    for (const resolve of onDrained) resolve();
    onDrained = [];
  }

  function takeBatch(): Waiting<Item, Outcome>[] {
    const claimed = new Set<string>();
    const batch: Waiting<Item, Outcome>[] = [];
    const left: Waiting<Item, Outcome>[] = [];
    for (const waiting of queue) {
      const wanted = claims(waiting.item);
      if (batch.length >= maxBatch || wanted.some((claim) => claimed.has(claim))) {
        left.push(waiting);
        continue;
      }
      for (const claim of wanted) claimed.add(claim);
      batch.push(waiting);
      waited?.(performance.now() - waiting.since);
    }
    queue = left;
    return batch;
  }

  function settle(batch: Waiting<Item, Outcome>[], outcomes: Outcome[]): void {
    for (const [index, outcome] of outcomes.entries()) batch[index]?.resolve(outcome);
  }

  /** Whoever waits behind a write that Postgres did not answer would only wait as long again: all are told at once. */
  function failAll(batch: Waiting<Item, Outcome>[], error: StoreUnavailable): void {
    const behind = queue;
    queue = [];
    for (const { reject } of [...batch, ...behind]) reject(error);
  }

  /** One item that Postgres refuses must not take the others of its batch with it. */
  async function writeOneByOne(batch: Waiting<Item, Outcome>[]): Promise<void> {
    for (const waiting of batch) {
      try {
        settle([waiting], await withDeadline(write([waiting.item]), timeout));
      } catch (error) {
        waiting.reject(error);
      }
    }
  }

  return {
    submit,
    drained: () => (busy ? new Promise((resolve) => onDrained.push(resolve)) : Promise.resolve()),
  };
}
