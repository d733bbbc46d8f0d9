/**
 * The personal members of events and orders: what tells who a customer is. The store seals them on
 * the way into the log, and opens them on the way to an answer. The contract marks the same members
 * with `x-personal`, which a test compares.
 */
import type { EventType, OrderEvent, RecordedEvent } from '../order/events.ts';
import type { OrderState } from '../order/order.ts';

/** Of an order, in its first event and in patches. */
export const PERSONAL_MEMBERS = ['shipping_address', 'billing_address', 'email', 'phone', 'note'] as const;

/** Free texts of the other events: a reason can name a person. */
const TEXTS: Partial<Record<EventType, 'reason' | 'note'>> = {
  AuthorizationVoided: 'reason',
  PaymentReversed: 'reason',
  RefundRecorded: 'reason',
  ItemsReturned: 'reason',
  OrderEdited: 'reason',
  OrderCancelled: 'reason',
  OrderCompleted: 'note',
  HoldPlaced: 'reason',
  HoldReleased: 'reason',
};

/** What an answer shows for an erased text that it requires: the reason of a hold. */
export const ERASED_TEXT = '[erased]';

/** A personal member as the log has it. No client can send one: each schema refuses the name. */
export interface Sealed {
  /** See store/personal/sealing.ts. */
  $sealed: string;
}

export const isSealed = (value: unknown): value is Sealed =>
  typeof value === 'object' && value !== null && '$sealed' in value;

/** Replaces a value. @param member the name of the personal member */
export type Change = (member: string, value: unknown) => unknown;

type Members = Record<string, unknown>;

function changeMember(data: Members, name: string, change: Change): void {
  const value = data[name];
  if (value !== undefined && value !== null) data[name] = change(name, value);
}

/** A copy of metadata with its marked entries changed. */
function changedEntries(metadata: unknown, marked: ReadonlySet<string>, change: Change): unknown {
  if (typeof metadata !== 'object' || metadata === null || isSealed(metadata)) return metadata;
  const entries: Members = { ...metadata };
  for (const name in entries) if (marked.has(name)) changeEntry(entries, name, change);
  return entries;
}

function changeEntry(entries: Members, name: string, change: Change): void {
  const value = entries[name];
  if (typeof value === 'string') entries[name] = change('metadata', value);
}

function changeMetadata(data: Members, marked: ReadonlySet<string>, change: Change): void {
  if ('metadata' in data) data['metadata'] = changedEntries(data['metadata'], marked, change);
  for (const list of ['lines', 'add']) {
    const lines = data[list];
    if (!Array.isArray(lines)) continue;
    data[list] = (lines as Members[]).map((line) =>
      line['metadata'] === undefined
        ? line
        : Object.assign({}, line, { metadata: changedEntries(line['metadata'], marked, change) }),
    );
  }
}

/**
 * The data of an event with its personal members changed; the event stays as it is.
 *
 * @param marked names of metadata entries that the tenant marked
 * @returns `undefined` when the event has no personal member
 */
export function sealedData(
  { type, data }: OrderEvent,
  marked: ReadonlySet<string>,
  seal: (member: string, value: unknown) => Sealed,
): object | undefined {
  let isChanged = false;
  const change: Change = (member, value) => {
    if (isSealed(value)) return value;
    isChanged = true;
    return seal(member, value);
  };
  const copy: Members = { ...data };
  const text = TEXTS[type];
  if (text !== undefined) changeMember(copy, text, change);
  if (type === 'OrderPlaced' || type === 'OrderUpdated')
    for (const name of PERSONAL_MEMBERS) changeMember(copy, name, change);
  if (type === 'OrderUpdated') {
    const patch: Members = { ...data.patch };
    for (const name of PERSONAL_MEMBERS) changeMember(patch, name, change);
    if (marked.size > 0) changeMetadata(patch, marked, change);
    copy['patch'] = patch;
  }
  if (marked.size > 0) changeMetadata(copy, marked, change);
  return isChanged ? copy : undefined;
}

/** Opens a sealed member; `undefined` when it is erased. */
export type Open = (member: string, sealed: Sealed) => unknown;

function openMember(data: Members, name: string, erased: unknown, open: Open): void {
  const value = data[name];
  if (isSealed(value)) data[name] = open(name, value) ?? erased;
}

/** An erased entry is left out: an entry is a text, never `null`. */
function openEntries(metadata: unknown, open: Open): void {
  if (typeof metadata !== 'object' || metadata === null) return;
  const entries = metadata as Members;
  for (const name in entries) {
    const value = entries[name];
    if (!isSealed(value)) continue;
    const opened = open('metadata', value);
    if (opened === undefined) delete entries[name];
    else entries[name] = opened;
  }
}

function openLines(lines: unknown, open: Open): void {
  if (!Array.isArray(lines)) return;
  for (const line of lines as Members[])
    if (line['metadata'] !== undefined) openEntries(line['metadata'], open);
}

/** Opens the sealed members of an event, in place. What is erased is `null`, or not there. */
export function openEvent({ type, data }: RecordedEvent, open: Open): void {
  const members = data as Members;
  const text = TEXTS[type];
  if (text !== undefined) openMember(members, text, type === 'HoldPlaced' ? ERASED_TEXT : null, open);
  if (type === 'OrderEdited') openLines(data.add, open);
  if (type !== 'OrderPlaced' && type !== 'OrderUpdated') return;
  openOrderMembers(members, type === 'OrderUpdated', open);
  if (type === 'OrderPlaced') openLines(data.lines, open);
  else {
    openOrderMembers(data.patch, true, open);
  }
}

/** @param isNullable whether an erased text is `null`; else its member is left out */
function openOrderMembers(members: Members, isNullable: boolean, open: Open): void {
  for (const name of PERSONAL_MEMBERS) {
    if (!isSealed(members[name])) continue;
    openMember(members, name, null, open);
    if (members[name] === null && !isNullable && name !== 'shipping_address') delete members[name];
  }
  openEntries(members['metadata'], open);
}

/** Opens the sealed members of an order, in place. What is erased is `null`, or not there. */
export function openOrder({ order, facts }: OrderState, open: Open): void {
  openOrderMembers(order as unknown as Members, false, open);
  openLines(order.lines, open);
  if (facts.holds !== undefined)
    for (const id of Object.keys(facts.holds))
      if (isSealed(facts.holds[id]))
        facts.holds[id] = (open('reason', facts.holds[id]) ?? ERASED_TEXT) as string;
}

/** Whether a pointer into a request names a personal member. */
export const isPersonalPointer = (pointer: string): boolean =>
  /^\/(?:shipping_address|billing_address|email|phone|note|reason)(?:\/|$)|^\/(?:lines\/\d+\/)?metadata\//.test(
    pointer,
  );
