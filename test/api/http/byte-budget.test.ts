import { expect, test } from '@jest/globals';
import { createByteBudget } from '../../../api/http/byte-budget.ts';

const never = () => {
  throw new Error('it is not to be cut');
};

test('a caller alone may hold three quarters; then it is refused, and other callers are not', () => {
  const budget = createByteBudget({ totalBytesMax: 100 });
  const release = budget.hold('a', 70, never);
  expect(budget.admits('a')).toBe(true);
  budget.hold('a', 10, never);
  expect([budget.admits('a'), budget.admits('b')]).toEqual([false, true]);
  release();
  release(); // a second release has no effect
  expect([budget.admits('a'), budget.held(), budget.held('a')]).toEqual([true, 10, 10]);
});

test('two callers that hold as much as they may have half each', () => {
  const budget = createByteBudget({ totalBytesMax: 1_000 });
  const open: { caller: string; release: () => void }[] = [];
  const fill = () => {
    for (const caller of ['a', 'b'])
      while (budget.admits(caller)) open.push({ caller, release: budget.hold(caller, 1, never) });
  };
  while (budget.admits('a')) open.push({ caller: 'a', release: budget.hold('a', 1, never) });
  expect(budget.held('a')).toBe(750);
  // As their clients read, the oldest answers leave.
  for (let n = 0; n < 5_000; n += 1) {
    open.shift()!.release();
    if (n % 10 === 0) fill();
  }
  fill();
  expect(Math.abs(budget.held('a') - budget.held('b'))).toBeLessThan(20);
  expect(budget.held()).toBeGreaterThan(800);
});

test('beyond the total, the caller with the most bytes loses its oldest reservation', () => {
  const budget = createByteBudget({ totalBytesMax: 100 });
  const cut: string[] = [];
  for (const [caller, name, bytes] of [
    ['a', 'a1', 10],
    ['b', 'b1', 40],
    ['b', 'b2', 30],
    ['a', 'a2', 15],
  ] as const)
    budget.hold(caller, bytes, () => cut.push(name));
  expect(cut).toEqual([]);
  const release = budget.hold('c', 20, () => cut.push('c1'));
  expect([cut, budget.held()]).toEqual([['b1'], 75]);
  release();
  budget.hold('c', 60, () => cut.push('c2'));
  expect([cut, budget.held()]).toEqual([['b1', 'b2'], 85]);
});

test('an answer larger than the whole budget is sent alone', () => {
  const budget = createByteBudget({ totalBytesMax: 100 });
  const cut: string[] = [];
  budget.hold('a', 50, () => cut.push('a1'));
  const release = budget.hold('b', 1_000, () => cut.push('b1'));
  expect([cut, budget.held()]).toEqual([['a1'], 100]);
  release();
  expect(budget.held()).toBe(0);
});

test('a caller without reservations takes no memory', () => {
  const budget = createByteBudget({ totalBytesMax: 10 });
  for (let n = 0; n < 1_000; n += 1) budget.hold(`caller ${n}`, 5, never)();
  expect(budget.held()).toBe(0);
  expect(budget.admits('caller 1')).toBe(true);
});
