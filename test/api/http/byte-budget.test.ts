import { expect, test } from '@jest/globals';
import { createByteBudget } from '../../../api/http/byte-budget.ts';

const never = () => {
  throw new Error('it is not to be cut');
};

test('a caller at its limit is refused; other callers are not', () => {
  const budget = createByteBudget({ callerBytesMax: 100, totalBytesMax: 1_000 });
  const release = budget.hold('a', 60, never);
  expect(budget.admits('a')).toBe(true);
  budget.hold('a', 60, never);
  expect([budget.admits('a'), budget.admits('b')]).toEqual([false, true]);
  release();
  release(); // a second release has no effect
  expect([budget.admits('a'), budget.held()]).toEqual([true, 60]);
});

test('beyond the total limit, the caller with the most bytes loses its oldest reservation', () => {
  const budget = createByteBudget({ callerBytesMax: 1_000, totalBytesMax: 100 });
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
  expect([cut, budget.held()]).toEqual([['b1', 'c2'], 55]);
});

test('a caller without reservations takes no memory', () => {
  const budget = createByteBudget({ callerBytesMax: 10, totalBytesMax: 10 });
  for (let n = 0; n < 1_000; n += 1) budget.hold(`caller ${n}`, 5, never)();
  expect(budget.held()).toBe(0);
  expect(budget.admits('caller 1')).toBe(true);
});
