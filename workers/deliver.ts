/**
 * Sends the due deliveries of one endpoint: claim them in Postgres, send them, record the outcomes.
 * When a worker dies, its claims end and another worker sends the deliveries, under the same ids.
 */
import type { CommonQueryMethods } from 'slonik';
import type { Logger } from '../platform/logger.ts';
import { webhookEndpointsDisabled } from './metrics.ts';
import {
  CLAIM_SECONDS,
  type Claimed,
  SINGLE_CLAIMS_FAILURES_MIN,
  claimDeliveries,
  moveBacklog,
  releaseDeliveries,
} from '../store/webhooks/claims.ts';
import { type End, type Failure, disableEndpoint, recordHealth } from '../store/webhooks/endpoint-health.ts';
import type { Keyring } from '../store/secrets/keyring.ts';
import { deferUnrendered, restUnsigned } from '../store/webhooks/unread.ts';
import type { Outcome } from '../store/webhooks/outcomes.ts';
import { releaseSlots, reserveSlots } from '../store/webhooks/send-slots.ts';
import { type Attempted, type Message, attempt } from './attempt.ts';
import type { EndpointConnections } from './sending/connections.ts';
import { type Pace, createPace } from './pace.ts';
import { restAfter } from './schedule.ts';
import { ATTEMPT_TIMEOUT_MS } from './sending/send.ts';

export const CLAIM_DELIVERIES_MAX = 100;
/** Requests to one endpoint at the same time. */
export const REQUESTS_AT_ONCE_MAX = 10;
/**
 * No attempt starts later than this after the claim was sent to the database, so that each attempt
 * ends before the claim.
 */
const ATTEMPT_START_MS_MAX = CLAIM_SECONDS * 1_000 - ATTEMPT_TIMEOUT_MS - 5_000;
/** The longest rest that an endpoint's `Retry-After` can ask for. */
const REQUESTED_REST_SECONDS_MAX = 3_600;
/** An endpoint that began to fail this soon after a delivery was queued failed all its attempts. */
const FAILING_SINCE_QUEUED_MS = 3_600_000;

export interface DeliverOptions {
  /** Of the tenant of the endpoint. */
  pool: CommonQueryMethods;
  keyring: Keyring;
  /** Of the endpoint that is delivered to. */
  connections: EndpointConnections;
  /** Resolves when the tenant of the endpoint may begin another attempt. */
  mayBegin: () => Promise<void> | undefined;
  /** Records the outcome of an attempt, together with those of other endpoints. */
  record: (outcome: Outcome) => Promise<void>;
  /** The body of a delivery's message. Throws when it cannot be made. */
  bodyOf: (delivery: Claimed) => string | Promise<string>;
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
  const { pool } = options;
  const askedAtMs = performance.now();
  const claim = await claimDeliveries(pool, options.keyring, endpointId, CLAIM_DELIVERIES_MAX);
  if (claim === undefined) return 0;
  const { deliveries, reservation, unsigned } = claim;
  if (unsigned !== undefined) {
    options.log.error({ err: unsigned, endpoint: endpointId }, 'webhook secret not decrypted');
    // It rests first: a released delivery can be claimed at once.
    await restUnsigned(pool, endpointId, deliveries);
    await releaseDeliveries(pool, deliveries);
    return 0;
  }
  const [first] = deliveries as [Claimed];
  const { generation, has_backlog, failures } = first;
  const pace = createPace({
    first: reservation,
    askedAtMs,
    reserve: (reservedUntil, inMs, wanted) =>
      reserveSlots(pool, { endpointId, reservedUntil, inMs }, { generation, ...wanted }),
    release: (reservedUntil, inMs) => releaseSlots(pool, { endpointId, reservedUntil, inMs }),
    stopping: options.stopping,
  });
  const beginUntilMs = askedAtMs + ATTEMPT_START_MS_MAX;
  const sent = await sendClaimed(options, deliveries, { failures, beginUntilMs }, pace).finally(pace.end);

  if (sent.unreadable.length > 0) await deferUnrendered(pool, sent.unreadable);
  const unsent = [...sent.unanswered, ...deliveries.slice(sent.tried)];
  if (unsent.length > 0) await releaseDeliveries(pool, unsent);
  await settleEndpoint(options, first, sent);
  if (has_backlog) await moveBacklog(pool, endpointId);
  return sent.tried;
}

/**
 * Records what the attempts of one claim say about the endpoint, unless it was changed since.
 *
 * @param claimed any delivery of the claim: each has the endpoint as it was
 */
async function settleEndpoint(
  { pool, wake, log }: DeliverOptions,
  claimed: Claimed,
  { failures, last, end, restSeconds: asked }: Sent,
): Promise<void> {
  const { endpoint_id: endpointId, generation, claim } = claimed;
  const endpoint = { endpointId, generation, claim };
  const restSeconds = Math.min(
    REQUESTED_REST_SECONDS_MAX,
    Math.max(asked, restAfter(failures, SINGLE_CLAIMS_FAILURES_MIN)),
  );
  if (restSeconds > 0 || failures !== claimed.failures)
    await recordHealth(pool, endpoint, { failures, restSeconds, last });
  if (end === undefined) return;
  const notified = await disableEndpoint(pool, endpoint, end);
  if (notified === undefined) return;
  await wake(notified);
  webhookEndpointsDisabled.inc({ reason: end.reason });
  log.warn({ endpoint: endpoint.endpointId, reason: end.reason }, 'webhook endpoint disabled');
}

/** The result of sending the deliveries of one claim. */
interface Sent {
  /** Deliveries whose turn came. */
  tried: number;
  /** Failures of the endpoint in a row, as of now. */
  failures: number;
  /** The newest failure, if no success came after it. */
  last: Failure | undefined;
  /** Rest that the endpoint asked for. */
  restSeconds: number;
  /** Set when the endpoint must be disabled. */
  end: End | undefined;
  /** Tried deliveries that were stopped before an outcome. */
  unanswered: Claimed[];
  /** Deliveries whose message could not be made. They hold up no other. */
  unreadable: Claimed[];
}

/** Sends claimed deliveries in order, several at a time, until one outcome calls for a stop. */
async function sendClaimed(
  { bodyOf, connections, mayBegin, record, stopping, cut, log }: DeliverOptions,
  deliveries: readonly Claimed[],
  { failures, beginUntilMs }: { failures: number; beginUntilMs: number },
  pace: Pace,
): Promise<Sent> {
  const sent: Sent = {
    tried: 0,
    failures,
    last: undefined,
    restSeconds: 0,
    end: undefined,
    unanswered: [],
    unreadable: [],
  };
  const recorded: Promise<void>[] = [];
  const maySend = () =>
    !stopping?.aborted &&
    sent.end === undefined &&
    sent.restSeconds === 0 &&
    performance.now() < beginUntilMs;
  const mayContinue = () =>
    maySend() &&
    sent.tried < deliveries.length &&
    (sent.failures < SINGLE_CLAIMS_FAILURES_MIN || sent.tried === 0);

  async function messageOf(delivery: Claimed): Promise<Message | undefined> {
    try {
      return { ...delivery, body: await bodyOf(delivery) };
    } catch (error) {
      sent.unreadable.push(delivery);
      log.error({ err: error, delivery: delivery.delivery_id }, 'webhook event not rendered');
      return undefined;
    }
  }

  async function sendInTurn(): Promise<void> {
    while (mayContinue()) {
      await mayBegin();
      if (!mayContinue()) return;
      const number = sent.tried;
      sent.tried += 1;
      const delivery = deliveries[number]!;
      const message = await messageOf(delivery);
      if (message === undefined) continue;
      const begun = await pace.turn(deliveries.length - number, () =>
        maySend() ? { attempting: attempt(message, connections, cut) } : undefined,
      );
      if (begun === undefined) {
        sent.unanswered.push(delivery);
        return;
      }
      // All slots are used, so that another node need not wait for the end of the requests.
      if (number === deliveries.length - 1) void pace.end();
      const { outcome, reply } = await begun.attempting;
      if (cut?.aborted && reply.status === undefined) {
        sent.unanswered.push(delivery);
        return;
      }
      note(sent, delivery, { outcome, reply });
      // Recorded during the next attempt: waiting for the disk halves the rate of an endpoint.
      const recording = record(outcome);
      recording.catch(() => {}); // thrown by Promise.all below
      recorded.push(recording);
    }
  }
  await Promise.all(Array.from({ length: Math.min(REQUESTS_AT_ONCE_MAX, deliveries.length) }, sendInTurn));
  await Promise.all(recorded);
  return sent;
}

function note(sent: Sent, delivery: Claimed, { outcome, reply }: Attempted): void {
  sent.failures = reply.error === undefined ? 0 : sent.failures + 1;
  sent.last = reply.error === undefined ? undefined : { status: reply.status, error: reply.error };
  if (reply.status === 410) sent.end = { reason: 'gone' };
  else if (outcome.status === 'failed' && hasFailedSinceQueued(delivery))
    sent.end ??= { reason: 'exhausted', deliveryId: delivery.delivery_id };
  if (reply.status === 429 || reply.status === 503)
    sent.restSeconds = Math.max(sent.restSeconds, reply.retryAfter ?? 0);
}

/** Whether the endpoint took nothing during the whole schedule of this delivery. */
const hasFailedSinceQueued = ({ failing_since, queued_at }: Claimed): boolean =>
  failing_since !== null && Date.parse(failing_since) <= Date.parse(queued_at) + FAILING_SINCE_QUEUED_MS;
