import { expect, test } from '@jest/globals';
import { createLoopShare } from '../../platform/loop-share.ts';

const nextTurn = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** @returns who began, a list a turn */
async function run(perTurnMax: number, arrivals: string[][]): Promise<string[]> {
  // On a busy machine, turns are long, and less would begin in the next.
  const share = createLoopShare({ perTurnMax, perTurnMin: perTurnMax });
  const began: string[] = [];
  let now = '';
  for (const arriving of arrivals) {
    now = '';
    const next = nextTurn(); // before the end of the turns' own
    for (const tenant of arriving) {
      const turn = share.begin(tenant);
      if (turn === undefined) now += tenant;
      else void turn.then(() => (now += tenant));
    }
    await next;
    began.push(now);
  }
  return began;
}

test('what is within the bound begins at once', async () => {
  expect(await run(4, [['a', 'a', 'a', 'b'], ['a']])).toEqual(['aaab', 'a']);
});

test('a tenant alone uses all of each turn', async () => {
  expect(await run(4, [[...'aaaaaaaaaa'], [], []])).toEqual(['aaaa', 'aaaa', 'aa']);
});

test('another tenant waits for one turn, however many the first has waiting', async () => {
  const turns = await run(4, [[...'a'.repeat(40), 'b'], [], []]);
  expect(turns.map((each) => [...each].sort().join(''))).toEqual(['aaaa', 'aaab', 'aaaa']);
});

test('two that want more than there is get half each', async () => {
  const turns = await run(4, [[...'a'.repeat(20), ...'b'.repeat(20)], [], []]);
  expect(turns.slice(1).map((each) => [...each].sort().join(''))).toEqual(['aabb', 'aabb']);
});

test('a tenant alone is not bounded, until another one comes', async () => {
  const share = createLoopShare({ perTurnMax: 4, perTurnMin: 4, aloneMs: 20 });
  const beginMany = () =>
    Array.from({ length: 40 }, () => share.begin('a')).filter((turn) => turn === undefined);
  expect(beginMany()).toHaveLength(4);
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(beginMany()).toHaveLength(40);
  expect(share.begin('b')).toBeUndefined();
  expect(beginMany()).toHaveLength(3);
});
