import { describe, expect, test } from '@jest/globals';
import { createGroupCommit } from '../../store/group-commit.ts';
import { StoreOverloaded, StoreUnavailable } from '../../store/unavailable.ts';

/** A writer that holds each batch until the test answers it. */
function heldWriter() {
  const batches: { items: string[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const write = (items: string[]) =>
    new Promise<string[]>((resolve, reject) => {
      batches.push({ items, answer: () => resolve(items.map((item) => `${item}!`)), fail: reject });
    });
  return { batches, write };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));
const options = { claims: (item: string) => [item], capacity: 4, batchItemsMax: 3, timeoutMs: 1_000 };

describe('group commit', () => {
  test('writes the items of one turn of the event loop together, and later ones after that write', async () => {
    const { batches, write } = heldWriter();
    const { submit } = createGroupCommit({ ...options, write });
    const first = Promise.all([submit('a'), submit('b')]);
    await turn();
    const second = submit('c');
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([['a', 'b']]);
    batches[0]?.answer();
    expect(await first).toEqual(['a!', 'b!']);
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([['a', 'b'], ['c']]);
    batches[1]?.answer();
    expect(await second).toBe('c!');
  });

  test('leaves the second of two items with the same claim for the next batch', async () => {
    const { batches, write } = heldWriter();
    const { submit } = createGroupCommit({ ...options, write });
    void submit('a');
    void submit('a');
    void submit('b');
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([['a', 'b']]);
    batches[0]?.answer();
    await turn();
    expect(batches.at(-1)?.items).toEqual(['a']);
    batches.at(-1)?.answer();
  });

  test('refuses items beyond its capacity at once, and bounds a batch', async () => {
    const { batches, write } = heldWriter();
    const { submit } = createGroupCommit({ ...options, write });
    const all = ['a', 'b', 'c', 'd'].map(submit);
    await expect(submit('e')).rejects.toThrow(StoreOverloaded);
    await turn();
    expect(batches[0]?.items).toEqual(['a', 'b', 'c']);
    batches[0]?.answer();
    await turn();
    expect(batches[1]?.items).toEqual(['d']);
    batches[1]?.answer();
    expect(await Promise.all(all)).toEqual(['a!', 'b!', 'c!', 'd!']);
  });

  test('fails the items that wait together with a lost write', async () => {
    const { batches, write } = heldWriter();
    const { submit, drained } = createGroupCommit({ ...options, write });
    const first = submit('a');
    await turn();
    const behind = submit('b');
    batches[0]?.fail(new StoreUnavailable('gone'));
    const outcomes = await Promise.allSettled([first, behind]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await drained();
    const after = submit('c');
    await turn();
    batches.at(-1)?.answer();
    expect(await after).toBe('c!');
  });

  test('fails a write that does not answer in time', async () => {
    const { write } = heldWriter();
    const { submit } = createGroupCommit({ ...options, write, timeoutMs: 20 });
    await expect(submit('a')).rejects.toThrow('No answer within 20 ms');
  });

  test('is drained when no item waits and no write runs', async () => {
    const { batches, write } = heldWriter();
    const { submit, drained } = createGroupCommit({ ...options, write });
    await drained();
    let done = false;
    void submit('a');
    const waitedFor = drained().then(() => {
      done = true;
    });
    await turn();
    expect(done).toBe(false);
    batches[0]?.answer();
    await waitedFor;
  });
});
