/** The records of an order from the events of its source: goods before the money that goes back. */
import {
  type HistoryLine,
  type HistoryRecord,
  type PlaceOrder,
  chargeAmount,
  isSplit,
  lineAmount,
  withoutGaps,
} from './history.ts';
import { share } from './money.ts';
import {
  type GonePieces,
  type Pieces,
  type SourceEvent,
  type SourceEventOf,
  type Transaction,
  inSequence,
} from './source-events.ts';

type RefundEvent = SourceEventOf<'refund'>;

/** The line of an order with these events. */
export function historyOf(order: PlaceOrder, given: readonly SourceEvent[]): HistoryLine {
  const events = inSequence(given);
  const life = new Life(
    order,
    events.find((each) => each.kind === 'cancellation'),
  );
  for (const each of events) life.add(each);
  return {
    order: life.isOpen ? { ...order, payment_terms: 'open' } : order,
    records: life.records,
  };
}

class Life {
  readonly records: HistoryRecord[] = [];
  /** Whether pieces were shipped before they were paid. */
  isOpen = false;
  readonly #order: PlaceOrder;
  readonly #cancellation: SourceEventOf<'cancellation'> | undefined;
  readonly #currency: string;
  readonly #total: number;
  /** Pieces by line id. */
  readonly #shipped = new Map<string, number>();
  readonly #cancelled = new Map<string, number>();
  readonly #returned = new Map<string, number>();
  readonly #refunded = new Map<string, number>();
  /** What is left of authorizations, in the order of their records. */
  readonly #authorized: number[] = [];
  #paid = 0;
  #refundedAmount = 0;
  #chargesLeft: number[];
  #isCancelled = false;

  constructor(order: PlaceOrder, cancellation: SourceEventOf<'cancellation'> | undefined) {
    this.#order = order;
    this.#cancellation = cancellation;
    this.#currency = order.lines[0]!.unit_price.currency;
    this.#total = order.stated?.total?.amount ?? 0;
    const isTaxIncluded = order.prices_include_tax ?? false;
    this.#chargesLeft = (order.charges ?? []).map((charge) => chargeAmount(charge, isTaxIncluded));
  }

  add(event: SourceEvent): void {
    switch (event.kind) {
      case 'authorization':
        this.#authorized.push(event.amount);
        this.records.push({ authorization: { ...this.#transaction(event), authorized_at: event.at } });
        return;
      case 'void':
        if ((this.#authorized[event.authorization - 1] ?? 0) === 0) return;
        this.#authorized[event.authorization - 1] = 0;
        this.records.push({ void: { authorization: event.authorization, voided_at: event.at } });
        return;
      case 'payment':
        return this.#pay(event);
      case 'shipment':
        return this.#ship(event);
      case 'refund':
        return this.#refund(event);
      case 'cancellation':
        return this.#cancel(event);
      case 'completion':
        return this.#complete(event);
    }
  }

  #pay(event: SourceEventOf<'payment'>): void {
    const { authorization, amount, at } = event;
    const isExcess = this.#isDoubtful() || this.#paid + amount > this.#total;
    this.#paid += amount;
    if (authorization !== undefined) this.#authorized[authorization - 1]! -= amount;
    this.records.push({
      payment: withoutGaps({
        authorization,
        ...this.#transaction(event),
        accept_excess: isExcess ? (true as const) : undefined,
        paid_at: at,
      }),
    });
  }

  #ship({ pieces, carrier, tracking_number, at }: SourceEventOf<'shipment'>): void {
    const lines = pieces.flatMap(({ line_id, quantity }) => {
      const left = this.#line(line_id).ships === false ? 0 : Math.min(quantity, this.#open(line_id));
      return left > 0 ? [{ line_id, quantity: left }] : [];
    });
    if (lines.length === 0) return;
    if (!this.#isCovered()) this.isOpen = true;
    for (const { line_id, quantity } of lines) add(this.#shipped, line_id, quantity);
    this.records.push({ shipment: withoutGaps({ lines, carrier, tracking_number, shipped_at: at }) });
  }

  #refund(event: RefundEvent): void {
    const { pieces = [], amount, reason, at } = event;
    const freed = this.#free(pieces, reason, at);
    if (amount === 0) return;
    this.#refundedAmount += amount;
    this.records.push({
      refund: withoutGaps({
        ...withoutMethod(this.#transaction(event)),
        reason,
        ...this.#partsOf(event, freed),
        refunded_at: at,
      }),
    });
  }

  /** Records what happens to pieces of a refund. @returns whether some are cancelled or returned */
  #free(pieces: readonly GonePieces[], reason: string | undefined, at: string): boolean {
    const cancel: Pieces[] = [];
    const back: Pieces[] = [];
    for (const { line_id, quantity, goods } of pieces) {
      const open = goods === 'returned' ? 0 : Math.min(quantity, this.#open(line_id));
      if (open > 0) cancel.push({ line_id, quantity: open });
      const held = (this.#shipped.get(line_id) ?? 0) - (this.#returned.get(line_id) ?? 0);
      const returned = goods === 'returned' ? Math.min(quantity, held) : 0;
      if (returned > 0) back.push({ line_id, quantity: returned });
    }
    if (cancel.length > 0) this.#cancelPieces(cancel, reason, at);
    for (const { line_id, quantity } of back) add(this.#returned, line_id, quantity);
    if (back.length > 0) this.records.push({ return: withoutGaps({ lines: back, reason, returned_at: at }) });
    return cancel.length > 0 || back.length > 0;
  }

  #cancelPieces(cancel: readonly Pieces[], reason: string | undefined, at: string): void {
    const open = this.#order.lines.reduce((sum, _line, index) => sum + this.#open(`line_${index + 1}`), 0);
    const isAll = cancel.reduce((sum, { quantity }) => sum + quantity, 0) === open;
    if (isAll && this.#shipped.size === 0) return this.#cancel(this.#cancellation ?? { at, reason });
    for (const { line_id, quantity } of cancel) add(this.#cancelled, line_id, quantity);
    this.records.push({ edit: withoutGaps({ cancel: [...cancel], reason, edited_at: at }) });
  }

  /** Pieces and charges of a refund, if they explain it; else a reduction, or nothing. */
  #partsOf({ pieces = [], charges: forCharges = 0, amount }: RefundEvent, hasFreed: boolean) {
    const lines: Pieces[] = pieces.flatMap(({ line_id, quantity }) => {
      const left = this.#line(line_id).quantity - (this.#refunded.get(line_id) ?? 0);
      return left > 0 ? [{ line_id, quantity: Math.min(quantity, left) }] : [];
    });
    const charges = this.#chargesFor(forCharges);
    const chargeAmounts = charges.reduce((sum, charge) => sum + charge.amount.amount, 0);
    const rest = amount - chargeAmounts - lines.reduce((sum, each) => sum + this.#shareOf(each), 0);
    if (isSplit(this.#order) || rest < 0)
      return hasFreed || this.#isCancelled ? {} : { adjustment: this.#money(amount) };
    for (const { line_id, quantity } of lines) add(this.#refunded, line_id, quantity);
    for (const { charge_id, amount } of charges)
      this.#chargesLeft[Number(charge_id.slice('charge_'.length)) - 1]! -= amount.amount;
    return { lines, charges, adjustment: rest > 0 ? this.#money(rest) : undefined };
  }

  /** The amount of the next pieces of a line to be refunded. */
  #shareOf({ line_id, quantity }: Pieces): number {
    const line = this.#line(line_id);
    const amount = lineAmount(line, this.#order.prices_include_tax ?? false);
    return share(amount, line.quantity, this.#refunded.get(line_id) ?? 0, quantity);
  }

  #chargesFor(amount: number) {
    let rest = amount;
    return this.#chargesLeft.flatMap((left, index) => {
      const part = Math.min(left, rest);
      rest -= part;
      return part > 0 ? [{ charge_id: `charge_${index + 1}`, amount: this.#money(part) }] : [];
    });
  }

  #cancel({ at, reason }: { at: string; reason?: string | undefined }): void {
    if (this.#isCancelled) return;
    if (this.#shipped.size > 0) {
      const cancel = this.#order.lines.flatMap((_line, index) => {
        const line_id = `line_${index + 1}`;
        return this.#open(line_id) > 0 ? [{ line_id, quantity: this.#open(line_id) }] : [];
      });
      if (cancel.length > 0) this.#cancelPieces(cancel, reason, at);
      return;
    }
    for (const [index, { quantity }] of this.#order.lines.entries())
      this.#cancelled.set(`line_${index + 1}`, quantity);
    this.#isCancelled = true;
    this.records.push({ cancellation: withoutGaps({ reason, cancelled_at: at }) });
  }

  /** Only an order of which nothing is left to ship can be completed. */
  #complete({ at }: SourceEventOf<'completion'>): void {
    const isLeft = this.#order.lines.some(
      ({ ships }, index) => ships !== false && this.#open(`line_${index + 1}`) > 0,
    );
    if (isLeft || this.#isCancelled) return;
    if (!this.#order.lines.some(({ ships }) => ships !== false) && !this.#isCovered()) this.isOpen = true;
    this.records.push({ completion: { completed_at: at } });
  }

  #isCovered(): boolean {
    const authorized = this.#authorized.reduce((sum, amount) => sum + amount, 0);
    return this.#paid - this.#refundedAmount + authorized >= this.#total;
  }

  /** Whether goods or money went back: the amount due is not the total less the payments then. */
  #isDoubtful = (): boolean =>
    this.#isCancelled || this.#refundedAmount > 0 || this.#cancelled.size + this.#returned.size > 0;

  #line = (id: string) => this.#order.lines[Number(id.slice('line_'.length)) - 1]!;

  /** Pieces of a line that are neither shipped nor cancelled. */
  #open(id: string): number {
    return this.#line(id).quantity - (this.#shipped.get(id) ?? 0) - (this.#cancelled.get(id) ?? 0);
  }

  #money = (amount: number) => ({ amount, currency: this.#currency });

  #transaction = ({ amount, method, provider, reference }: Transaction) =>
    withoutGaps({ amount: this.#money(amount), method, provider, reference });
}

function withoutMethod<T extends { method?: unknown }>({ method: _method, ...rest }: T): Omit<T, 'method'> {
  return rest;
}

const add = (map: Map<string, number>, id: string, more: number): void => {
  map.set(id, (map.get(id) ?? 0) + more);
};
