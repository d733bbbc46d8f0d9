/**
 * The command path of orders: HTTP, batches and gRPC write through it.
 *
 * A retry is answered from the log: the fold of the stream up to the version that the first run
 * appended.
 */
import { decide } from '../../domain/order/decide.ts';
import { type OrderState, evolve } from '../../domain/order/order.ts';
import { type OrderRequest, differences, fingerprint, requestOf } from '../../domain/order/request.ts';
import type { Rejection } from '../../domain/rejection.ts';
import { claimOf } from '../../domain/order/claims.ts';
import type { OrderCommand } from '../../domain/order/commands.ts';
import { futureTime } from '../../domain/order/occurred-at.ts';
import type { Append } from '../../store/log/append.ts';
import { isPersonalPointer } from '../../domain/personal/members.ts';
import { subjectOf } from '../../domain/personal/subject.ts';
import type { StoredEvent } from '../../store/log/event-row.ts';
import { isFromRequest } from '../../store/personal/personal-data.ts';
import type { OrderLog } from '../../store/log/log.ts';
import type { DurabilityGuard } from '../../store/durability/durability-guard.ts';
import type { PrimaryLease } from '../../store/durability/primary-lease.ts';
import type { Tenancy } from '../../store/tenancy.ts';
import { replays } from '../../platform/metrics.ts';
import { keyReused } from './idempotency-key.ts';
import { type Conditions, requireConditions } from './preconditions.ts';
import { taken } from './taken.ts';
import { Problem } from '../problem/problem.ts';

export interface CommandPath {
  log: OrderLog;
  /** Refuses writes while the required durability is not in force. */
  durability: Pick<DurabilityGuard, 'require'>;
  /** Confirms what a node has read, where writes need a standby. */
  primary: PrimaryLease;
  /** A new id with a prefix: `ord`, `evt`. */
  newId: (prefix: string) => string;
  /** Milliseconds since 1970. */
  clock: () => number;
  /** Called after each append, to wake the consumers. */
  onAppended: (partition: number) => void;
}

export interface CommandContext extends Tenancy {
  /** Id of the API key. */
  keyId: string;
  idempotencyKey: string;
  traceparent: string | null;
  /** Preconditions of the first run; a retry of an effective command ignores them. */
  conditions?: Conditions | undefined;
  /** Currency of the request, which must be that of the order. */
  currency?: string | undefined;
}

export interface Executed {
  /** The order after the command. */
  state: OrderState;
  event: StoredEvent;
  /** Whether an earlier request with the key ran the command. */
  replayed: boolean;
}

/** Attempts of one command, each against a newer version of its order. */
const ATTEMPTS_MAX = 5;

/**
 * Runs a command once per idempotency key.
 *
 * @throws {Problem} when the command did not run
 * @throws {UnknownEventError} the order, or the holder of its key, has an event of a newer release
 * @throws {StoreOverloaded | StoreUnavailable} see {@link OrderLog}
 */
export async function execute(
  path: CommandPath,
  context: CommandContext,
  request: OrderRequest,
): Promise<Executed> {
  const print = fingerprint(request);
  path.durability.require(); // a replay acknowledges too
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const before = await read(path, context, request);
    requireCurrency(context.currency, before.state);
    if (before.holder) return replay(path, context, request, print, before.holder);

    // The decider answers 404 for a missing order.
    if (before.state !== null || request.order_id === null)
      requireConditions(context.conditions, before.state?.order.version);
    requirePast(path, request);
    const decision = decide(before.state, request);
    if ('rejection' in decision) throw await refusal(path, context, request, decision.rejection);
    const beganMs = performance.now();
    const outcome = await path.log.append({
      partition: context.partition,
      tenantId: context.tenantId,
      event_id: path.newId('evt'),
      order_id: request.order_id ?? path.newId('ord'),
      version: (before.state?.order.version ?? 0) + 1,
      event: decision.event,
      ...namesOf(request),
      ...personOf(before.state),
      idempotency_key: context.idempotencyKey,
      fingerprint: print,
      traceparent: context.traceparent,
      key_id: context.keyId,
    });
    path.durability.require(); // a new connection may have less
    if (outcome.kind === 'appended') {
      path.primary.noteCommit(beganMs);
      path.onAppended(context.partition);
      return { state: evolve(before.state, outcome.event), event: outcome.event, replayed: false };
    }
    if (outcome.kind === 'claimed' || outcome.kind === 'number_taken') throw taken(outcome);
    if (outcome.kind === 'holder_unknown') throw outcome.error;
    if (outcome.kind !== 'version_conflict') return replay(path, context, request, print, outcome.event);
  }
  throw new Problem(
    'order_busy',
    `Concurrent commands won ${ATTEMPTS_MAX} times. This request took no effect.`,
    { headers: { 'Retry-After': '1' } },
  );
}

/** The number and the claim of a command. */
function namesOf(command: OrderCommand): Pick<Append, 'series' | 'number' | 'claim'> {
  const { series, number } = command.type === 'PlaceOrder' ? command.data : {};
  return { series, number, claim: claimOf(command) };
}

/** Whose personal data a command on an order has. Of a new order, its data says it. */
function personOf(state: OrderState | null): Pick<Append, 'subject' | 'email_before'> {
  if (state === null) return {};
  const { id, customer_id, email } = state.order;
  return { subject: subjectOf(customer_id, id), email_before: email };
}

/** The rejection of a command; of one that another request recorded already, that one. */
async function refusal(
  { log }: CommandPath,
  context: CommandContext,
  request: OrderRequest,
  rejection: Rejection,
): Promise<Problem> {
  const claim = claimOf(request);
  const event = claim === null ? undefined : await log.readClaim(context, claim);
  return event === undefined ? rejected(rejection) : taken({ kind: 'claimed', event });
}

/** @throws {Problem} 422 when the command states a time in the future */
function requirePast({ clock }: CommandPath, request: OrderRequest): void {
  const error = futureTime(request, clock);
  if (error !== undefined)
    throw new Problem('invalid_body', 'The time lies in the future, see errors.', { errors: [error] });
}

/** Runs before a replay too: the currency never changes, so another currency is another request. */
function requireCurrency(currency: string | undefined, state: OrderState | null): void {
  if (currency === undefined || state === null || currency === state.order.currency) return;
  throw new Problem('invalid_body', `The currency of this order is ${state.order.currency}.`, {
    errors: [{ pointer: '/currency', detail: `must be ${state.order.currency}, the currency of the order` }],
  });
}

interface Before {
  state: OrderState | null;
  /** The event that was appended under the command's key. */
  holder: StoredEvent | undefined;
}

/**
 * Reads the order and the key's holder. PlaceOrder skips it, since the append checks the key;
 * with preconditions it reads the holder, so that a retry is replayed and not refused.
 */
async function read({ log }: CommandPath, context: CommandContext, request: OrderRequest): Promise<Before> {
  if (request.order_id === null) {
    const holder = context.conditions && (await log.readKey(context, context.idempotencyKey));
    return { state: null, holder };
  }
  return log.readForCommand(context, request.order_id, context.idempotencyKey);
}

async function replay(
  { log, primary }: CommandPath,
  context: CommandContext,
  request: OrderRequest,
  print: Buffer,
  event: StoredEvent,
): Promise<Executed> {
  requireSame(event, request, print);
  const state = event.version === 1 ? placedBy(event) : await stateAfter(log, context, event);
  await primary.confirmRead(); // a cancelled wait leaves an event on the primary alone
  replays.inc();
  return { state, event, replayed: true };
}

/**
 * Of an erased request only the rest can be compared: what its members said is gone, and with it
 * the key of its fingerprint.
 *
 * @throws {Problem} 422 the key belongs to another request
 */
function requireSame(event: StoredEvent, request: OrderRequest, print: Buffer): void {
  if (event.type === 'CustomerErased')
    throw keyReused([{ pointer: '', detail: `the key belongs to an erasure, this is ${request.type}` }]);
  const isSame = isFromRequest(event, print);
  if (isSame === true) return;
  const different = differences(requestOf(event), request);
  if (isSame === false) throw keyReused(different);
  const rest = different.filter(({ pointer }) => !isPersonalPointer(pointer));
  if (rest.length > 0) throw keyReused(rest);
}

function placedBy(event: StoredEvent): OrderState {
  const state = evolve(null, event);
  if (event.erased_at !== undefined) state.order.erased_at = event.erased_at;
  return state;
}

async function stateAfter(log: OrderLog, context: Tenancy, event: StoredEvent): Promise<OrderState> {
  const folded = await log.readState(context, event.order_id, event.version);
  if (folded === undefined) throw new Error(`empty stream of ${event.order_id}, which has an event`);
  return folded.state;
}

function rejected({ code, detail, errors, final }: Rejection): Problem {
  return new Problem(code, detail, { errors, retry: final ? 'never' : undefined });
}
