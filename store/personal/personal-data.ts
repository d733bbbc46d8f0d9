/**
 * The boundary of personal data: it is sealed on the way into the log (log/append.ts), and opened
 * where an answer is made of events or of rows. In between, in the log, in read tables and in
 * snapshots, a sealed member is one value that passes through every fold as it is.
 */
import type { CommonQueryMethods } from 'slonik';
import type { RecordedEvent } from '../../domain/order/events.ts';
import type { OrderState } from '../../domain/order/order.ts';
import { type Open, openEvent, openOrder, sealedData } from '../../domain/personal/members.ts';
import { subjectOf } from '../../domain/personal/subject.ts';
import type { Append } from '../log/append.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { type DataKeys, type ErasedKey, type SealingKey, createDataKeys } from './data-keys.ts';
import { type DataKey, keyIdOf, keyedFingerprint, seal } from './sealing.ts';
import { createOpenTexts } from './open-texts.ts';
import { createSearchTerms } from './search-terms.ts';

/** For a key whose row is not there: what it sealed cannot be read either. */
const LOST: ErasedKey = { erasedAt: '1970-01-01T00:00:00.000Z' };

/** A batch as the log gets it. */
export interface SealedBatch {
  /** JSON texts of the events' data. */
  documents: string[];
  fingerprints: Buffer[];
  /** Arguments of append-sealed-events.sql; `undefined` when nothing of the batch is sealed. */
  keys: { erasures: number; made: string | null; notes: string | null; used: string } | undefined;
  /** Call when the batch is stored. */
  noteStored: () => void;
}

/** An event whose members were opened, with the key of its fingerprint. */
export type Opened = { data_key?: DataKey | undefined; erased_at?: string | undefined };

export interface PersonalData {
  /** Whether this process has a master key. */
  hasKeys: boolean;
  seal: (batch: readonly Append[]) => Promise<SealedBatch>;
  /** Looks at the erasures now: a batch was refused, since it was sealed before the newest one. */
  look: () => Promise<void>;
  /** Opens events of a partition, in place. An erased event has `erased_at`. @returns them */
  openEvents: <Event extends RecordedEvent>(
    partition: number,
    events: readonly Event[],
  ) => Promise<readonly Event[]>;
  /** Opens orders of a partition, in place. An erased order has `erased_at`. @returns them */
  openOrders: (partition: number, states: readonly OrderState[]) => Promise<readonly OrderState[]>;
  /** The term of an e-mail address; `null` while personal data is stored in the clear. */
  termOf: (tenantId: string, email: string) => Promise<string | null>;
  /** Whether new personal data is sealed. */
  isSealing: () => Promise<boolean>;
  /** The same in a transaction, which uses no other connection. */
  within: (transaction: CommonQueryMethods) => PersonalData;
  /** The number of the newest erasure that this process has seen. */
  erasures: () => number;
}

/**
 * Whether a stored event comes from a request with this fingerprint.
 *
 * @returns `undefined` when its data key is erased, and with it the key of its fingerprint
 */
export function isFromRequest(
  { fingerprint, data_key, erased_at }: { fingerprint: Buffer } & Opened,
  print: Buffer,
): boolean | undefined {
  if (data_key !== undefined) return keyedFingerprint(data_key, print).equals(fingerprint);
  return erased_at === undefined ? fingerprint.equals(print) : undefined;
}

export function createPersonalData(pool: CommonQueryMethods, keyring: Keyring): PersonalData {
  const keys = createDataKeys(pool, keyring);
  const terms = createSearchTerms(pool, keyring);
  const texts = createOpenTexts();

  async function openAll<Item>(
    partition: number,
    items: readonly Item[],
    run: (item: Item, open: Open) => void,
    note: (item: Item, key: DataKey | ErasedKey) => void,
  ): Promise<readonly Item[]> {
    const pass = (keyFor: (keyId: string) => DataKey | ErasedKey | undefined): string[] => {
      const missing = new Set<string>();
      for (const item of items) {
        run(item, (member, sealed) => {
          const keyId = keyIdOf(sealed);
          const key = keyFor(keyId);
          if (key === undefined) {
            missing.add(keyId);
            return sealed;
          }
          note(item, key);
          return 'erasedAt' in key ? undefined : texts.open(key, member, sealed);
        });
      }
      return [...missing];
    };
    texts.forgetBefore(keys.erasures());
    const missing = pass(keys.cached);
    if (missing.length === 0) return items;
    const loaded = await keys.load(partition, missing);
    pass((keyId) => loaded.get(keyId) ?? LOST);
    return items;
  }

  return {
    hasKeys: keyring.ids.length > 0,
    seal: (batch) => sealBatch(batch, keys, terms),
    async look() {
      await keys.look();
      texts.forgetBefore(keys.erasures());
    },
    openEvents: <Event extends RecordedEvent>(partition: number, events: readonly Event[]) =>
      openAll<Event & Opened>(partition, events, openEvent, (event, key) => {
        if ('erasedAt' in key) event.erased_at = key.erasedAt;
        else event.data_key = key;
      }),
    openOrders: (partition, states) =>
      openAll(partition, states, openOrder, ({ order }, key) => {
        if ('erasedAt' in key) order.erased_at = key.erasedAt;
      }),
    async termOf(tenantId, email) {
      if (!(await keys.isSealing())) return null;
      await terms.prepare(tenantId);
      return terms.termOf(tenantId, email);
    },
    isSealing: keys.isSealing,
    within: (transaction) => createPersonalData(transaction, keyring),
    erasures: keys.erasures,
  };
}

type Terms = ReturnType<typeof createSearchTerms>;

async function sealBatch(batch: readonly Append[], keys: DataKeys, terms: Terms): Promise<SealedBatch> {
  if (!(await keys.isSealing())) return inTheClear(batch);
  const used = new Set<SealingKey>();
  const sealed = batch.map((append) => sealOne(append, keys, used));
  const unknown = batch.filter((_append, index) => sealed[index] === 'unknown');
  if (unknown.length > 0) {
    for (const [partition, appends] of Map.groupBy(unknown, (append) => append.partition))
      await keys.findForSealing(
        partition,
        appends.map((append) => ({ tenantId: append.tenantId, subject: subjectIn(append) })),
      );
    for (const [index, each] of sealed.entries())
      if (each === 'unknown') sealed[index] = sealOne(batch[index]!, keys, used);
  }
  if (used.size === 0) return inTheClear(batch);
  const made = [...used].flatMap(({ unstored }) => (unstored === undefined ? [] : [unstored]));
  const results = sealed as (SealedEvent | undefined)[];
  return {
    documents: batch.map(({ event }, index) => JSON.stringify(results[index]?.data ?? event.data)),
    fingerprints: batch.map(({ fingerprint }, index) => results[index]?.fingerprint ?? fingerprint),
    keys: {
      erasures: keys.erasures(),
      made: made.length === 0 ? null : JSON.stringify(made),
      notes: await notesOf(batch, results, terms),
      used: `{${[...used].map(({ key }) => key.keyId).join(',')}}`,
    },
    noteStored: () => keys.noteStored(used),
  };
}

const inTheClear = (batch: readonly Append[]): SealedBatch => ({
  documents: batch.map(({ event }) => JSON.stringify(event.data)),
  fingerprints: batch.map(({ fingerprint }) => fingerprint),
  keys: undefined,
  noteStored: () => {},
});

const subjectIn = ({ subject, event, order_id }: Append) =>
  subject ?? subjectOf(event.type === 'OrderPlaced' ? event.data.customer_id : null, order_id);

interface SealedEvent {
  data: object;
  fingerprint: Buffer;
  key: DataKey;
}

const PLACEHOLDER = { $sealed: '' };

/** @returns `undefined` without personal members; `unknown` when the key must be looked up first */
function sealOne(append: Append, keys: DataKeys, used: Set<SealingKey>): SealedEvent | 'unknown' | undefined {
  const { tenantId } = append;
  let own: SealingKey | undefined;
  let isUnknown = false;
  const data = sealedData(append.event, keys.marksOf(tenantId), (member, value) => {
    if (own === undefined && !isUnknown) {
      const subject = subjectIn(append);
      own = keys.forSealing(tenantId, subject);
      // A guest's order has a key of its own: nobody else can have made it.
      if (own === undefined && append.version === 1 && subject.startsWith('order:'))
        own = keys.make(tenantId, subject);
      isUnknown = own === undefined;
    }
    return own === undefined ? PLACEHOLDER : seal(own.key, member, value);
  });
  if (isUnknown) return 'unknown';
  if (data === undefined || own === undefined) return undefined;
  used.add(own);
  return { data, fingerprint: keyedFingerprint(own.key, append.fingerprint), key: own.key };
}

/** For each command whose order gets or loses an e-mail address, its note; as JSON. */
async function notesOf(
  batch: readonly Append[],
  sealed: readonly (SealedEvent | undefined)[],
  terms: Terms,
): Promise<string | null> {
  const changes = batch.map(emailChange);
  if (changes.every((change) => change === undefined)) return null;
  const tenants = new Set(batch.flatMap(({ tenantId }, index) => (changes[index] ? [tenantId] : [])));
  for (const tenantId of tenants) if (!terms.isPrepared(tenantId)) await terms.prepare(tenantId);
  return JSON.stringify(
    changes.map((change, index) => {
      const key = sealed[index]?.key;
      if (change === undefined) return null;
      const { tenantId } = batch[index]!;
      const term = (email: string | undefined) =>
        email === undefined ? null : terms.termOf(tenantId, email);
      return [key === undefined ? null : term(change.after), key?.keyId ?? null, term(change.before)];
    }),
  );
}

function emailChange({ event, email_before }: Append): { before?: string; after?: string } | undefined {
  if (event.type === 'OrderPlaced')
    return event.data.email === undefined ? undefined : { after: event.data.email };
  if (event.type !== 'OrderUpdated' || event.data.email === undefined) return undefined;
  return {
    ...(email_before !== undefined && { before: email_before }),
    ...(event.data.email !== null && { after: event.data.email }),
  };
}
