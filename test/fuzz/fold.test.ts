/** The fuzzer's fold equals the fold of the domain. */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { RecordedEvent } from '../../domain/order/events.ts';
import { documentOf } from '../../loadtest/fuzz/check/fold/document.ts';
import { foldOne } from '../../loadtest/fuzz/check/fold/fold.ts';
import type { Folded } from '../../loadtest/fuzz/check/fold/folded.ts';
import type { LoggedEvent } from '../../loadtest/fuzz/check/log.ts';
import { matchesRequest } from '../../loadtest/fuzz/check/meaning.ts';
import { requestOf } from '../../domain/order/request.ts';
import { v1 } from '../../api/v1/edition.ts';
import { v2 } from '../../api/v2/edition.ts';
import { liveLife } from '../replay/life.ts';
import { createRandom } from '../replay/random.ts';
import { type Lived, live, liveWholeLife } from './whole-lives.ts';

const json = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

const logged = (event: RecordedEvent): LoggedEvent => ({
  position: event.version,
  tenant: '',
  orderId: event.order_id.slice('ord_'.length),
  eventId: event.event_id.slice('evt_'.length),
  version: event.version,
  type: event.type,
  number: event.number,
  data: json(event.data),
  key: '',
  traceparent: null,
  recordedAt: event.recorded_at,
});

/** Compares both folds after each event. */
function compare(lived: readonly Lived[]): void {
  let folded: Folded | undefined;
  for (const { event, state } of lived) {
    folded = foldOne(folded, logged(event));
    for (const edition of [v1, v2]) {
      const shown = documentOf(folded, edition.name as 'v1' | 'v2');
      const expected = json(edition.order(state));
      // Much faster than toEqual, which then explains a difference.
      if (!isDeepStrictEqual(shown, expected)) expect(shown).toEqual(expected);
    }
  }
}

/** The command's data without the id that its path has. */
function bodyOf({ event }: Lived): Record<string, unknown> {
  const { type, data } = requestOf(event);
  const inPath: Partial<Record<typeof type, string>> = {
    VoidAuthorization: 'authorization_id',
    ReversePayment: 'payment_id',
    ReleaseHold: 'hold_id',
  };
  const { [inPath[type] ?? '']: _id, ...body } = json(data);
  return body;
}

test('both folds give the same documents for three hundred orders of the first release', () => {
  const random = createRandom(4);
  for (let n = 0; n < 300; n += 1) {
    const placedAt = Date.parse('2026-01-01T00:00:00Z');
    const happened = liveLife({ random, orderId: '', placedAt, customers: 50 });
    const lived: Lived[] = [];
    for (const { command } of happened) live(lived, command, n, null);
    expect(lived).toHaveLength(happened.length);
    compare(lived);
  }
});

const RUNS = 600;
const ATTEMPTS = 40;

describe('whole orders', () => {
  const lives: Lived[][] = [];
  const random = createRandom(Number(process.env['SEED'] ?? 19));
  for (let n = 1; n <= RUNS; n += 1) lives.push(liveWholeLife(random, n, ATTEMPTS));

  test('their lives have each event', () => {
    const types = new Map<string, number>();
    for (const { event } of lives.flat()) types.set(event.type, (types.get(event.type) ?? 0) + 1);
    expect(types.size).toBe(14);
    for (const [type, count] of types) expect([type, count > 10]).toEqual([type, true]);
  });

  test('both folds give the same documents', () => lives.forEach(compare));

  test('each event matches its request, and no other', () => {
    for (const one of lives.flat()) {
      const { event } = one;
      expect([event.type, matchesRequest(logged(event), bodyOf(one), 'v1')]).toEqual([event.type, true]);
      expect(matchesRequest(logged(event), { ...bodyOf(one), more: 1 }, 'v1')).toBe(false);
    }
  });

  /** Numbers that an event decided, each changed by one unit. */
  function lies(data: Record<string, unknown>): Record<string, unknown>[] {
    return Object.entries(data).flatMap(([name, value]) => {
      // Stated by the request.
      if (name === 'taxes' || name === 'discounts') return [];
      if (
        ['total', 'amount', 'added', 'settled', 'adjusted', 'reopened'].includes(name) &&
        typeof value === 'number'
      )
        return [{ ...data, [name]: value + 1 }];
      if (Array.isArray(value))
        return value.flatMap((item: unknown, at) =>
          typeof item === 'object' && item !== null
            ? lies(item as Record<string, unknown>).map((lie) =>
                Object.assign({}, data, { [name]: value.with(at, lie) }),
              )
            : [],
        );
      if (name === 'counts')
        return lies(value as Record<string, unknown>).map((lie) => Object.assign({}, data, { [name]: lie }));
      return [];
    });
  }

  test('the fold refuses an event with an amount that it did not compute', () => {
    const COMPUTED = new Set([
      'OrderPlaced',
      'OrderEdited',
      'OrderCancelled',
      'ItemsReturned',
      'AuthorizationVoided',
    ]);
    let found = 0;
    for (const lived of lives.slice(0, 200)) {
      let folded: Folded | undefined;
      for (const { event } of lived) {
        const honest = logged(event);
        const isComputed = (data: Record<string, unknown>) =>
          COMPUTED.has(event.type) ||
          (event.type === 'RefundRecorded' && data['amount'] === honest.data['amount']);
        for (const data of lies(honest.data).filter(isComputed)) {
          const lie = { ...honest, data };
          expect(() => [foldOne(folded, lie), lie]).toThrow();
          found += 1;
        }
        folded = foldOne(folded, honest);
      }
    }
    expect(found).toBeGreaterThan(1_000);
  });
});
