/** Endpoints that stay due, and what Redis says of them meanwhile. */
import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createUnserved } from '../../../workers/wakeups/unserved.ts';

const log = pino({ level: 'silent' });

/** One look a second, with a clock of its own. */
function openLooks() {
  let now = 0;
  const served: string[] = [];
  const forgotten: string[] = [];
  const active = new Set<string>();
  const elsewhere = new Set<string>();
  let isDown = false;
  const unserved = createUnserved({
    turns: {
      take: async (endpointId) => void served.push(endpointId),
      has: (endpointId) => active.has(endpointId),
    },
    queued: {
      async withOtherWorker(endpointIds) {
        if (isDown) throw new Error('no answer');
        return endpointIds.filter((endpointId) => elsewhere.has(endpointId));
      },
      async forgetLost(endpointId) {
        if (isDown) throw new Error('no answer');
        forgotten.push(endpointId);
      },
    },
    log,
    now: () => now,
  });
  async function look(due: string[], seconds = 1): Promise<void> {
    for (let n = 0; n < seconds; n += 1) {
      await unserved.serve(due);
      now += 1_000;
    }
  }
  return {
    look,
    served,
    forgotten,
    active,
    elsewhere,
    setDown: (value: boolean) => {
      isDown = value;
    },
  };
}

test('an endpoint that is due for 3 seconds without a worker gets a turn, and loses a lost job', async () => {
  const { look, served, forgotten } = openLooks();
  await look(['a'], 3);
  expect(served).toEqual([]);
  await look(['a', 'b']);
  expect([served, forgotten]).toEqual([['a'], ['a']]);
});

test('one that was not due in between starts from zero', async () => {
  const { look, served } = openLooks();
  await look(['a'], 3);
  await look([]);
  await look(['a'], 3);
  expect(served).toEqual([]);
  await look(['a']);
  expect(served).toEqual(['a']);
});

test('one that this process, or a worker of another one, serves is left alone until 3 seconds later', async () => {
  const { look, served, active, elsewhere } = openLooks();
  active.add('a');
  elsewhere.add('b');
  await look(['a', 'b'], 10);
  active.clear();
  elsewhere.clear();
  await look(['a', 'b'], 3);
  expect(served).toEqual([]);
  await look(['a', 'b']);
  expect(served).toEqual(['a', 'b']);
});

test('while Redis does not answer, each due endpoint gets its turn', async () => {
  const { look, served, elsewhere, setDown } = openLooks();
  elsewhere.add('a');
  setDown(true);
  await look(['a'], 4);
  expect(served).toEqual(['a']);
});
