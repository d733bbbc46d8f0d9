/** A bounded search for later commands that make a refused command allowed. */
import { allPiecesToShip, due, net, openPieces, piecesToShip } from '../../../domain/order/amounts.ts';
import { type OrderCommand, type Pieces } from '../../../domain/order/commands.ts';
import { decide } from '../../../domain/order/decide.ts';
import { type OrderState, evolve } from '../../../domain/order/order.ts';
import { complete, edit, pay, recordedAt, refund, release, reverse, ship } from '../stories.ts';

/** The longest path: pay, cancel the pieces, refund others of their line, reverse the rest. */
const STEPS_MAX = 4;

/** Commands that are run one after the other. */
type Step = OrderCommand[];

/** Whether at most four steps lead to a state that allows the command. */
export function isEverAllowed(state: OrderState, command: OrderCommand): boolean {
  let states = [state];
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const reached: OrderState[] = [];
    for (const before of states) {
      for (const each of stepsFor(before, command)) {
        const then = afterStep(before, each);
        if (then === undefined) continue;
        if ('event' in decide(then, command)) return true;
        reached.push(then);
      }
    }
    states = reached;
  }
  return false;
}

/** The state after a step, `undefined` when one of its commands is refused. */
function afterStep(before: OrderState, step: Step): OrderState | undefined {
  let state = before;
  for (const command of step) {
    const decision = decide(state, command);
    if ('rejection' in decision) return undefined;
    const recorded = recordedAt(decision.event, state.order.version + 1);
    // Not the id of a record that the refused command names.
    state = evolve(state, { ...recorded, event_id: `evt_later_${recorded.version}` });
  }
  return state;
}

/** Each step that may help a command of this type. */
function stepsFor(state: OrderState, command: OrderCommand): Step[] {
  switch (command.type) {
    case 'RecordPayment':
      return [reverseAll(state), [edit({ add: [lineOf(command.data.amount)] })]];
    case 'RecordRefund':
      return stepsToRefund(state, command.data);
    case 'ShipItems':
      return [cover(state), releaseAll(state), addLines(state, command.data.lines)];
    case 'ReturnItems':
      return [cover(state), releaseAll(state), addLines(state, command.data.lines), shipAll(state)];
    case 'EditOrder':
      return [addLines(state, command.data.cancel ?? [])];
    case 'CompleteOrder':
      return [
        cover(state),
        releaseAll(state),
        shipAll(state),
        [edit({ cancel: openOf(state, piecesToShip) })],
      ];
    default:
      return [[complete], [edit({ add: [lineOf(0)] })], reverseAll(state), releaseAll(state)];
  }
}

type RecordRefund = Extract<OrderCommand, { type: 'RecordRefund' }>['data'];

function stepsToRefund(state: OrderState, data: RecordRefund): Step[] {
  const { amount, lines = [], charges = [] } = data;
  const named = new Set(lines.map(({ line_id }) => line_id));
  const ofOthers = openOf(state, openPieces).filter(({ line_id }) => named.has(line_id));
  const steps: Step[] = [
    [pay(Math.max(1, amount - net(state)), { accept_excess: true })],
    [pay(2_000, { accept_excess: true })],
    [edit({ cancel: ofOthers })],
    addLines(state, lines, 2_000),
  ];
  // The shop keeps no more than the refund: then its pieces are worth at most that.
  steps.push(reversal(state, net(state) - amount, data.payment_id));
  // The last pieces of a line bring its rest.
  for (const { line_id, quantity } of lines) {
    const line = state.order.lines.find(({ id }) => id === line_id);
    const others = (line?.quantity ?? 0) - (state.facts.refunded?.[line_id] ?? 0) - quantity;
    for (const worth of [250, 333, 334, 500, 666, 667])
      if (others > 0) steps.push([refund(worth, { lines: [{ line_id, quantity: others }] })]);
  }
  if (charges.length > 0 && state.order.charges === undefined)
    steps.push([edit({ charges: [{ kind: 'fee', price: 2_000 }] })]);
  return steps;
}

const lineOf = (unit_price: number) => ({ name: 'later', quantity: 4, unit_price });

const cover = (state: OrderState): Step => (due(state) > 0 ? [pay(due(state))] : []);

const releaseAll = ({ facts }: OrderState): Step => Object.keys(facts.holds ?? {}).map((id) => release(id));

const reverseAll = (state: OrderState): Step => reversal(state, net(state));

/** Reverses an amount, of one payment last. */
function reversal({ payments }: OrderState, amount: number, last?: string): Step {
  const step: Step = [];
  let rest = amount;
  const ids = Object.keys(payments).sort((a, b) => Number(a === last) - Number(b === last));
  for (const id of ids) {
    const part = Math.min(rest, payments[id]!.left);
    if (part > 0) step.push(reverse(id, part));
    rest -= part;
  }
  return step;
}

function shipAll(state: OrderState): Step {
  const open = state.order.lines.map((line) => piecesToShip(state, line));
  return allPiecesToShip(state) > 0 ? [ship(...open)] : [];
}

/** Adds the lines that are named and not there yet. */
function addLines({ order }: OrderState, pieces: Pieces, unitPrice = 250): Step {
  const highest = Math.max(...pieces.map(({ line_id }) => Number(line_id.slice('line_'.length))), 0);
  const missing = highest - order.lines.length;
  return missing > 0 ? [edit({ add: Array.from({ length: missing }, () => lineOf(unitPrice)) })] : [];
}

const openOf = (
  state: OrderState,
  open: (state: OrderState, line: OrderState['order']['lines'][number]) => number,
): Pieces =>
  state.order.lines.flatMap((line) => {
    const quantity = open(state, line);
    return quantity > 0 ? [{ line_id: line.id, quantity }] : [];
  });

/** Whether a command names a payment or an authorization that the order does not have. */
export function namesUnknownRecord({ payments, facts }: OrderState, { data }: OrderCommand): boolean {
  const { payment_id, authorization_id } = data as { payment_id?: string; authorization_id?: string };
  return (
    (payment_id !== undefined && payments[payment_id] === undefined) ||
    (authorization_id !== undefined && facts.authorizations?.[authorization_id] === undefined)
  );
}
