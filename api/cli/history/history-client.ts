/** Sends orders and records. Waits for the quota without a limit, and for the server with one. */
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError, type HttpAccess } from '../../../command-line/command.ts';
import { HoldfastUnavailable, attemptsOf, createClient, isReplay } from '../../../openapi/client/client.ts';
import { retryAfterMs } from '../../../openapi/client/retry-after.ts';
import { type Quota, parseWritePolicy } from '../quota.ts';
import type { components } from '../../../openapi/client/v2.ts';

export type ProblemDocument = components['schemas']['Problem'];

export interface HistoryClientOptions extends HttpAccess {
  /** Time without an answer after which the client gives up. */
  patienceMs: number;
  signal: AbortSignal;
  /** Called before a wait: for the quota, if it is named, else for the server. */
  waits: (ms: number, quota: Quota | undefined) => void;
}

/** The answer to an order or a record: its id, or why it is refused. */
export type Sent = { id: string; isReplay: boolean } | { problem: ProblemDocument };

export interface OrderToPlace {
  idempotency_key: string;
  order: Record<string, unknown>;
}

export interface HistoryClient {
  /** Orders and records that have their answer. */
  answered: () => number;
  /** The quota of the API key, once an answer has named it. */
  quota: () => Quota | undefined;
  /**
   * Places orders in their sequence.
   *
   * @returns the answer to each, in the same sequence
   * @throws {CommandError} the server does not answer, or refuses the API key
   */
  place: (orders: readonly OrderToPlace[]) => Promise<Sent[]>;
  /**
   * Sends a record.
   *
   * @param path below `/v2/orders/{order_id}`
   * @throws {CommandError} as `place`
   */
  record: (orderId: string, path: string, key: string, body: Record<string, unknown>) => Promise<Sent>;
}

/** Waits that are mentioned. */
const WAIT_MS_MIN = 1_000;
/** Statuses of a batch that a fault of its orders can cause. */
const FAULTY_BATCH = new Set([400, 413, 422]);
/** Statuses that no order or record can cause: the server, its address or the API key is wrong. */
const WRONG_SERVER = new Set([401, 403, 405, 406, 410, 415]);

export function createHistoryClient(options: HistoryClientOptions): HistoryClient {
  const { url, apiKey, apiKeySource, patienceMs, signal, waits } = options;
  const client = createClient({
    baseUrl: url,
    apiKey,
    attempts: Number.MAX_SAFE_INTEGER,
    totalMs: patienceMs,
    fetch: observed,
    sleep: (ms, aborted) => pause(ms, aborted, isOverQuota),
  });
  let quota: Quota | undefined;
  /** Whether the last response was a 429. */
  let isOverQuota = false;
  let answered = 0;

  async function observed(...request: Parameters<typeof fetch>): Promise<Response> {
    const response = await fetch(...request);
    quota = parseWritePolicy(response.headers.get('RateLimit-Policy') ?? '') ?? quota;
    isOverQuota = response.status === 429;
    return response;
  }

  async function pause(ms: number, aborted: AbortSignal, isForQuota: boolean): Promise<void> {
    if (ms >= WAIT_MS_MIN) waits(ms, isForQuota ? quota : undefined);
    await delay(ms, undefined, { signal: aborted }).catch(() => {});
    signal.throwIfAborted();
  }

  /** @returns the answer; a problem only if a further attempt cannot change it */
  async function answerOf<Data>(call: () => Promise<Answer<Data>>): Promise<Final<Data>> {
    for (;;) {
      const { data, error, response } = await call().catch((cause: unknown) => {
        if (!(cause instanceof HoldfastUnavailable)) throw cause;
        throw failed(cause.message, cause);
      });
      if (data !== undefined) return { data, isReplay: isReplay(response) };
      const { status, headers } = response;
      // The quota is a matter of time; any other failure has used up the patience of the client.
      if (status === 429) await pause(Math.max(retryAfterMs(headers, Date.now()), WAIT_MS_MIN), signal, true);
      else if (attemptsOf(response)?.gaveUp !== undefined) throw gaveUp(error);
      else if (!isProblem(error) || WRONG_SERVER.has(status)) throw wrongServer(status, error);
      else return { problem: error };
    }
  }

  const failed = (text: string, cause?: unknown) =>
    new CommandError(
      `${url}: ${text}\nAPI key used: ${apiKeySource}. ` +
        'To change the address, set --to or HOLDFAST_URL. To change the key, set HOLDFAST_API_KEY, or --context.',
      { cause },
    );

  const gaveUp = (problem: unknown) =>
    failed(
      `The server accepted no request for ${patienceMs / 1_000} seconds.` +
        `${isProblem(problem) ? ` Its last answer: ${problem.status} ${problem.code}.` : ''}`,
    );

  const wrongServer = (status: number, problem: unknown) =>
    failed(
      isProblem(problem)
        ? `${status} ${problem.code}. ${problem.detail}`
        : `${status} without a problem document: this is not the address of a Holdfast server.`,
    );

  async function place(orders: readonly OrderToPlace[]): Promise<Sent[]> {
    const sent: Sent[] = [];
    let open = orders.map((order, index) => ({ order, index }));
    let waitedMs = 0;
    while (open.length > 0) {
      const outcomes = await placeAll(open.map(({ order }) => order));
      const left: typeof open = [];
      let [retryMs, isQuota] = [0, false];
      for (const [at, outcome] of outcomes.entries()) {
        const item = open[at]!;
        if ('order' in outcome || !isTemporary(outcome.problem)) answered += 1;
        if ('order' in outcome) sent[item.index] = { id: outcome.order.id, isReplay: outcome.replayed };
        else if (isTemporary(outcome.problem)) {
          left.push(item);
          retryMs = Math.max(retryMs, (outcome.retry_after ?? 1) * 1_000);
          isQuota ||= outcome.status === 429;
        } else sent[item.index] = { problem: outcome.problem };
      }
      waitedMs = isQuota || left.length < open.length ? 0 : waitedMs + retryMs;
      if (waitedMs > patienceMs) throw gaveUp(undefined);
      open = left;
      if (open.length > 0) await pause(retryMs, signal, isQuota);
    }
    return sent;
  }

  /** One request, or two of half the orders when the fault of an order refuses the request. */
  async function placeAll(orders: OrderToPlace[]): Promise<OrderOutcome[]> {
    const answer = await answerOf(() =>
      client.POST('/v2/order-batches', { body: { orders: orders as never }, signal }),
    );
    if ('data' in answer) return answer.data.data as OrderOutcome[];
    const { problem } = answer;
    if (!FAULTY_BATCH.has(problem.status)) throw wrongServer(problem.status, problem);
    if (orders.length === 1) return [{ status: problem.status, problem }];
    const half = Math.ceil(orders.length / 2);
    return [...(await placeAll(orders.slice(0, half))), ...(await placeAll(orders.slice(half)))];
  }

  return {
    answered: () => answered,
    quota: () => quota,
    place,
    async record(orderId, path, key, body) {
      const answer = await answerOf(() =>
        // The path is one of several, whose bodies the server checks.
        client.POST(`/v2/orders/{order_id}/${path}` as '/v2/orders/{order_id}/payments', {
          params: { path: { order_id: orderId }, header: { 'Idempotency-Key': key } },
          body: body as never,
          signal,
        }),
      );
      answered += 1;
      return 'data' in answer
        ? { id: answer.data.id, isReplay: answer.isReplay }
        : { problem: answer.problem };
    },
  };
}

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

type Final<Data> = { data: Data; isReplay: boolean } | { problem: ProblemDocument };

type OrderOutcome =
  | { status: number; order: { id: string }; replayed: boolean }
  | { status: number; problem: ProblemDocument; retry_after?: number };

const isTemporary = ({ retry }: ProblemDocument): boolean =>
  retry === 'same_key' || retry === 'same_key_after';

const isProblem = (error: unknown): error is ProblemDocument =>
  typeof error === 'object' && error !== null && 'code' in error && 'detail' in error;
