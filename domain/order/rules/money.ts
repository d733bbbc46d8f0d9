/** Money on its way in: authorizations, payments and their reversals. */
import { amountText } from '../../currency.ts';
import { AMOUNT_MAX } from '../../money.ts';
import { authorizedAmount, capturable, due, owed } from '../amounts.ts';
import type { Command } from '../commands.ts';
import type { Decision } from '../decide.ts';
import type { EventOf } from '../events.ts';
import type { Authorization, OrderState } from '../order.ts';
import { CANCELLED, COMPLETED, type Rejected, invalid, reject } from './reject.ts';

/** Sums of an order are amounts too. */
const tooMuch = (most: number, what: string): Rejected =>
  invalid(
    `The ${what} of the order exceed the largest amount.`,
    '/amount',
    `must be at most ${most}: the ${what} of an order are at most ${AMOUNT_MAX} minor units`,
  );

const CLOSED = reject('authorization_closed', 'This authorization is voided or captured whole.');

/** Any amount: a shop may authorize more than is due, and capture less. */
export function authorize(
  state: OrderState,
  data: Command<'RecordAuthorization'>['data'],
): Decision<'AuthorizationRecorded'> {
  const { order } = state;
  if (order.status === 'cancelled') return CANCELLED;
  if (order.status === 'completed') return COMPLETED;
  const open = authorizedAmount(state);
  if (open + data.amount > AMOUNT_MAX) return tooMuch(AMOUNT_MAX - open, 'authorizations');
  return { event: { type: 'AuthorizationRecorded', data: { ...data, currency: order.currency } } };
}

export function authorized(
  state: OrderState,
  { amount }: EventOf<'AuthorizationRecorded'>['data'],
  id: string,
): OrderState {
  return withAuthorization(state, id, { amount, captured: 0 });
}

/** Allowed in each state of the order: a cancelled one leaves its authorizations open. */
export function voidAuthorization(
  { order, facts }: OrderState,
  data: Command<'VoidAuthorization'>['data'],
): Decision<'AuthorizationVoided'> {
  const authorization = facts.authorizations?.[data.authorization_id];
  if (authorization === undefined) {
    return reject('authorization_not_found', 'This order does not have this authorization.');
  }
  const amount = capturable(authorization);
  if (amount === 0) return CLOSED;
  return { event: { type: 'AuthorizationVoided', data: { ...data, amount, currency: order.currency } } };
}

export function voided(
  state: OrderState,
  { authorization_id }: EventOf<'AuthorizationVoided'>['data'],
): OrderState {
  const { amount, captured } = state.facts.authorizations![authorization_id]!;
  return withAuthorization(state, authorization_id, { amount, captured, isVoid: true });
}

const withAuthorization = (state: OrderState, id: string, authorization: Authorization): OrderState => ({
  ...state,
  facts: {
    ...state.facts,
    authorizations: { ...state.facts.authorizations, [id]: authorization },
  },
});

/** A payment, or the capture of an authorization. */
export function pay(state: OrderState, data: Command<'RecordPayment'>['data']): Decision<'PaymentRecorded'> {
  const { order, facts } = state;
  const open = due(state);
  if (data.accept_excess === undefined) {
    if (open === 0 && order.status === 'cancelled' && owed(state) === 0) return CANCELLED;
    if (open === 0) return reject('order_already_paid', 'This order is fully paid.');
  }
  if (data.authorization_id !== undefined) {
    const authorization = facts.authorizations?.[data.authorization_id];
    if (authorization === undefined) {
      return invalid(
        'Unknown authorization.',
        '/authorization_id',
        'must be the id of an authorization of this order',
      );
    }
    const left = capturable(authorization);
    if (left === 0) return CLOSED;
    if (data.amount > left) {
      return reject(
        'capture_exceeds_authorized',
        `The capture exceeds what is left of its authorization: ${amountText(left, order.currency)}.`,
        [{ pointer: '/amount', detail: `must be at most ${left}, the rest of the authorization` }],
      );
    }
  }
  if (data.amount > open && data.accept_excess === undefined) {
    return reject(
      'payment_exceeds_due',
      `The payment exceeds the amount due: ${amountText(open, order.currency)}.`,
      [{ pointer: '/amount', detail: `must be at most ${open}, the amount due` }],
    );
  }
  if (order.amount_paid + data.amount > AMOUNT_MAX)
    return tooMuch(AMOUNT_MAX - order.amount_paid, 'payments');
  return { event: { type: 'PaymentRecorded', data: { ...data, currency: order.currency } } };
}

export function paid(state: OrderState, data: EventOf<'PaymentRecorded'>['data'], id: string): OrderState {
  const { amount, authorization_id } = data;
  const order = { ...state.order, amount_paid: state.order.amount_paid + amount };
  const payments = { ...state.payments, [id]: { amount, left: amount } };
  let next: OrderState = { ...state, order, payments };
  if (authorization_id !== undefined) {
    const authorization = state.facts.authorizations![authorization_id]!;
    next = withAuthorization(next, authorization_id, {
      ...authorization,
      captured: authorization.captured + amount,
    });
  }
  const { amount_reopened } = state.facts;
  if (amount_reopened !== undefined) {
    const facts = { ...next.facts, amount_reopened: Math.max(0, amount_reopened - amount) };
    next = { ...next, facts };
  }
  if (order.status === 'placed' && due(next) === 0) order.status = 'paid';
  return next;
}

/** A chargeback, a returned debit, or the payment with a wrong card: the amount is due again. */
export function reverse(
  { order, payments }: OrderState,
  data: Command<'ReversePayment'>['data'],
): Decision<'PaymentReversed'> {
  const payment = payments[data.payment_id];
  if (payment === undefined) return reject('payment_not_found', 'This order does not have this payment.');
  const { amount = payment.left } = data;
  if (payment.left === 0 || amount > payment.left) {
    return reject(
      'reversal_exceeds_payment',
      `The reversal exceeds what is left of its payment: ${amountText(payment.left, order.currency)}.`,
      [{ pointer: '/amount', detail: `must be at most ${payment.left}, the rest of the payment` }],
    );
  }
  return {
    event: {
      type: 'PaymentReversed',
      data: {
        ...data,
        amount,
        ...(data.amount === undefined && { is_rest: true as const }),
        currency: order.currency,
      },
    },
  };
}

export function reversed(
  state: OrderState,
  { payment_id, amount }: EventOf<'PaymentReversed'>['data'],
): OrderState {
  const facts = { ...state.facts, amount_reversed: (state.facts.amount_reversed ?? 0) + amount };
  return { ...state, facts, payments: withLess(state.payments, [{ payment_id, amount }]) };
}

/** The payments after amounts were given back. Those that are not known are left out. */
export function withLess(
  payments: OrderState['payments'],
  given: readonly { payment_id: string; amount: number }[],
): OrderState['payments'] {
  const next = { ...payments };
  for (const { payment_id, amount } of given) {
    const payment = next[payment_id];
    if (payment !== undefined) next[payment_id] = { ...payment, left: payment.left - amount };
  }
  return next;
}
