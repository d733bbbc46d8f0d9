/** One attempt: sends the message of a delivery, and says what became of it. */
import { webhookAttemptDuration } from './metrics.ts';
import { endSpan, startSpan, traceparentOf } from '../platform/tracing.ts';
import type { Claimed } from '../store/webhooks/claims.ts';
import type { Outcome } from '../store/webhooks/outcomes.ts';
import type { EndpointConnections } from './sending/connections.ts';
import { type Reply, send } from './sending/send.ts';
import { signed } from './sending/signature.ts';
import { nextDelay } from './schedule.ts';

/** A claimed delivery with the body of its message. */
export type Message = Claimed & { body: string };

export interface Attempted {
  outcome: Outcome;
  reply: Reply;
}

/** @param cut when aborted, the attempt ends without a reply */
export async function attempt(
  delivery: Message,
  connections: EndpointConnections,
  cut: AbortSignal | undefined,
): Promise<Attempted> {
  const attemptedAt = new Date();
  const { body } = delivery;
  const timestamp = Math.floor(attemptedAt.getTime() / 1_000);
  const parent = 'traceparent' in delivery.content ? delivery.content.traceparent : null;
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
  const reply = await send(connections, delivery.url, { headers, body, cut });
  const durationMs = performance.now() - startedMs;
  endSpan(span, { 'http.response.status_code': reply.status ?? 0 }, reply.error);
  webhookAttemptDuration.observe({ outcome: reply.error ?? 'delivered' }, durationMs / 1_000);
  return { outcome: outcomeOf(delivery, reply, attemptedAt, durationMs), reply };
}

function outcomeOf(delivery: Claimed, reply: Reply, attempted_at: Date, ms: number): Outcome {
  const { delivery_id, endpoint_id, generation, queueing, claim, attempts, tries } = delivery;
  const { retryAfter } = reply;
  const delaySeconds = reply.status === 410 ? undefined : nextDelay(tries + 1, { retryAfter });
  return {
    delivery_id,
    endpoint_id,
    generation,
    queueing,
    claim,
    attempts_before: attempts,
    attempted_at,
    duration_ms: Math.round(ms),
    code: reply.status ?? null,
    error: reply.error ?? null,
    answer: reply.answer,
    status: reply.error === undefined ? 'delivered' : delaySeconds === undefined ? 'failed' : 'pending',
    delaySeconds: delaySeconds ?? 0,
  };
}
