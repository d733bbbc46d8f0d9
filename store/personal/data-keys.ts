/**
 * The data keys of this process. They are cached, bounded, and trusted for less than a second after
 * the last look at the erasures: an erased key is gone from every node within a second.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { CommonQueryMethods } from 'slonik';
import { z } from 'zod';
import type { Subject } from '../../domain/personal/subject.ts';
import type { Keyring, SecretPlace } from '../secrets/keyring.ts';
import { reachable } from '../unavailable.ts';
import { plainArray, statement } from '../statement.ts';
import { createLru } from './lru.ts';
import { type DataKey, dataKeyOf } from './sealing.ts';

/** About 1 KB each. */
const KEYS_MAX = 20_000;
const SECRET_BYTES = 32;
/** Cached keys are used for so long after the last look at the erasures. */
const TRUSTED_MS = 500;
/**
 * The keys of an erasure are read again for so long: with Citus, its worker may show them later
 * than another worker shows those of the next erasure.
 */
const SETTLING_MS = 2_000;

/** A key that was destroyed. RFC 3339, UTC. */
export interface ErasedKey {
  erasedAt: string;
}

export interface SealingKey {
  key: DataKey;
  /** Its row, until an append has stored it. */
  unstored: readonly [keyId: string, tenantId: string, subject: string, sealedHex: string] | undefined;
}

export const dataKeyPlace = ({
  tenantId,
  subject,
  keyId,
}: Pick<DataKey, 'tenantId' | 'subject' | 'keyId'>): SecretPlace => [
  'personal key',
  tenantId,
  subject,
  keyId,
];

const readState = statement(
  'personal/look-at-erasures',
  z.object({ erasures: z.int(), key_id: z.string().nullable(), marked: z.string() }),
);
const readErased = statement(
  'personal/read-erased-keys',
  z.object({
    key_id: z.string(),
    tenant_id: z.uuid(),
    subject: z.string(),
    erasure: z.int(),
    erased_at: z.string(),
  }),
  { keepsPlan: false },
);
const keyRow = z.object({
  key_id: z.string(),
  tenant_id: z.uuid(),
  subject: z.string(),
  sealed_key: z.instanceof(Buffer).nullable(),
  erased_at: z.string().nullable(),
});
const readKeys = statement('personal/read-data-keys', keyRow, { keepsPlan: false });
const findLivingKeys = statement('personal/find-living-keys', keyRow);

const nameOf = (tenantId: string, subject: string) => `${tenantId} ${subject}`;
const NO_MARKS: ReadonlySet<string> = new Set();

export type DataKeys = ReturnType<typeof createDataKeys>;

/** @param now milliseconds of a clock that never goes back */
export function createDataKeys(
  pool: CommonQueryMethods,
  keyring: Keyring,
  now: () => number = () => performance.now(),
) {
  const byId = createLru<string, DataKey | ErasedKey>(KEYS_MAX);
  const sealing = createLru<string, SealingKey>(KEYS_MAX);
  let erasures = -1;
  /** Of the last erasures: the number before them, and until when their keys are read again. */
  let settling = { before: 0, untilMs: Number.NEGATIVE_INFINITY };
  let activeId: string | null = null;
  let marks = new Map<string, ReadonlySet<string>>();
  let lookedAtMs = Number.NEGATIVE_INFINITY;

  const isTrusted = () => now() - lookedAtMs < TRUSTED_MS;

  let running: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;

  /**
   * Looks at the erasures, and forgets what was erased. One that waits for its turn is shared: it
   * begins after all who asked for it.
   */
  function look(): Promise<void> {
    waiting ??= running
      .catch(() => {}) // its own callers get its error
      .then(() => {
        waiting = undefined;
        running = lookNow();
        return running;
      });
    return waiting;
  }

  async function lookNow(): Promise<void> {
    const sinceMs = now();
    const row = await reachable(pool.one(readState()));
    // The database was restored: what is cached may be of keys that it does not have.
    if (row.erasures < erasures) {
      byId.clear();
      sealing.clear();
      erasures = row.erasures;
    }
    // At the start the newest one is enough: nothing is cached that an older one has destroyed.
    const known = erasures === -1 ? Math.max(0, row.erasures - 1) : erasures;
    const isSettling = sinceMs < settling.untilMs && settling.before <= known;
    if (row.erasures > known)
      settling = { before: isSettling ? settling.before : known, untilMs: sinceMs + SETTLING_MS };
    erasures = sinceMs < settling.untilMs ? await noteErased(settling.before, known) : known;
    activeId = row.key_id;
    marks = new Map(
      (JSON.parse(row.marked) as [string, string[]][]).map(([tenantId, names]) => [tenantId, new Set(names)]),
    );
    lookedAtMs = sinceMs;
  }

  /**
   * Forgets the keys of all erasures behind one.
   *
   * @returns the newest erasure whose keys it has seen, or the known one: with Citus, a worker may
   *   show them some milliseconds later than the number
   */
  async function noteErased(before: number, known: number): Promise<number> {
    let newest = known;
    for (const row of await reachable(pool.any(readErased(before)))) {
      byId.set(row.key_id, { erasedAt: row.erased_at });
      forgetSealing(row.tenant_id, row.subject, row.key_id);
      newest = Math.max(newest, row.erasure);
    }
    return newest;
  }

  function forgetSealing(tenantId: string, subject: string, keyId: string): void {
    const name = nameOf(tenantId, subject);
    if (sealing.get(name)?.key.keyId === keyId) sealing.delete(name);
  }

  function unsealed(row: z.output<typeof keyRow>): DataKey | ErasedKey {
    const { key_id: keyId, tenant_id: tenantId, sealed_key: sealed } = row;
    if (sealed === null) return { erasedAt: row.erased_at! };
    const of = { keyId, tenantId, subject: row.subject as Subject };
    return dataKeyOf(keyring.open(sealed, dataKeyPlace(of)), of);
  }

  /**
   * Keys by id. An erasure while they are read makes the result old: then they are read again.
   *
   * @throws {SecretNotDecrypted} this node lacks their master key
   */
  async function load(
    partition: number,
    keyIds: readonly string[],
  ): Promise<ReadonlyMap<string, DataKey | ErasedKey>> {
    for (;;) {
      if (!isTrusted()) await look();
      const before = erasures;
      const found = new Map<string, DataKey | ErasedKey>();
      const missing = keyIds.filter((keyId) => {
        const known = byId.get(keyId);
        if (known !== undefined) found.set(keyId, known);
        return known === undefined;
      });
      if (missing.length > 0) {
        const rows = await reachable(pool.any(readKeys(partition, plainArray(missing))));
        for (const row of rows) found.set(row.key_id, unsealed(row));
      }
      if (before !== erasures) continue;
      for (const [keyId, key] of found) byId.set(keyId, key);
      return found;
    }
  }

  function make(tenantId: string, subject: Subject): SealingKey {
    const secret = randomBytes(SECRET_BYTES);
    const of = { keyId: randomUUID().replaceAll('-', ''), tenantId, subject };
    const sealed = keyring.seal(secret, activeId!, dataKeyPlace(of));
    const made: SealingKey = {
      key: dataKeyOf(secret, of),
      unstored: [of.keyId, tenantId, subject, sealed.toString('hex')],
    };
    sealing.set(nameOf(tenantId, subject), made);
    byId.set(of.keyId, made.key);
    return made;
  }

  /** Finds the keys of customers that this process has not met; makes those that nobody has. */
  async function findForSealing(
    partition: number,
    wanted: readonly { tenantId: string; subject: Subject }[],
  ): Promise<void> {
    const tenants = wanted.map(({ tenantId }) => tenantId);
    const subjects = wanted.map(({ subject }) => subject);
    const rows = await reachable(pool.any(findLivingKeys(partition, tenants, subjects)));
    for (const row of rows) {
      const key = unsealed(row);
      if (!('erasedAt' in key)) sealing.set(nameOf(key.tenantId, key.subject), { key, unstored: undefined });
    }
    for (const { tenantId, subject } of wanted)
      if (sealing.get(nameOf(tenantId, subject)) === undefined) make(tenantId, subject);
  }

  return {
    look,
    load,
    make,
    findForSealing,
    /** A cached key; `undefined` when it is not cached, or no longer trusted. */
    cached: (keyId: string) => (isTrusted() ? byId.get(keyId) : undefined),
    forSealing: (tenantId: string, subject: Subject) => sealing.get(nameOf(tenantId, subject)),
    noteStored(used: Iterable<SealingKey>): void {
      for (const each of used) each.unstored = undefined;
    },
    /** Whether new personal data is sealed. Looks at the database when the last look is old. */
    async isSealing(): Promise<boolean> {
      if (keyring.ids.length === 0) return false;
      if (!isTrusted()) await look();
      return activeId !== null;
    },
    erasures: () => erasures,
    marksOf: (tenantId: string) => marks.get(tenantId) ?? NO_MARKS,
  };
}
