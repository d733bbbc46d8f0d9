/** The history of an order: its state at a version or time, and pages of its events. */
import type { EventType } from '../../../domain/order/events.ts';
import { PAGE_BYTES_MAX } from '../../../projections/page.ts';
import type { StoredEvent } from '../../../store/log/event-row.ts';
import { readEventTimes, readHistoryPage } from '../../../store/log/history.ts';
import { EPOCH_POSITIONS_MAX, epochOf } from '../../../store/log/epochs.ts';
import type { FoldedOrder } from '../../../store/log/order-states.ts';
import type { Call } from '../../handler.ts';
import { answerPage, bindingOf, positionOf, requireInLog, requireWithinList } from '../../lists/page.ts';
import { orderNotFound, readOrder } from '../../commands/order-stream.ts';
import { invalidParameter } from '../../problem/invalid-parameter.ts';
import { Problem } from '../../problem/problem.ts';

/**
 * The order of the request.
 *
 * @param until last version, or last instant (RFC 3339, UTC, milliseconds)
 * @throws {Problem} 400 for both, 404 when the order does not exist, or did not exist yet
 */
export async function readOrderUntil(
  call: Call,
  { version, at }: { version?: number | undefined; at?: string | undefined } = {},
): Promise<FoldedOrder> {
  if (version !== undefined && at !== undefined) {
    throw invalidParameter([
      { parameter: 'version', detail: 'cannot be given together with at' },
      { parameter: 'at', detail: 'cannot be given together with version' },
    ]);
  }
  const last = at === undefined ? version : await versionAt(call, at);
  return readOrder(call.services.log, call.principal, call.input.params['order_id']!, last);
}

async function versionAt({ services, principal, input }: Call, at: string): Promise<number> {
  const times = await readEventTimes(
    services.connections.of(principal.tenantId),
    principal,
    input.params['order_id']!,
  );
  if (times.length === 0) throw orderNotFound();
  const last = times.findLast(({ recorded_at }) => recorded_at <= at);
  if (last !== undefined) return last.version;
  throw new Problem(
    'order_version_not_found',
    `This order did not exist yet: it was placed at ${times[0]?.recorded_at}.`,
  );
}

/**
 * Answers a page of documents of an order's events. The cursor is the version of an event, in the
 * epoch of its position: after a loss, another event may have its version.
 *
 * @param list name of the list, to which its cursors are bound
 * @param type of the events; all types without it
 */
export async function answerHistoryPage(
  call: Call,
  list: string,
  type: EventType | undefined,
  documentOf: (event: StoredEvent) => unknown,
): Promise<void> {
  const { limit, cursor } = call.input.query as { limit: number; cursor?: string };
  const { cursors, connections } = call.services;
  const orderId = call.input.params['order_id']!;
  const binding = bindingOf(list, call.principal.tenantId, orderId);
  const stamp = positionOf(cursors, cursor, binding) ?? 0;
  const after = stamp % EPOCH_POSITIONS_MAX;
  const { eventTypes } = call.edition;
  const types = type === undefined ? eventTypes && [...eventTypes] : [type];
  const query = { after, types, limit, bytesMax: PAGE_BYTES_MAX };
  const page = await readHistoryPage(connections.of(call.principal.tenantId), call.principal, orderId, query);
  if (page === undefined) throw orderNotFound();
  requireWithinList(after, page.version);
  await call.services.personal.openEvents(call.principal.partition, page.events);
  requireInLog(after > 0 && page.epoch !== epochOf(stamp));
  const items: string[] = [];
  let bytes = 0;
  for (const event of page.events) {
    if (bytes >= PAGE_BYTES_MAX) break;
    const item = JSON.stringify(documentOf(event));
    bytes += Buffer.byteLength(item);
    items.push(item);
  }
  const more = page.more || page.events.length > items.length;
  const last = page.events[items.length - 1];
  const next =
    more && last !== undefined
      ? cursors.encode({ position: last.version + epochOf(last.position) * EPOCH_POSITIONS_MAX }, binding)
      : null;
  answerPage(call.ctx, items.join(','), next, more);
}
