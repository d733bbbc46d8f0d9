/**
 * Carries out the policies of retention, a little at a time, on one node at a time for each tenant.
 *
 * Nothing of it must be done in time, and all of it can be done again: what a step that ended
 * half-way has left, the next one finds.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Subject } from '../domain/personal/subject.ts';
import type { Logger } from '../platform/logger.ts';
import {
  retentionFailing,
  retentionFailures,
  retentionPassedAt,
  retentionRemoved,
} from '../platform/metrics.ts';
import { toId, toUuid } from '../store/ids.ts';
import { erase } from '../store/personal/erase.ts';
import { erasureOf } from '../store/personal/erasure-request.ts';
import { dueSubjects, hasNewOrder } from '../store/retention/due-subjects.ts';
import { removeActs } from '../store/retention/old-acts.ts';
import { type ClaimedPolicy, type PassPlace, claimPolicy, putOff } from '../store/retention/policies.ts';
import { unrecordedErasures } from '../store/retention/unrecorded-erasures.ts';
import type { Tenancy } from '../store/tenancy.ts';
import { removeOldDeliveriesOf } from '../store/webhooks/removals.ts';
import { recordErasure } from './commands/erase-customer.ts';
import type { Services } from './handler.ts';

const LOOK_INTERVAL_MS = 5_000;
/** Pause between two passes over a tenant. */
const PASS_INTERVAL_SECONDS = 3_600;
/** Pause within a pass: a step takes some 0.1 s of the database. */
const STEP_INTERVAL_SECONDS = 1;
const LEASE_SECONDS = 60;
/** Rows of one kind in one step. */
const STEP_ROWS_MAX = 1_000;

export function startRetention(path: Services, log: Logger): { stop: () => Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        while (!signal.aborted && (await retain(path)));
        retentionFailing.set(0);
      } catch (error) {
        retentionFailures.inc();
        retentionFailing.set(1);
        log.error({ err: error }, 'retention failed');
      }
      await delay(LOOK_INTERVAL_MS, undefined, { signal }).catch(() => {});
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** One step of the policy that is due. @returns whether there was one */
export async function retain(path: Services): Promise<boolean> {
  const policy = await claimPolicy(path.pool, LEASE_SECONDS);
  if (policy === null) return false;
  const isMore = await removeRecords(path, policy);
  await recordMissing(path, policy);
  const place = policy.personal_days === null ? null : await eraseDue(path, policy);
  const isDone = place === null && !isMore;
  await putOff(path.pool, policy.tenant_id, {
    place: place === 'later' ? placeOf(policy) : place,
    inSeconds: isDone ? PASS_INTERVAL_SECONDS : STEP_INTERVAL_SECONDS,
  });
  if (isDone) retentionPassedAt.set(path.clock() / 1_000);
  return true;
}

const placeOf = ({ after_created, after_key_id }: ClaimedPolicy): PassPlace =>
  after_created === null ? null : { created: after_created, keyId: after_key_id! };

/** @returns whether there may be more */
async function removeRecords({ pool }: Services, policy: ClaimedPolicy): Promise<boolean> {
  const { tenant_id: tenantId, delivery_days: days } = policy;
  const deliveries =
    days === null ? 0 : await removeOldDeliveriesOf(pool, { tenantId, days, deliveriesMax: STEP_ROWS_MAX });
  const acts = await removeActs(pool, policy, STEP_ROWS_MAX);
  retentionRemoved.inc({ kind: 'deliveries' }, deliveries);
  retentionRemoved.inc({ kind: 'acts' }, acts);
  return deliveries === STEP_ROWS_MAX || acts === STEP_ROWS_MAX;
}

/** @returns where the pass goes on; `later` while the read table is behind */
async function eraseDue(path: Services, policy: ClaimedPolicy): Promise<PassPlace | 'later'> {
  if (!(await path.personal.isSealing())) return null;
  const page = await dueSubjects(path.pool, policy);
  if (page === undefined) return 'later';
  const tenancy = { partition: policy.partition, tenantId: policy.tenant_id };
  for (const subject of page.subjects) {
    const orderId = path.newId('ord');
    const erasure = await erase(
      path,
      tenancy,
      subject,
      toUuid(orderId),
      async (transaction) => !(await hasNewOrder(transaction, tenancy, subject, page.position)),
    );
    if (erasure === undefined) continue;
    await record(path, tenancy, subject, orderId);
    retentionRemoved.inc({ kind: 'customers' });
  }
  return page.next;
}

/** A node may have ended between an erasure and its event. */
async function recordMissing(path: Services, policy: ClaimedPolicy): Promise<void> {
  const tenancy = { partition: policy.partition, tenantId: policy.tenant_id };
  for (const { erasure_id, subject } of await unrecordedErasures(path.pool, tenancy))
    await record(path, tenancy, subject as Subject, toId('ord', erasure_id));
}

async function record(path: Services, tenancy: Tenancy, subject: Subject, orderId: string): Promise<void> {
  const idempotencyKey = `retention-${toUuid(orderId)}`;
  const context = { ...tenancy, keyId: null, idempotencyKey, traceparent: null };
  await recordErasure(path, context, erasureOf(subject), orderId);
}
