/**
 * The room of an order for further events. Each kind of command leaves room for those after it, so
 * that no note can keep money or goods where they are.
 */
import type { OrderCommand } from '../commands.ts';
import { EVENTS_MAX, type OrderState } from '../order.ts';
import { type Rejected, reject } from './reject.ts';

/** What a command does for an order, in the order in which its room ends for them. */
type Purpose = 'change' | 'progress' | 'settlement' | 'end';

/** From so many events on, commands of a purpose are refused. */
const EVENTS_FULL: Record<Purpose, number> = {
  change: 500,
  progress: 550,
  /** The last place is for the cancellation or the completion. */
  settlement: EVENTS_MAX - 1,
  end: EVENTS_MAX,
};

/**
 * From so many bytes of events on, an order takes no more changes. What money and goods add is
 * bounded by their number.
 */
export const CHANGES_FULL_BYTES = 2 * 1024 * 1024;

const LEFT: Record<Purpose, string> = {
  change:
    'no more patches, added lines, charges or holds. All that moves money or goods still works. ' +
    'Keep notes that change often in another system',
  progress:
    'only what settles it: refunds, reversals, voids, returns, edits that only cancel, releases of holds, ' +
    'its cancellation or its completion',
  settlement: 'only its cancellation or its completion',
  end: 'no more commands',
};

function purposeOf(command: OrderCommand): Purpose {
  switch (command.type) {
    case 'PlaceOrder':
    case 'UpdateOrder':
    case 'PlaceHold':
      return 'change';
    case 'EditOrder':
      return command.data.add === undefined && command.data.charges === undefined ? 'settlement' : 'change';
    case 'RecordAuthorization':
    case 'RecordPayment':
    case 'ShipItems':
      return 'progress';
    case 'VoidAuthorization':
    case 'ReversePayment':
    case 'RecordRefund':
    case 'ReturnItems':
    case 'ReleaseHold':
      return 'settlement';
    case 'CancelOrder':
    case 'CompleteOrder':
      return 'end';
  }
}

/**
 * Whether an order has room for an event of a purpose.
 *
 * @param before events that must come first
 */
export const hasRoom = ({ order, bytes }: OrderState, purpose: Purpose, before = 0): boolean =>
  order.version + before < EVENTS_FULL[purpose] && (purpose !== 'change' || bytes < CHANGES_FULL_BYTES);

/** Whether an order has room for a command, behind the events that must come first. */
export const hasRoomFor = (state: OrderState, command: OrderCommand, before: number): boolean =>
  hasRoom(state, purposeOf(command), before);

/** The refusal of a command for which the order has no room. */
export function refuseFull(state: OrderState, command: OrderCommand): Rejected | undefined {
  const purpose = purposeOf(command);
  if (hasRoom(state, purpose)) return undefined;
  const full = EVENTS_FULL[purpose];
  const { version } = state.order;
  const reason =
    version >= full
      ? `This order has ${version} events. From ${full} on`
      : `The events of this order hold ${state.bytes} bytes. From ${CHANGES_FULL_BYTES} on`;
  return reject('order_history_full', `${reason} it takes ${LEFT[purpose]}.`);
}
