/**
 * Sends the due deliveries of one endpoint: claim them in Postgres, send them, record the outcomes.
 * When a worker dies, its claims end and another worker sends the deliveries, under the same ids.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import type { RecordedEvent } from '../domain/order/events.ts';
import type { Logger } from '../platform/logger.ts';
import { webhookAttemptDuration, webhookEndpointsDisabled } from '../platform/metrics.ts';
import { endSpan, startSpan, traceparentOf } from '../platform/tracing.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { DatabasePool } from '../store/pool.ts';
import {
  CLAIM_SECONDS,
  type Claimed,
  SINGLE_CLAIMS_FAILURES_MIN,
  claimDeliveries,
  releaseDeliveries,
} from '../store/webhooks/claims.ts';
import { deferUnrendered } from '../store/webhooks/unread.ts';
import { disableEndpoint, recordHealth } from '../store/webhooks/endpoint-health.ts';
import type { Outcome } from '../store/webhooks/outcomes.ts';
import { nextDelay, restAfter } from './schedule.ts';
import { ATTEMPT_TIMEOUT_MS, type Reply, send } from './send.ts';
import { signed } from './signature.ts';

export const CLAIM_DELIVERIES_MAX = 100;
/** Requests to one endpoint at the same time. */
export const REQUESTS_AT_ONCE_MAX = 10;
/**
 * No attempt starts later than this after the claim, so that each attempt ends before the claim.
 */
const ATTEMPT_START_MS_MAX = CLAIM_SECONDS * 1_000 - ATTEMPT_TIMEOUT_MS - 5_000;
/** The longest rest that an endpoint's `Retry-After` can ask for. */
const REQUESTED_REST_SECONDS_MAX = 3_600;
/** An endpoint that began to fail this soon after a delivery was queued failed all its attempts. */
const FAILING_SINCE_QUEUED_MS = 3_600_000;

export interface DeliverOptions {
  pool: DatabasePool;
  agent: Dispatcher;
  /** Records outcomes of attempts, of all endpoints together. */
  outcomes: Pick<GroupCommit<Outcome, void>, 'submit'>;
  /** The document of an event in a version of the API. */
  render: (edition: string, event: RecordedEvent & { position: number }) => object;
  /** Called with endpoints that have a new delivery queued. */
  wake: (endpointIds: readonly string[]) => Promise<void>;
  log: Logger;
  /** When aborted, no attempt starts. */
  stopping?: AbortSignal;
  /** When aborted, running attempts end without an outcome; another node repeats them. */
  cut?: AbortSignal;
}

/**
 * Claims the due deliveries of an endpoint, up to 100, and sends them.
 *
 * @returns the number of deliveries that were tried; 0 when none is due now
 */
export async function deliverOnce(options: DeliverOptions, endpointId: string): Promise<number> {
  const { pool, wake, log } = options;
  const claimed = await claimDeliveries(pool, endpointId, CLAIM_DELIVERIES_MAX);
  const [first] = claimed;
  if (first === undefined) return 0;
  const { readable, unreadable } = rendered(options, claimed);
  if (unreadable.length > 0) await deferUnrendered(pool, unreadable);
  if (readable.length === 0) return claimed.length;
  const { tried, failures, end, unanswered, ...asked } = await sendClaimed(options, readable);

  const unsent = [...unanswered, ...readable.slice(tried).map((each) => each.delivery_id)];
  if (unsent.length > 0) await releaseDeliveries(pool, unsent);
  const rest = Math.max(asked.restSeconds, restAfter(failures, SINGLE_CLAIMS_FAILURES_MIN));
  const restSeconds = Math.min(REQUESTED_REST_SECONDS_MAX, rest);
  if (restSeconds > 0 || failures !== first.failures)
    await recordHealth(pool, endpointId, { failures, restSeconds });
  if (end !== undefined) {
    await wake(await disableEndpoint(pool, endpointId, end));
    webhookEndpointsDisabled.inc({ reason: end });
    log.warn({ endpoint: endpointId, reason: end }, 'webhook endpoint disabled');
  }
  return tried;
}

/** A claimed delivery with the body of its message. */
type Readable = Claimed & { body: string };

/** Renders claimed deliveries. One that cannot be rendered holds up no other. */
function rendered(
  { render, log }: DeliverOptions,
  claimed: readonly Claimed[],
): { readable: Readable[]; unreadable: string[] } {
  const readable: Readable[] = [];
  const unreadable: string[] = [];
  for (const delivery of claimed) {
    try {
      readable.push({ ...delivery, body: bodyOf(delivery, render) });
    } catch (error) {
      unreadable.push(delivery.delivery_id);
      log.error({ err: error, delivery: delivery.delivery_id }, 'webhook event not rendered');
    }
  }
  return { readable, unreadable };
}

/** The result of sending the deliveries of one claim. */
interface Sent {
  /** Deliveries whose turn came. */
  tried: number;
  /** Failures of the endpoint in a row, as of now. */
  failures: number;
  /** Rest that the endpoint asked for. */
  restSeconds: number;
  /** Set when the endpoint must be disabled. */
  end: 'gone' | 'exhausted' | undefined;
  /** Ids of tried deliveries that were stopped before an outcome. */
  unanswered: string[];
}

/** Sends claimed deliveries in order, several at a time, until one outcome calls for a stop. */
async function sendClaimed(
  { agent, outcomes, stopping, cut }: DeliverOptions,
  claimed: readonly Readable[],
): Promise<Sent> {
  const [{ failures, max_per_second }] = claimed as [Readable];
  const sent: Sent = { tried: 0, failures, restSeconds: 0, end: undefined, unanswered: [] };
  const startedMs = performance.now();
  const recorded: Promise<void>[] = [];
  const mayContinue = () =>
    sent.tried < claimed.length &&
    !stopping?.aborted &&
    sent.end === undefined &&
    sent.restSeconds === 0 &&
    (sent.failures < SINGLE_CLAIMS_FAILURES_MIN || sent.tried === 0) &&
    performance.now() - startedMs < ATTEMPT_START_MS_MAX;

  async function sendInTurn(): Promise<void> {
    while (mayContinue()) {
      const number = sent.tried;
      sent.tried += 1;
      const delivery = claimed[number]!;
      const waitMs = startedMs + (number * 1_000) / max_per_second - performance.now();
      if (waitMs > 1) await delay(waitMs, undefined, { signal: stopping }).catch(() => {});
      if (stopping?.aborted) {
        sent.unanswered.push(delivery.delivery_id);
        return;
      }
      const { outcome, reply } = await attempt(delivery, agent, cut);
      if (cut?.aborted && reply.status === undefined) {
        sent.unanswered.push(delivery.delivery_id);
        return;
      }
      note(sent, delivery, { outcome, reply });
      // Recorded during the next attempt: waiting for the disk halves the rate of an endpoint.
      const recording = outcomes.submit(outcome);
      recording.catch(() => {}); // thrown by Promise.all below
      recorded.push(recording);
    }
  }
  await Promise.all(Array.from({ length: Math.min(REQUESTS_AT_ONCE_MAX, claimed.length) }, sendInTurn));
  await Promise.all(recorded);
  return sent;
}

interface Attempted {
  outcome: Outcome;
  reply: Reply;
}

function note(sent: Sent, delivery: Claimed, { outcome, reply }: Attempted): void {
  if (outcome.status === 'delivered') sent.failures = 0;
  else sent.failures += 1;
  if (reply.status === 410) sent.end = 'gone';
  else if (outcome.status === 'failed' && hasFailedSinceQueued(delivery)) sent.end ??= 'exhausted';
  if (reply.status === 429 || reply.status === 503)
    sent.restSeconds = Math.max(sent.restSeconds, reply.retryAfter ?? 0);
}

/** Whether the endpoint took nothing during the whole schedule of this delivery. */
const hasFailedSinceQueued = ({ failing_since, queued_at }: Claimed): boolean =>
  failing_since !== null && Date.parse(failing_since) <= Date.parse(queued_at) + FAILING_SINCE_QUEUED_MS;

async function attempt(
  delivery: Readable,
  agent: Dispatcher,
  cut: AbortSignal | undefined,
): Promise<Attempted> {
  const attemptedAt = new Date();
  const { body } = delivery;
  const timestamp = Math.floor(attemptedAt.getTime() / 1_000);
  const parent = 'event' in delivery.content ? delivery.content.traceparent : null;
  const span = startSpan('deliver webhook', {
    kind: 'client',
    parent,
    attributes: {
      'http.request.method': 'POST',
      'holdfast.delivery': delivery.delivery_id,
      'holdfast.tries': delivery.tries + 1,
    },
  });
  const traceparent = span ? traceparentOf(span) : parent;
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Holdfast-Webhooks/1',
    ...signed({ id: delivery.message_id, timestamp, body }, delivery.secrets),
    ...(traceparent !== null && { traceparent }),
  };
  const startedMs = performance.now();
  const reply = await send(agent, delivery.url, { headers, body, cut });
  const durationMs = performance.now() - startedMs;
  endSpan(span, { 'http.response.status_code': reply.status ?? 0 }, reply.error);
  webhookAttemptDuration.observe({ outcome: reply.error ?? 'delivered' }, durationMs / 1_000);
  return { outcome: outcomeOf(delivery, reply, attemptedAt, durationMs), reply };
}

function outcomeOf({ delivery_id, tries }: Claimed, reply: Reply, attempted_at: Date, ms: number): Outcome {
  const { retryAfter } = reply;
  const delaySeconds = reply.status === 410 ? undefined : nextDelay(tries + 1, { retryAfter });
  return {
    delivery_id,
    attempted_at,
    duration_ms: Math.round(ms),
    code: reply.status ?? null,
    error: reply.error ?? null,
    answer: reply.answer,
    status: reply.error === undefined ? 'delivered' : delaySeconds === undefined ? 'failed' : 'pending',
    delaySeconds: delaySeconds ?? 0,
  };
}

/**
 * The body of a message; the same bytes at each attempt.
 *
 * @throws {unknown} this release cannot read the event, or not render it
 */
function bodyOf({ content, edition, created_at }: Claimed, render: DeliverOptions['render']): string {
  if ('notice' in content) {
    return JSON.stringify({ type: content.type, timestamp: created_at, data: content.notice });
  }
  if ('unreadable' in content) throw content.unreadable;
  const { event, traceparent } = content;
  return JSON.stringify({
    type: event.type,
    timestamp: event.recorded_at,
    data: render(edition, event),
    traceparent,
  });
}
