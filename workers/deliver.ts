/**
 * Sends what one endpoint is due.
 *
 * Postgres knows what that is; a delivery is taken on for half a minute, sent, and what came of it is written down. Whoever dies in between has
 * it sent again, under the same id.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import type { RecordedEvent } from '../domain/order/events.ts';
import type { Logger } from '../platform/logger.ts';
import { webhookAttemptDuration, webhookEndpointsDisabled } from '../platform/metrics.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { DatabasePool } from '../store/pool.ts';
import {
  CLAIM,
  type Claimed,
  FAILING,
  type Outcome,
  claimDue,
  disableEndpoint,
  noteHealth,
  release,
} from '../store/webhooks/queue.ts';
import { endSpan, startSpan, traceparentOf } from '../platform/tracing.ts';
import { nextDelay, restAfter } from './schedule.ts';
import { type Reply, TIMEOUT, send } from './send.ts';
import { signed } from './signature.ts';

/** Deliveries that are taken on at once. */
export const BATCH = 100;
/** Requests to one endpoint at a time. */
export const CONCURRENCY = 10;
/** Milliseconds after which nothing is begun any more of what was taken on, so that each attempt is over before the claim is. */
const BEGIN_WITHIN = CLAIM * 1_000 - TIMEOUT - 5_000;
/** Milliseconds between an event and the first attempt to send it, at most, as far as telling goes whether an endpoint has failed ever since. */
const PROMPT = 3_600_000;

export interface DeliverOptions {
  pool: DatabasePool;
  agent: Dispatcher;
  /** Writes down what became of attempts, of all endpoints together. */
  outcomes: Pick<GroupCommit<Outcome, void>, 'submit'>;
  /** An event as a version of the API shows it. */
  render: (edition: string, event: RecordedEvent & { position: number }) => object;
  /** Told of endpoints that something was queued for. */
  wake: (endpointIds: readonly string[]) => Promise<void>;
  log: Logger;
  /** When aborted, no attempt begins any more. */
  stopping?: AbortSignal;
  /**
   * When aborted, attempts end without an outcome: another node makes them again, under the same
   * id.
   */
  cut?: AbortSignal;
}

/** Takes on what an endpoint is due, and sends it. @returns how many deliveries were tried; 0: there is nothing to do now */
export async function deliverOnce(options: DeliverOptions, endpointId: string): Promise<number> {
  const { pool, agent, outcomes, render, wake, log, stopping, cut } = options;
  const claimed = await claimDue(pool, endpointId, BATCH);
  const [first] = claimed;
  if (first === undefined) return 0;

  const began = performance.now();
  const written: Promise<void>[] = [];
  let taken = 0;
  let { failures } = first;
  let rest = 0;
  let end: 'gone' | 'exhausted' | undefined;
  const unanswered: string[] = [];
  const goesOn = () =>
    taken < claimed.length &&
    !stopping?.aborted &&
    end === undefined &&
    rest === 0 &&
    (failures < FAILING || taken === 0) &&
    performance.now() - began < BEGIN_WITHIN;

  async function lane(): Promise<void> {
    while (goesOn()) {
      const number = taken;
      taken += 1;
      const one = claimed[number]!;
      const wait = began + (number * 1_000) / first!.max_per_second - performance.now();
      if (wait > 1) await delay(wait, undefined, { signal: stopping }).catch(() => {});
      if (stopping?.aborted) {
        unanswered.push(one.delivery_id);
        return;
      }
      const { outcome, reply } = await attempt(one, agent, render, cut);
      if (cut?.aborted && reply.status === undefined) {
        unanswered.push(one.delivery_id);
        return;
      }
      if (outcome.status === 'delivered') failures = 0;
      else failures += 1;
      if (reply.status === 410) end = 'gone';
      else if (outcome.status === 'failed' && hasFailedSince(one)) end ??= 'exhausted';
      if (reply.status === 429 || reply.status === 503) rest = Math.max(rest, reply.retryAfter ?? 0);
      // Written beside the next attempt: the disk would halve what one endpoint can be sent.
      const done = outcomes.submit(outcome);
      done.catch(() => {}); // told below
      written.push(done);
    }
  }
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, claimed.length) }, lane));
  await Promise.all(written);

  const untried = [...unanswered, ...claimed.slice(taken).map((one) => one.delivery_id)];
  if (untried.length > 0) await release(pool, untried);
  rest = Math.min(3_600, Math.max(rest, restAfter(failures, FAILING)));
  if (rest > 0 || failures !== first.failures) await noteHealth(pool, endpointId, { failures, rest });
  if (end !== undefined) {
    await wake(await disableEndpoint(pool, endpointId, end));
    webhookEndpointsDisabled.inc({ reason: end });
    log.warn({ endpoint: endpointId, reason: end }, 'webhook endpoint disabled');
  }
  return taken;
}

/** Whether nothing has got through to the endpoint for as long as this delivery was tried. */
const hasFailedSince = ({ failing_since, queued_at }: Claimed): boolean =>
  failing_since !== null && Date.parse(failing_since) <= Date.parse(queued_at) + PROMPT;

async function attempt(
  one: Claimed,
  agent: Dispatcher,
  render: DeliverOptions['render'],
  cut: AbortSignal | undefined,
): Promise<{ outcome: Outcome; reply: Reply }> {
  const attemptedAt = new Date();
  const body = bodyOf(one, render);
  const timestamp = Math.floor(attemptedAt.getTime() / 1_000);
  const parent = 'event' in one.content ? one.content.traceparent : null;
  const span = startSpan('deliver webhook', {
    kind: 'client',
    parent,
    attributes: {
      'http.request.method': 'POST',
      'holdfast.delivery': one.delivery_id,
      'holdfast.tries': one.tries + 1,
    },
  });
  const traceparent = span ? traceparentOf(span) : parent;
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Holdfast-Webhooks/1',
    ...signed({ id: one.message_id, timestamp, body }, one.secrets),
    ...(traceparent !== null && { traceparent }),
  };
  const started = performance.now();
  const reply = await send(agent, one.url, { headers, body, cut });
  const duration = performance.now() - started;
  endSpan(span, { 'http.response.status_code': reply.status ?? 0 }, reply.error);
  webhookAttemptDuration.observe({ outcome: reply.error ?? 'delivered' }, duration / 1_000);
  const wait = reply.status === 410 ? undefined : nextDelay(one.tries + 1, { retryAfter: reply.retryAfter });
  const status = reply.error === undefined ? 'delivered' : wait === undefined ? 'failed' : 'pending';
  const outcome: Outcome = {
    delivery_id: one.delivery_id,
    attempted_at: attemptedAt,
    duration_ms: Math.round(duration),
    code: reply.status ?? null,
    error: reply.error ?? null,
    answer: reply.answer,
    status,
    delay: wait ?? 0,
  };
  return { outcome, reply };
}

/** The same at every attempt, byte for byte. */
function bodyOf({ content, edition, created_at }: Claimed, render: DeliverOptions['render']): string {
  if ('notice' in content) {
    return JSON.stringify({ type: content.type, timestamp: created_at, data: content.notice });
  }
  const { event, traceparent } = content;
  return JSON.stringify({
    type: event.type,
    timestamp: event.recorded_at,
    data: render(edition, event),
    traceparent,
  });
}
