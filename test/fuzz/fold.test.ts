/** The fuzzer's fold equals the fold of the domain. */
import { expect, test } from '@jest/globals';
import { fold } from '../../domain/order/order.ts';
import { type Folded, documentOf, foldOne } from '../../loadtest/fuzz/check/fold.ts';
import type { LoggedEvent } from '../../loadtest/fuzz/check/log.ts';
import { matchesRequest } from '../../loadtest/fuzz/check/meaning.ts';
import { toUuid } from '../../store/ids.ts';
import { requestOf } from '../../domain/order/request.ts';
import { v2 } from '../../api/v2/edition.ts';
import { liveLife } from '../replay/life.ts';
import { createRandom } from '../replay/random.ts';

test('both folds give the same state for three hundred orders', () => {
  const random = createRandom(4);
  for (let n = 0; n < 300; n += 1) {
    const orderId = `ord_${String(n).padStart(32, '0')}`;
    const happened = liveLife({
      random,
      orderId,
      placedAt: Date.parse('2026-01-01T00:00:00Z'),
      customers: 50,
    });
    let folded: Folded | undefined;
    for (const [at, { event }] of happened.entries()) {
      const logged: LoggedEvent = {
        position: at + 1,
        tenant: '',
        orderId: toUuid(orderId),
        eventId: '',
        version: event.version,
        type: event.type,
        data: JSON.parse(JSON.stringify(event.data)) as LoggedEvent['data'],
        key: '',
        traceparent: null,
        recordedAt: event.recorded_at,
      };
      folded = foldOne(folded, logged);
      const { order } = fold(happened.slice(0, at + 1).map((each) => each.event))!;
      expect(documentOf(folded, 'v1')).toEqual(order);
      expect(documentOf(folded, 'v2')).toEqual(JSON.parse(JSON.stringify(v2.order(order))));
      const { data } = requestOf(event);
      expect(matchesRequest(logged, JSON.parse(JSON.stringify(data)), 'v1')).toBe(true);
      expect(matchesRequest(logged, { ...data, more: 1 }, 'v1')).toBe(false);
    }
  }
});
