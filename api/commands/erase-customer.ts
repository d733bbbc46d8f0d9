/** The command path of erasures: it destroys the keys of a subject, then records the event. */
import type { EventOf } from '../../domain/order/events.ts';
import { DIFFERS } from '../../domain/order/request.ts';
import { replays } from '../../platform/metrics.ts';
import { toUuid } from '../../store/ids.ts';
import type { StoredEvent } from '../../store/log/event-row.ts';
import { type ErasePath, erase } from '../../store/personal/erase.ts';
import { erasedSubject, erasureAppend, fingerprintOfErasure } from '../../store/personal/erasure-request.ts';
import { Problem } from '../problem/problem.ts';
import type { CommandContext, CommandPath } from './execute.ts';
import { keyReused } from './idempotency-key.ts';
import { requireConditions } from './preconditions.ts';

type Erased = EventOf<'CustomerErased'>['data'];
export type ErasureEvent = Extract<StoredEvent, { type: 'CustomerErased' }>;

/**
 * Erases a customer, or the order of a guest, once per idempotency key. A run that ended between
 * the two steps is completed by the next one with its key.
 *
 * @throws {Problem} 409 personal data is in the clear; 422 the key belongs to another request
 * @throws {StoreUnavailable} it was erased or not: repeat it
 */
export async function eraseCustomer(
  path: CommandPath & ErasePath,
  context: Omit<CommandContext, 'keyId'> & { keyId: string | null },
  data: Erased,
): Promise<{ event: ErasureEvent; replayed: boolean }> {
  const fingerprint = fingerprintOfErasure(data);
  path.durability.require();
  const holder = await path.log.readKey(context, context.idempotencyKey);
  if (holder !== undefined) return replay(path, holder, fingerprint);
  requireConditions(context.conditions, undefined);
  if (!(await path.personal.isSealing()))
    throw new Problem(
      'personal_data_not_sealed',
      'This installation stores personal data in the clear, in a log that never changes. Set HOLDFAST_PERSONAL_KEY, ' +
        'and run holdfast personal rotate and holdfast personal seal.',
    );
  const order_id = path.newId('ord');
  await erase(path, context, erasedSubject(data), toUuid(order_id));
  return recordErasure(path, context, data, order_id);
}

/** Puts an erasure on record, as the one event of a stream of its own. */
export async function recordErasure(
  path: CommandPath,
  context: Omit<CommandContext, 'keyId'> & { keyId: string | null },
  data: Erased,
  order_id: string,
): Promise<{ event: ErasureEvent; replayed: boolean }> {
  const beganMs = performance.now();
  const outcome = await path.log.append(
    erasureAppend(data, {
      partition: context.partition,
      tenantId: context.tenantId,
      event_id: path.newId('evt'),
      order_id,
      idempotency_key: context.idempotencyKey,
      traceparent: context.traceparent,
      key_id: context.keyId,
    }),
  );
  path.durability.require();
  if (outcome.kind === 'appended') {
    path.primary.noteCommit(beganMs);
    path.onAppended(context.partition);
    return { event: outcome.event as ErasureEvent, replayed: false };
  }
  if (outcome.kind === 'replayed' || outcome.kind === 'key_reused')
    return replay(path, outcome.event, fingerprintOfErasure(data));
  throw new Error(`an erasure cannot end as ${outcome.kind}`);
}

async function replay(
  { primary }: CommandPath,
  event: StoredEvent,
  fingerprint: Buffer,
): Promise<{ event: ErasureEvent; replayed: boolean }> {
  if (event.type !== 'CustomerErased' || !event.fingerprint.equals(fingerprint))
    throw keyReused([{ pointer: '', detail: DIFFERS }]);
  await primary.confirmRead();
  replays.inc();
  return { event, replayed: true };
}
