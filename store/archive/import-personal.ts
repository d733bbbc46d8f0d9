/**
 * Personal data of an imported log. Sealed members stay sealed, under the data keys of the file;
 * what the file has in the clear is sealed on the way in. Who is erased here, or by the list of the
 * file, stays erased.
 */
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import type { OrderEvent, RecordedEvent } from '../../domain/order/events.ts';
import { openEvent } from '../../domain/personal/members.ts';
import { ALL_SUBJECTS, type Subject, subjectOf } from '../../domain/personal/subject.ts';
import { toId } from '../ids.ts';
import type { Append } from '../log/append.ts';
import { dataKeyPlace } from '../personal/data-keys.ts';
import { type ListedErasure, applyErasure, concerns, listErasuresOf } from '../personal/erasure-list.ts';
import { createLru } from '../personal/lru.ts';
import { type Opened, createPersonalData } from '../personal/personal-data.ts';
import { type DataKey, dataKeyOf, keyIdOf, open } from '../personal/sealing.ts';
import { type Keyring, SecretNotDecrypted } from '../secrets/keyring.ts';
import type { ReadLine } from './import-rules.ts';
import { LogFileError, type LogHeader, type LogTenant } from './log-file.ts';
import { type DataKeyLine, readDataKey, readErasure } from './personal-lines.ts';

const KEYS_MAX = 20_000;
const SEALED_KEY_ID = /"\$sealed":"([\w-]{24})/g;
/** Later than any key. */
const EVER = '9999-01-01T00:00:00.000Z';

type NextLine = () => Promise<{ line: string; number: number }>;
type Erased = { erasedAt: string };

export interface ImportedPersonal {
  /** Reads the lines of keys and erasures. */
  readLines: (header: LogHeader, tenants: ReadonlyMap<string, LogTenant>, next: NextLine) => Promise<void>;
  /** Loads the data keys that texts of events name. */
  prepare: (texts: readonly string[]) => Promise<void>;
  /** Opens an event in place, with keys that were prepared. */
  open: (event: OrderEvent & Opened) => void;
  /** Seals the lines that are in the clear, and makes orders found by their e-mail address. */
  seal: (lines: readonly ReadLine[]) => Promise<void>;
  /** Call when the lines are in the table. */
  noteTerms: (lines: readonly ReadLine[]) => Promise<void>;
  /** Destroys what is erased. */
  end: () => Promise<void>;
}

export async function createImportedPersonal(
  transaction: DatabaseTransactionConnection,
  keyring: Keyring | undefined,
): Promise<ImportedPersonal> {
  const keys = createLru<string, DataKey | Erased>(KEYS_MAX);
  const sealing = keyring && { keyring, personal: createPersonalData(transaction, keyring) };
  const isSealing = (await sealing?.personal.isSealing()) ?? false;
  /** Ids of tenants, by the subjects whose keys the file has. */
  const brought = new Map<string, Set<string>>();
  /** Erasures of orders alone, of customers that are erased here. */
  const thrownAway = new Map<string, ListedErasure>();

  async function addKey(
    line: DataKeyLine,
    { tenant_id, partition }: LogTenant,
    number: number,
  ): Promise<void> {
    if (sealing === undefined || !isSealing)
      throw new LogFileError(
        `Line ${number}: the file has sealed personal data. Set HOLDFAST_PERSONAL_KEY to its master key.`,
      );
    const { keyring } = sealing;
    const of = { keyId: line.key_id.replaceAll('-', ''), subject: line.subject as Subject };
    try {
      const secret = keyring.open(
        Buffer.from(line.sealed_key, 'hex'),
        dataKeyPlace({ ...of, tenantId: line.tenant_id }),
      );
      const sealed = keyring.seal(secret, keyring.ids[0]!, dataKeyPlace({ ...of, tenantId: tenant_id }));
      await transaction.query(sql.unsafe`
        INSERT INTO customer_keys (partition, key_id, tenant_id, subject, sealed_key, created_at)
        VALUES (${partition}, ${line.key_id}, ${tenant_id}, ${line.subject}, ${sql.binary(sealed)}, ${line.created_at}::timestamptz)
            ON CONFLICT DO NOTHING`);
      brought.set(of.subject, (brought.get(of.subject) ?? new Set()).add(tenant_id));
    } catch (error) {
      if (!(error instanceof SecretNotDecrypted)) throw error;
      throw new LogFileError(
        `Line ${number}: sealed_key: ${error.message}. Add that key to HOLDFAST_PERSONAL_KEY.`,
        {
          cause: error,
        },
      );
    }
  }

  /** Erases again whose keys the file brought, although they are erased here. */
  async function eraseBrought(): Promise<void> {
    for (const erasure of await listErasuresOf(transaction, [...brought.keys()]))
      if (erasure.subject === ALL_SUBJECTS || brought.get(erasure.subject)?.has(erasure.tenant_id))
        await applyErasure(transaction, erasure);
  }

  /** The erasure that a line in the clear came before, if its customer was erased here. */
  async function erasuresOf(
    lines: readonly ReadLine[],
  ): Promise<(line: ReadLine) => ListedErasure | undefined> {
    const found = await listErasuresOf(transaction, [...new Set(lines.map(subjectIn))]);
    return (read) =>
      found.find((each) =>
        concerns(each, {
          tenantId: read.line.tenant_id,
          subject: subjectIn(read),
          at: read.line.recorded_at.slice(0, 23),
        }),
      );
  }

  return {
    async readLines({ data_keys = 0, erasures = 0 }, tenants, next) {
      const tenantOf = (tenantId: string, number: number): LogTenant => {
        const tenant = tenants.get(tenantId);
        if (tenant !== undefined) return tenant;
        throw new LogFileError(`Line ${number}: tenant_id: the header does not name this tenant.`);
      };
      for (let n = 0; n < data_keys; n += 1) {
        const { line, number } = await next();
        const key = readDataKey(line, number);
        await addKey(key, tenantOf(key.tenant_id, number), number);
      }
      for (let n = 0; n < erasures; n += 1) {
        const { line, number } = await next();
        const { tenant_id, ...erasure } = readErasure(line, number);
        await applyErasure(transaction, {
          ...erasure,
          tenant_id: tenants.get(tenant_id)?.tenant_id ?? tenant_id,
        });
      }
      await eraseBrought();
    },

    async prepare(texts) {
      const wanted = new Set<string>();
      for (const text of texts) {
        if (!text.includes('"$sealed":')) continue;
        for (const [, head = ''] of text.matchAll(SEALED_KEY_ID)) {
          const keyId = keyIdOf({ $sealed: head });
          if (keys.get(keyId) === undefined) wanted.add(keyId);
        }
      }
      if (wanted.size === 0) return;
      const rows = await transaction.any(sql.type(
        z.object({
          key_id: z.string(),
          tenant_id: z.uuid(),
          subject: z.string(),
          sealed_key: z.instanceof(Buffer).nullable(),
          erased_at: z.string().nullable(),
        }),
      )`
        SELECT replace(key_id::text, '-', '') AS key_id, tenant_id, subject, sealed_key, erased_at FROM customer_keys
         WHERE key_id = ANY (${sql.array([...wanted], 'uuid')})`);
      for (const keyId of wanted) keys.set(keyId, { erasedAt: '1970-01-01T00:00:00.000Z' });
      for (const { key_id: keyId, tenant_id: tenantId, subject, sealed_key: sealed, erased_at } of rows) {
        const of = { keyId, tenantId, subject: subject as Subject };
        if (sealed === null || sealing === undefined) keys.set(keyId, { erasedAt: erased_at ?? EVER });
        else keys.set(keyId, dataKeyOf(sealing.keyring.open(sealed, dataKeyPlace(of)), of));
      }
    },

    open(event) {
      openEvent(event as unknown as RecordedEvent, (member, sealed) => {
        const key = keys.get(keyIdOf(sealed));
        if (key === undefined || 'erasedAt' in key) {
          event.erased_at = key?.erasedAt ?? EVER;
          return undefined;
        }
        event.data_key = key;
        return JSON.parse(open(key, member, sealed)) as unknown;
      });
    },

    async seal(lines) {
      if (sealing === undefined || !isSealing) return;
      const plain = lines.filter(({ line }) => !line.data.includes('"$sealed":'));
      if (plain.length === 0) return;
      const erasureOf = await erasuresOf(plain);
      const appends = plain.map((read): Append => {
        const order_id = toId('ord', read.line.order_id);
        const erasure = erasureOf(read);
        if (erasure !== undefined)
          thrownAway.set(`${read.line.tenant_id} ${order_id}`, { ...erasure, subject: `order:${order_id}` });
        return {
          partition: read.line.partition,
          tenantId: read.line.tenant_id,
          event_id: toId('evt', read.line.event_id),
          order_id,
          version: read.line.version,
          event: { type: read.event.type, data: JSON.parse(read.line.data) } as OrderEvent,
          idempotency_key: read.line.idempotency_key,
          fingerprint: Buffer.from(read.line.fingerprint, 'hex'),
          traceparent: null,
          key_id: null,
          subject: erasure === undefined ? subjectIn(read) : `order:${order_id}`,
        };
      });
      const sealed = await sealing.personal.seal(appends);
      if (sealed.keys === undefined) return;
      if (sealed.keys.made !== null)
        await transaction.query(sql.unsafe`
          INSERT INTO customer_keys (partition, key_id, tenant_id, subject, sealed_key)
          SELECT tenant.partition, (made ->> 0)::uuid, tenant.tenant_id, made ->> 2, decode(made ->> 3, 'hex')
            FROM json_array_elements(${sealed.keys.made}::json) AS made
            JOIN tenants AS tenant ON tenant.tenant_id = (made ->> 1)::uuid
              ON CONFLICT DO NOTHING`);
      for (const [index, read] of plain.entries()) {
        const data = sealed.documents[index]!;
        if (!data.includes('"$sealed":')) continue;
        const fingerprint = sealed.fingerprints[index]!.toString('hex');
        read.line = { ...read.line, data, fingerprint };
        read.is_sealed_here = true;
      }
    },

    async noteTerms(lines) {
      if (sealing === undefined || !isSealing) return;
      for (const { line, event, email_before, data_key, is_sealed_here } of lines) {
        if (data_key === undefined && !is_sealed_here) continue;
        if (event.type !== 'OrderPlaced' && event.type !== 'OrderUpdated') continue;
        const { email } = event.data;
        if (email === undefined) continue;
        const keyId = /"\$sealed":"([\w-]{24})/.exec(line.data)?.[1];
        if (keyId === undefined) continue;
        const term = (text: string) => sealing.personal.termOf(line.tenant_id, text);
        const note = [
          email === null ? null : await term(email),
          keyIdOf({ $sealed: keyId }),
          email_before === undefined ? null : await term(email_before),
        ];
        await transaction.query(sql.unsafe`
          SELECT note_personal_term(${line.partition}, ${line.tenant_id}::uuid, ${line.order_id}::uuid, ${line.version},
                                    ${line.position}::bigint, ${JSON.stringify(note)}::json)`);
      }
    },

    async end() {
      for (const erasure of thrownAway.values()) await applyErasure(transaction, erasure, EVER);
    },
  };
}

const subjectIn = ({ line, event, customer_id }: ReadLine): Subject =>
  subjectOf(event.type === 'OrderPlaced' ? event.data.customer_id : customer_id, toId('ord', line.order_id));
