/** Sends events to a receiver, signed after Standard Webhooks, and repeats what it refused. */
import { Webhook } from 'standardwebhooks';
import type { Event } from '../../client/event-feed.ts';

/** Seconds to each further attempt: the first ones of docs/webhooks.md. */
export const RETRY_DELAYS_SECONDS = [5, 30, 120] as const;
const ATTEMPT_MS_MAX = 15_000;
/** Events that wait for a retry. At this number, new events wait for one of them. */
const RETRIES_MAX = 1_000;

export interface Attempt {
  /** HTTP status; `undefined` without a response. */
  status: number | undefined;
  /** Why there was no response. */
  error: string | undefined;
  ms: number;
  /** Seconds to the next attempt; `undefined` after a success, and after the last attempt. */
  nextSeconds: number | undefined;
}

export interface ForwarderOptions {
  url: string;
  /** `whsec_…` */
  secret: string;
  /** Ends attempts and waits. */
  signal: AbortSignal;
  attempted: (event: Event, attempt: Attempt) => Promise<void>;
  /** For tests. */
  delaysSeconds?: readonly number[];
}

export interface Forwarder {
  /** Sends an event once, and plans its retries. */
  send: (event: Event) => Promise<void>;
  /** Cancels the retries. @returns the events that wait for one */
  end: () => Event[];
}

export function createForwarder(options: ForwarderOptions): Forwarder {
  const { url, signal, attempted, delaysSeconds = RETRY_DELAYS_SECONDS } = options;
  const webhook = new Webhook(options.secret);
  const retries = new Map<Event, NodeJS.Timeout>();
  let hasRoom = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => hasRoom.resolve(), { once: true });

  async function attempt(event: Event, tries: number): Promise<void> {
    const startedMs = performance.now();
    const result = await post(event);
    const ms = Math.round(performance.now() - startedMs);
    const isDelivered = result.status !== undefined && result.status >= 200 && result.status < 300;
    const nextSeconds = isDelivered ? undefined : delaysSeconds[tries - 1];
    if (nextSeconds !== undefined || (signal.aborted && !isDelivered)) {
      const again = () => void attempt(event, tries + 1).catch(() => {});
      retries.set(event, setTimeout(again, (nextSeconds ?? 0) * 1_000));
    } else retries.delete(event);
    if (signal.aborted) return;
    if (retries.size < RETRIES_MAX) hasRoom.resolve();
    await attempted(event, { ...result, ms, nextSeconds });
  }

  async function post(event: Event): Promise<Pick<Attempt, 'status' | 'error'>> {
    const { type, recorded_at: timestamp, id } = event;
    const body = JSON.stringify({ type, timestamp, data: event, traceparent: null });
    const now = new Date();
    try {
      const response = await fetch(url, {
        method: 'POST',
        body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS_MAX)]),
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Holdfast-Webhooks/1',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
          'webhook-signature': webhook.sign(id, now, body),
        },
      });
      await response.body?.cancel();
      return { status: response.status, error: undefined };
    } catch (error) {
      return { status: undefined, error: causeText(error) };
    }
  }

  return {
    async send(event) {
      if (retries.size >= RETRIES_MAX) {
        hasRoom = Promise.withResolvers();
        await hasRoom.promise;
      }
      if (signal.aborted) return;
      await attempt(event, 1);
    },
    end() {
      for (const timer of retries.values()) clearTimeout(timer);
      return [...retries.keys()];
    },
  };
}

/** `ECONNREFUSED`; `fetch` keeps the code in the cause. */
function causeText(error: unknown): string {
  const { name, cause } = error as Error;
  if (name === 'TimeoutError') return 'timeout';
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? 'connection failed';
}
