/** The bodies of messages: an event is rendered once for all endpoints of a tenant. */
import { expect, test } from '@jest/globals';
import { createMessages } from '../../workers/messages.ts';
import type { Claimed } from '../../store/webhooks/claims.ts';

type Event = ReturnType<Extract<Claimed['content'], { traceparent: unknown }>['readEvent']>;

const RECORDED_AT = '2026-11-29T12:00:00.000Z';

/** Messages of which each says how often its event was read. */
function counted(size = 1) {
  let reads = 0;
  const bodyOf = createMessages((edition, { position }) => ({
    edition,
    position,
    text: 'x'.repeat(size),
  })) as (delivery: Claimed) => string;
  const delivery = (position: number, edition = 'v2') =>
    ({
      message_id: `evt_${position}`,
      edition,
      content: {
        readEvent: () => {
          reads += 1;
          return { type: 'OrderPlaced', recorded_at: RECORDED_AT, position } as Event;
        },
        traceparent: null,
        partition: 0,
      },
    }) as Claimed;
  return { bodyOf, delivery, reads: () => reads };
}

test('an event is read once for each version of the API', () => {
  const { bodyOf, delivery, reads } = counted();
  const bodies = [1, 1, 2, 1].map((position) => bodyOf(delivery(position)));
  expect(bodies[0]).toBe(
    `{"type":"OrderPlaced","timestamp":"${RECORDED_AT}","data":{"edition":"v2","position":1,"text":"x"},"traceparent":null}`,
  );
  expect([bodies[1], bodies[3]]).toEqual([bodies[0], bodies[0]]);
  expect(JSON.parse(bodies[2]!).data.position).toBe(2);
  expect(JSON.parse(bodyOf(delivery(1, 'v1'))).data.edition).toBe('v1');
  expect(reads()).toBe(3);
});

test('the bodies that are kept are bounded, the oldest goes first', () => {
  const { bodyOf, delivery, reads } = counted(1024 * 1024);
  for (const position of [1, 2, 3, 4]) bodyOf(delivery(position)); // four and a bit: more than is kept
  bodyOf(delivery(4));
  expect(reads()).toBe(4);
  bodyOf(delivery(1));
  expect(reads()).toBe(5);
});

test('an event that cannot be read is read again at the next attempt', () => {
  const { bodyOf, delivery } = counted();
  const content = {
    readEvent: (): Event => {
      throw new Error('unknown event');
    },
    traceparent: null,
    partition: 0,
  };
  for (let n = 0; n < 2; n += 1) expect(() => bodyOf({ ...delivery(1), content })).toThrow('unknown event');
  expect(JSON.parse(bodyOf(delivery(1))).data.position).toBe(1);
});

test('a notice belongs to one endpoint and is not kept', () => {
  const { bodyOf, delivery } = counted();
  const notice = (reason: string) => ({
    ...delivery(1),
    created_at: RECORDED_AT,
    content: { type: 'EndpointDisabled', notice: { reason } },
  });
  expect(bodyOf(notice('gone'))).toBe(
    `{"type":"EndpointDisabled","timestamp":"${RECORDED_AT}","data":{"reason":"gone"}}`,
  );
  expect(JSON.parse(bodyOf(notice('exhausted'))).data.reason).toBe('exhausted');
});
