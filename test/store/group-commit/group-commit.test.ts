import { describe, expect, test } from '@jest/globals';
import { createGroupCommit } from '../../../store/group-commit.ts';
import { StoreOverloaded, StoreUnavailable } from '../../../store/unavailable.ts';

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

  describe('between tenants', () => {
    // The first character of an item is its tenant.
    const shared = { ...options, capacity: 100, batchItemsMax: 4, tenantOf: ([tenant]: string) => tenant! };
    const items = (tenant: string, count: number) => Array.from({ length: count }, (_, n) => `${tenant}${n}`);
    const quietly = (promise: Promise<unknown>) => void promise.catch(() => {});

    test('takes turns in a batch, and goes on where the last batch ended', async () => {
      const { batches, write } = heldWriter();
      const { submit } = createGroupCommit({ ...shared, write });
      const all = [...items('a', 8), ...items('b', 2), ...items('c', 3), ...items('d', 1), ...items('e', 1)];
      all.forEach((item) => quietly(submit(item)));
      for (let n = 0; n < 4; n += 1) {
        await turn();
        batches[n]?.answer();
      }
      expect(batches.map((batch) => batch.items)).toEqual([
        ['a0', 'b0', 'c0', 'd0'],
        ['e0', 'a1', 'b1', 'c1'],
        ['a2', 'c2', 'a3', 'a4'],
        ['a5', 'a6', 'a7'],
      ]);
    });

    test('an item that cannot be in a batch does not cost its tenant the turn', async () => {
      const { batches, write } = heldWriter();
      const claims = (item: string) => (item.endsWith('!') ? ['same'] : [item]);
      const { submit } = createGroupCommit({ ...shared, write, claims });
      for (const item of ['a1!', 'a2!', 'a3', 'a4', 'b1!', 'b2', 'b3']) quietly(submit(item));
      for (let n = 0; n < 3; n += 1) {
        await turn();
        batches[n]?.answer();
      }
      expect(batches.map((batch) => batch.items)).toEqual([
        ['a1!', 'b2', 'a3', 'b3'],
        ['a2!', 'a4'],
        ['b1!'],
      ]);
    });

    test('one has a share of each batch for a while after another one had an item waiting', async () => {
      const { batches, write } = heldWriter();
      const noted: number[] = [];
      const share = { items: () => 2, note: (tookMs: number) => void noted.push(tookMs) };
      const { submit } = createGroupCommit({ ...shared, write, share });
      items('a', 9).forEach((item) => quietly(submit(item)));
      await turn();
      quietly(submit('b0'));
      for (let n = 0; n < 3; n += 1) {
        batches[n]?.answer();
        await turn();
      }
      expect(batches.map((batch) => batch.items)).toEqual([
        ['a0', 'a1', 'a2', 'a3'],
        ['a4', 'b0', 'a5'],
        ['a6', 'a7'],
        ['a8'],
      ]);
      batches.at(-1)?.answer();
      await turn();
      expect(noted).toHaveLength(2); // the time of the two in which one had its whole share
    });

    test('one alone has the whole queue; a second one gets half of it, at the cost of the last', async () => {
      const { batches, write } = heldWriter();
      const { submit } = createGroupCommit({ ...shared, write });
      const outcomes = new Map<string, string>();
      const ask = (item: string) =>
        void submit(item).then(
          () => outcomes.set(item, 'written'),
          (error: Error) => outcomes.set(item, error.name),
        );
      items('a', 101).forEach(ask);
      await turn();
      expect([...outcomes]).toEqual([['a100', 'StoreOverloaded']]);
      expect(batches.map((batch) => batch.items.length)).toEqual([4]);
      items('a', 4).forEach((item) => ask(`${item}+`));
      items('b', 60).forEach(ask);
      await turn();
      // 100 places wait: those of b up to half, then one of b itself is refused.
      const refused = (tenant: string) => [...outcomes.keys()].filter((item) => item.startsWith(tenant));
      expect([refused('a').length, refused('b')]).toEqual([1 + 50, items('b', 60).slice(50)]);
      expect(refused('a').slice(1, 6)).toEqual(['a3+', 'a2+', 'a1+', 'a0+', 'a99']);
      for (let n = 0; n < 26; n += 1) {
        batches[n]?.answer();
        await turn();
        await turn();
      }
      expect(batches.slice(1).flatMap((batch) => batch.items)).toHaveLength(100);
      expect(batches[1]?.items.map(([tenant]) => tenant)).toEqual(['a', 'b', 'a', 'b']);
    });
  });
});
