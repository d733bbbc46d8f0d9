/** Random steps, which become commands that fit the state of their order. */
import fc from 'fast-check';
import type { Command, OrderCommand } from '../../../domain/order/commands.ts';
import {
  authorize,
  cancel,
  command,
  complete,
  edit,
  hold,
  pay,
  refund,
  release,
  reverse,
  voidAuthorization,
} from '../stories.ts';
import { type Model, authorized, count, covered, due, net, overpaid, owed } from './order-model.ts';
import { worthOf } from './model-refunds.ts';

const KINDS = [
  'pay',
  'pay',
  'pay',
  'accept',
  'authorize',
  'capture',
  'capture',
  'void',
  'reverse',
  'refund',
  'refund',
  'refund pieces',
  'refund pieces',
  'refund pieces',
  'refund charge',
  'adjust',
  'ship',
  'ship',
  'ship',
  'ship all',
  'return',
  'return',
  'cancel pieces',
  'cancel pieces',
  'add line',
  'add charge',
  'exchange',
  'hold',
  'release',
  'cancel',
  'complete',
] as const;

export interface Step {
  kind: (typeof KINDS)[number];
  a: number;
  b: number;
  c: number;
}

const nat = fc.nat({ max: 10_000 });
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ kind: fc.constantFrom(...KINDS), a: nat, b: nat, c: nat }),
  { maxLength: 40, size: 'max' },
);

/** One of the amounts that matter in this state, or a random one; at least 1. */
function amountFor(model: Model, { a, b }: Step, ...first: bigint[]): number {
  const half = (amount: bigint) => amount / 2n;
  const choices = [
    ...first,
    ...first,
    due(model),
    half(due(model)),
    due(model) + 1n,
    net(model),
    half(net(model)),
    overpaid(model),
    owed(model),
    BigInt(b),
    999_999_999_999n,
  ];
  const chosen = choices[a % choices.length]!;
  return Number(chosen < 1n ? 1n : chosen > 999_999_999_999n ? 999_999_999_999n : chosen);
}

const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % Math.max(1, list.length)];

type Pieces = Command<'ShipItems'>['data']['lines'];

/** Some pieces of some lines: mostly as many as `available` says, now and then one more. */
function piecesFor(
  model: Model,
  { a, b, c }: Step,
  available: (line: Model['lines'][number]) => number,
): Pieces {
  const pieces = model.lines.flatMap((line, index) => {
    const most = available(line) + (c % 9 === 0 ? 1 : 0);
    const quantity = ((a >> index) % 3 === 0 ? most : (b >> index) % (most + 1)) % (most + 1);
    return quantity > 0 ? [{ line_id: `line_${index + 1}`, quantity }] : [];
  });
  return pieces.length > 0 ? pieces : [{ line_id: `line_${1 + (a % model.lines.length)}`, quantity: 1 }];
}

/** Pieces that can be refunded, with the amount that they are worth; mostly. */
function refundOfPieces(model: Model, step: Step): OrderCommand {
  const { b, c } = step;
  const lines = piecesFor(
    model,
    step,
    (line) =>
      line.pieces.filter(({ place, isRefunded }) => !isRefunded && (place !== 'open' || !line.ships)).length,
  );
  const found = lines.map(({ line_id, quantity }) => ({
    line: model.lines[Number(line_id.slice('line_'.length)) - 1]!,
    quantity: Math.min(quantity, 7),
  }));
  const adjustment = b % 5 === 0 ? 1 + (b % 50) : 0;
  const worth = worthOf(found) + BigInt(adjustment);
  const most = net(model);
  const amount = c % 3 > 0 && worth > most ? most : worth;
  return refund(Math.max(1, Number(amount) + (c % 17 === 0 ? 1 : 0)), {
    lines,
    ...(adjustment > 0 && { adjustment }),
  });
}

/** What a shop does first, so that lives reach late states. */
function usual(model: Model, kind: Step['kind']): Step['kind'] {
  const isOfGoods = kind.startsWith('ship') || kind.startsWith('return');
  if (model.paid === 0n && (kind.startsWith('refund') || kind === 'adjust')) return 'pay';
  if (isOfGoods && model.holds.size > 0) return 'release';
  if (isOfGoods && !covered(model) && !model.isOnTerms) return 'pay';
  if (kind === 'return' && model.status === 'unfulfilled') return 'ship';
  if (kind === 'void' && model.authorizations.size === 0) return 'authorize';
  if (kind === 'release' && model.holds.size === 0) return 'ship';
  return kind;
}

/** The command of a step in a state. */
export function commandOf(model: Model, step: Step): OrderCommand {
  const { b, c } = step;
  const kind = c % 5 === 0 ? step.kind : usual(model, step.kind);
  const payments = [...model.payments].filter(([, left]) => left > 0n || c % 5 === 0);
  const authorizations = [...model.authorizations].filter(([, left]) => left > 0n || c % 5 === 0);
  const scale = model.total > 1_000_000n ? 37_000_000 : 1;
  const line = (price: number) => ({
    name: 'added',
    quantity: 1 + (b % 3),
    unit_price: price * scale,
    ...(c % 4 === 0 && !model.isIncluded && { tax: 1 + (c % 200) }),
    ...(c % 7 === 0 && { ships: false as const }),
  });
  switch (kind) {
    case 'pay':
      return pay(amountFor(model, step, due(model)));
    case 'accept':
      return pay(amountFor(model, step), { accept_excess: true });
    case 'authorize':
      return authorize(amountFor(model, step, due(model)));
    case 'capture': {
      const [id, left] = pick(authorizations, b) ?? ['aut_0', 0n];
      const most = left < due(model) ? left : due(model);
      return pay(amountFor(model, step, left, most, most / 2n), { authorization_id: id });
    }
    case 'void':
      return voidAuthorization(pick(authorizations, b)?.[0] ?? 'aut_0');
    case 'reverse': {
      const [id, left] = pick(payments, b) ?? ['pay_0', 0n];
      return reverse(id, c % 2 === 0 ? undefined : amountFor(model, step, left, left / 2n, left + 1n));
    }
    case 'refund': {
      const [id, left] = pick(payments, b) ?? ['pay_0', 0n];
      return c % 3 === 0
        ? refund(amountFor(model, step, left, left / 2n, left + 1n), { payment_id: id })
        : refund(amountFor(model, step, overpaid(model), net(model)));
    }
    case 'refund pieces':
      return refundOfPieces(model, step);
    case 'refund charge': {
      const index = model.charges.length === 0 ? 0 : b % model.charges.length;
      const charge = model.charges[index];
      const left = charge ? charge.amount - charge.refunded : 1n;
      const amount = amountFor(model, step, left, left, left / 2n, left + 1n);
      return refund(amount, { charges: [{ charge_id: `charge_${index + 1}`, amount }] });
    }
    case 'adjust': {
      const amount = amountFor(model, step, BigInt(1 + (b % 100)));
      return refund(amount, { adjustment: amount });
    }
    case 'ship':
    case 'ship all':
      return command('ShipItems', {
        lines: piecesFor(model, kind === 'ship' ? step : { ...step, a: 0, c: 1 }, (each) =>
          each.ships ? count(each, 'open') : 0,
        ),
        carrier: null,
        tracking_number: null,
      });
    case 'return':
      return command('ReturnItems', {
        lines: piecesFor(model, step, (each) => (each.ships ? count(each, 'shipped', 'kept') : 0)),
        reason: null,
      });
    case 'cancel pieces':
      return edit({
        cancel: piecesFor(model, step, (each) => count(each, 'open')),
        ...(c % 4 === 0 && { charges: [{ kind: 'fee' as const, price: 1 + (c % 100) }] }),
      });
    case 'add line':
      return edit({ add: [line(b % 300)] });
    case 'add charge':
      return edit({ charges: [{ kind: 'fee', price: (b % 300) * scale }] });
    case 'exchange':
      return edit({ cancel: piecesFor(model, step, (each) => count(each, 'open')), add: [line(b % 300)] });
    case 'hold':
      return hold;
    case 'release':
      return release(pick([...model.holds], b) ?? 'hld_0');
    case 'cancel':
      return authorized(model) > 0n || c % 3 > 0 ? hold : cancel;
    case 'complete':
      return complete;
  }
}
