/** A tenant alone has all places, two have half each, and one that wants little hardly waits. */
import { expect, test } from '@jest/globals';
import { type FairShare, type Release, createFairShare } from '../../platform/fair-share.ts';

/** Asks for places, and collects what is given. */
function asker(share: FairShare, tenant: string) {
  const given: Release[] = [];
  return {
    given,
    ask: (count: number, places = 1) => {
      for (let n = 0; n < count; n += 1)
        void share.take(tenant, { places }).then((release) => given.push(release));
    },
    giveBack: () => given.shift()!(),
  };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a tenant alone has all places', async () => {
  const share = createFairShare({ capacity: 10 });
  const alone = asker(share, 'a');
  alone.ask(15);
  await settled();
  expect(alone.given).toHaveLength(10);
  expect(share.taken('a')).toBe(10);
  expect(share.waiting()).toBe(5);
  alone.giveBack();
  await settled();
  expect(share.taken()).toBe(10);
  expect(share.waiting('a')).toBe(4);
});

test('two tenants that want more have half each, also when one came first', async () => {
  const share = createFairShare({ capacity: 10 });
  const [first, second] = [asker(share, 'a'), asker(share, 'b')];
  first.ask(100);
  await settled();
  second.ask(100);
  for (let n = 0; n < 30; n += 1) {
    (first.given.length > 0 && n % 2 === 0 ? first : second.given.length > 0 ? second : first).giveBack();
    await settled();
  }
  expect([share.taken('a'), share.taken('b')]).toEqual([5, 5]);
});

test('a tenant that wants one place gets the next one that comes back', async () => {
  const share = createFairShare({ capacity: 4 });
  const [greedy, small] = [asker(share, 'a'), asker(share, 'b')];
  greedy.ask(1_000);
  await settled();
  small.ask(1);
  await settled();
  expect(small.given).toHaveLength(0);
  greedy.giveBack();
  await settled();
  expect(small.given).toHaveLength(1);
});

test('nobody overtakes what waits for several places', async () => {
  const share = createFairShare({ capacity: 4 });
  const [large, small] = [asker(share, 'a'), asker(share, 'b')];
  const release = share.tryTake('c', 2)!;
  large.ask(1, 4);
  small.ask(1);
  await settled();
  expect([large.given.length, small.given.length]).toEqual([0, 0]);
  release();
  await settled();
  expect(large.given).toHaveLength(1);
  large.giveBack();
  await settled();
  expect(small.given).toHaveLength(1);
});

test('with a bound by what is free, places stay free for those who come later', () => {
  const share = createFairShare({ capacity: 100, freeTimesMax: 4 });
  const all = (tenant: string) => {
    let count = 0;
    while (share.tryTake(tenant)) count += 1;
    return count;
  };
  expect(all('a')).toBe(80);
  expect(all('b')).toBe(16);
  expect(all('c')).toBe(4);
  expect(share.tryTake('d')).toBeUndefined();
});

test('who stops waiting gives its turn to the next', async () => {
  const share = createFairShare({ capacity: 2 });
  const release = share.tryTake('a', 1)!;
  const stop = new AbortController();
  const large = share.take('b', { places: 2, signal: stop.signal });
  const small = asker(share, 'c');
  small.ask(1);
  await settled();
  expect(small.given).toHaveLength(0);
  stop.abort(new Error('gone'));
  await expect(large).rejects.toThrow('gone');
  await settled();
  expect(small.given).toHaveLength(1);
  release();
  small.giveBack();
  expect([share.taken(), share.waiting()]).toEqual([0, 0]);
  await expect(share.take('a', { signal: stop.signal })).rejects.toThrow('gone');
});

test('places come back once', () => {
  const share = createFairShare({ capacity: 2 });
  const release = share.tryTake('a')!;
  release();
  release();
  expect(share.taken()).toBe(0);
});

test('more places than there are is an error of the caller', async () => {
  const share = createFairShare({ capacity: 2 });
  expect(() => share.tryTake('a', 3)).toThrow('3 places wanted; there are 2');
  await expect(share.take('a', { places: 3 })).rejects.toThrow(RangeError);
});

test('tenants that have nothing are forgotten', () => {
  const share = createFairShare({ capacity: 10 });
  for (let n = 0; n < 5_000; n += 1) share.tryTake(`tenant ${n}`)!();
  expect(share.taken()).toBe(0);
  expect(share.tryTake('one more')).toBeDefined();
});

test('of tenants that have alike, the one that waits longest is next', async () => {
  const share = createFairShare({ capacity: 1 });
  const order: string[] = [];
  const run = async (tenant: string) => {
    const release = await share.take(tenant);
    order.push(tenant);
    await settled();
    release();
  };
  await Promise.all(['a', 'b', 'c', 'a', 'b', 'a'].map(run));
  expect(order).toEqual(['a', 'b', 'c', 'a', 'b', 'a']);
});

test('a smaller capacity takes no place away; a larger one serves those who wait', async () => {
  const share = createFairShare({ capacity: 4 });
  const [first, second] = [asker(share, 'a'), asker(share, 'b')];
  first.ask(4);
  await settled();
  share.resize(2);
  second.ask(2);
  first.giveBack();
  first.giveBack();
  await settled();
  expect([share.taken('a'), share.taken('b')]).toEqual([2, 0]);
  first.giveBack();
  await settled();
  expect([share.taken('a'), share.taken('b')]).toEqual([1, 1]);
  share.resize(3);
  await settled();
  expect([share.taken('b'), share.waiting()]).toEqual([2, 0]);
});

test('a tenant has less while another has more places than it has and waits for', async () => {
  const share = createFairShare({ capacity: 3 });
  expect(share.hasLess('b')).toBe(false);
  const [first, second] = [asker(share, 'a'), asker(share, 'b')];
  first.ask(3);
  await settled();
  expect([share.hasLess('a'), share.hasLess('b')]).toEqual([false, true]);
  second.ask(2);
  expect(share.hasLess('b')).toBe(true);
  second.ask(1);
  expect(share.hasLess('b')).toBe(false);
});

test('the richest tenant is known, and whether a tenant may have one more', () => {
  const share = createFairShare({ capacity: 10, freeTimesMax: 1 });
  expect(share.richest()).toBeUndefined();
  const release = share.tryTake('a', 5)!;
  share.tryTake('b', 2);
  expect(share.richest()).toBe('a');
  expect([share.mayTake('a'), share.mayTake('b'), share.mayTake('c')]).toEqual([false, true, true]);
  release();
  expect(share.richest()).toBe('b');
  expect(share.mayTake('a')).toBe(true);
});
