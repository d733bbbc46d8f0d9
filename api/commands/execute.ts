/**
 * The command path: the one way in which anything is ever written, whatever edge it came in by.
 *
 * A repeat is answered from the log: the order's stream, folded up to the version that the first
 * run made. Nothing is cached, so nothing can be stale or lost.
 */
import { decide } from '../../domain/order/decide.ts';
import { HISTORY_LENGTH_MAX, type OrderState, evolve, fold } from '../../domain/order/order.ts';
import { type OrderRequest, differences, fingerprint, requestOf } from '../../domain/order/request.ts';
import type { Rejection } from '../../domain/rejection.ts';
import type { AppendOutcome } from '../../store/log/append.ts';
import type { StoredEvent } from '../../store/log/event-row.ts';
import type { OrderLog } from '../../store/log/log.ts';
import type { Tenancy } from '../../store/tenancy.ts';
import { keysReused, replays } from '../../platform/metrics.ts';
import { type Conditions, requireConditions } from './preconditions.ts';
import { Problem } from '../problem/problem.ts';

export interface CommandPath {
  log: OrderLog;
  /** A new id with a prefix: `ord`, `evt`. */
  newId: (prefix: string) => string;
  /** Told of each append, so that consumers can be woken. */
  onAppended: (partition: number) => void;
}

export interface CommandContext extends Tenancy {
  /** The API key that asks. */
  keyId: string;
  idempotencyKey: string;
  traceparent: string | null;
  /**
   * Run only while the order is what the client has seen. A repeat of what has run is answered all
   * the same.
   */
  conditions?: Conditions | undefined;
  /** The currency that the client takes the order to have. */
  currency?: string | undefined;
}

export interface Executed {
  /** The order as the command left it. */
  state: OrderState;
  event: StoredEvent;
  /** Whether the command had run before, and this is what it did then. */
  replayed: boolean;
}

/** Times that a command is decided anew when others keep changing its order first. */
const ATTEMPTS = 5;

/**
 * Runs a command once, however often it is sent.
 *
 * @throws {Problem} what the client is told when it did not run
 * @throws {StoreOverloaded | StoreUnavailable} see {@link OrderLog}
 */
export async function execute(
  path: CommandPath,
  context: CommandContext,
  request: OrderRequest,
): Promise<Executed> {
  const print = fingerprint(request);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = await read(path, context, request);
    requireCurrency(context.currency, before.state);
    if (before.holder) return repeat(path, context, request, print, before.holder);

    // An order that is not there is 404, which is for the decider to say.
    if (before.state !== null || request.order_id === null)
      requireConditions(context.conditions, before.state?.order.version);
    if (request.type === 'UpdateOrder' && before.streamLength > HISTORY_LENGTH_MAX) throw historyFull();
    const decision = decide(before.state, request);
    if ('rejection' in decision) throw rejected(decision.rejection);
    const outcome = await path.log.append({
      partition: context.partition,
      tenantId: context.tenantId,
      event_id: path.newId('evt'),
      order_id: request.order_id ?? path.newId('ord'),
      version: (before.state?.order.version ?? 0) + 1,
      event: decision.event,
      idempotency_key: context.idempotencyKey,
      fingerprint: print,
      traceparent: context.traceparent,
      key_id: context.keyId,
    });
    if (outcome.kind === 'appended') {
      path.onAppended(context.partition);
      return { state: evolve(before.state, outcome.event), event: outcome.event, replayed: false };
    }
    if (outcome.kind !== 'version_conflict') return repeat(path, context, request, print, outcome.event);
  }
  throw new Problem(
    'order_busy',
    `Others changed this order ${ATTEMPTS} times while this request was under way. It took no effect.`,
    {
      headers: { 'Retry-After': '1' },
    },
  );
}

/**
 * Before a repeat too: an order's currency never changes, so whoever names another one does not
 * repeat what was done.
 */
function requireCurrency(currency: string | undefined, state: OrderState | null): void {
  if (currency === undefined || state === null || currency === state.order.currency) return;
  throw new Problem('invalid_body', `This order is in ${state.order.currency}.`, {
    errors: [{ pointer: '/currency', detail: `must be ${state.order.currency}, as the order is` }],
  });
}

interface Before {
  state: OrderState | null;
  holder: StoredEvent | undefined;
  streamLength: number;
}

/**
 * A command that makes its order needs no look at the log first: the append itself tells whether
 * its key is taken. One that is to be refused for its conditions does, so that a command which took
 * effect is never told that it will not.
 */
async function read({ log }: CommandPath, context: CommandContext, request: OrderRequest): Promise<Before> {
  if (request.order_id === null) {
    const holder = context.conditions && (await log.readKey(context, context.idempotencyKey));
    return { state: null, holder, streamLength: 0 };
  }
  const { stream, ...rest } = await log.readForCommand(context, request.order_id, context.idempotencyKey);
  return { state: fold(stream), ...rest };
}

async function repeat(
  { log }: CommandPath,
  context: CommandContext,
  request: OrderRequest,
  print: Buffer,
  event: Extract<AppendOutcome, { event: StoredEvent }>['event'],
): Promise<Executed> {
  if (!event.fingerprint.equals(print)) {
    keysReused.inc();
    throw new Problem(
      'idempotency_key_reused',
      'This Idempotency-Key was used for another request. Use a new key for a new request, or repeat the first one unchanged.',
      { errors: differences(requestOf(event), request) },
    );
  }
  const stream = event.version === 1 ? [event] : await log.readStream(context, event.order_id, event.version);
  const state = fold(stream);
  if (state === null) throw new Error(`${event.order_id} has no stream`);
  replays.inc();
  return { state, event, replayed: true };
}

const historyFull = () =>
  new Problem(
    'order_history_full',
    `The events of this order hold ${HISTORY_LENGTH_MAX} bytes, the most that patches can fill.`,
  );

function rejected({ code, detail, errors, final }: Rejection): Problem {
  return new Problem(code, detail, { errors, retry: final ? 'never' : undefined });
}
