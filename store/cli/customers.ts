/** `npx holdfast customers`: erases customers, and says which metadata tells who they are. */
import { readFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import {
  type CliCommand,
  type CliContext,
  CommandError,
  type CliOutput,
  type CommandGroup,
  UsageError,
  quoted,
} from '../../command-line/command.ts';
import { METADATA_NAME } from '../../domain/order/address.ts';
import type { EventOf } from '../../domain/order/events.ts';
import { foreignId } from '../../domain/text.ts';
import { recordAct } from '../audit/record-act.ts';
import { toId, toUuid } from '../ids.ts';
import { createOrderLog } from '../log/log.ts';
import { erase } from '../personal/erase.ts';
import { ErasureListError, applyList, listErasures, parseList } from '../personal/erasure-list.ts';
import { createPersonalData } from '../personal/personal-data.ts';
import { erasedSubject, erasureAppend } from '../personal/erasure-request.ts';
import { personalKeyring } from './personal.ts';
import { tenantFrom } from './tenant-from.ts';

const MARKS_MAX = 20;
const tenantOption = { placeholder: 'T', help: 'id or name of a tenant', required: true } as const;

const ORDER_ID = /^ord_[0-9a-f]{32}$/;
const TENANT_ID = /^ten_[0-9a-f]{32}$/;

/** @param isOrder whether the id is that of a guest's order */
function erasedFrom(id: string, isOrder: boolean) {
  if (isOrder && !ORDER_ID.test(id))
    throw new UsageError(`With --order, ID must be the id of an order, such as ord_…, not ${quoted(id)}`);
  if (!isOrder && !foreignId(64).safeParse(id).success)
    throw new UsageError('ID must be the id of a customer, 1 to 64 characters without spaces.');
  return { customer_id: isOrder ? null : id, erased_order_id: isOrder ? id : null };
}

const erasing: CliCommand = {
  summary: 'Erase the personal data of a customer, or of the order of a guest. It is final.',
  positionals: ['ID'],
  options: {
    tenant: tenantOption,
    order: { help: 'ID is the order of a guest, instead of a customer' },
  },
  async run({ positionals: [id = ''], values, flags }, context) {
    return eraseHere(context, values['tenant']!, erasedFrom(id, flags.has('order')));
  },
};

const erasingAll: CliCommand = {
  summary: 'Erase the personal data of all customers and guests of a tenant. It is final.',
  positionals: ['TENANT_ID'],
  async run({ positionals: [id = ''] }, context) {
    // The name of a tenant could be that of another one.
    if (!TENANT_ID.test(id)) throw new UsageError(`TENANT_ID must be an id such as ten_…, not ${quoted(id)}`);
    return eraseHere(context, id, { customer_id: null, erased_order_id: null });
  },
};

async function eraseHere(
  context: CliContext,
  tenant: string,
  data: EventOf<'CustomerErased'>['data'],
): Promise<CliOutput> {
  const pool = await context.database();
  const { tenant_id: tenantId, partition } = await tenantFrom(pool, tenant);
  const personal = createPersonalData(pool, personalKeyring(context));
  if (!(await personal.isSealing()))
    throw new CommandError(
      'Personal data is stored in the clear here. Set HOLDFAST_PERSONAL_KEY, run npx holdfast personal rotate, then npx holdfast personal seal.',
    );
  const order_id = toId('ord', v7());
  const path = { pool, personal, erasuresFile: context.erasuresFile() };
  await erase(path, { partition, tenantId }, erasedSubject(data), toUuid(order_id));
  const outcome = await createOrderLog({ pool, personal, capacity: 1 }).append(
    erasureAppend(data, {
      partition,
      tenantId,
      event_id: toId('evt', v7()),
      order_id,
      idempotency_key: `erasure-${randomUUID()}`,
      traceparent: null,
      key_id: null,
    }),
  );
  if (outcome.kind !== 'appended') throw new Error(`an erasure cannot end as ${outcome.kind}`);
  await recordAct(pool, { act: 'customer_erased', tenantId, subject: toId('era', toUuid(order_id)) });
  const receipt = { id: toId('era', toUuid(order_id)), ...data, erased_at: outcome.event.recorded_at };
  return { data: receipt, text: `Erased at ${receipt.erased_at}: ${receipt.id}.` };
}

const mark: CliCommand = {
  summary: 'Set which entries of metadata hold personal data. New ones are sealed within a second.',
  options: {
    tenant: tenantOption,
    metadata: { placeholder: 'A,B', help: 'names of entries; none for no entry', required: true },
  },
  async run({ values }, { database }) {
    const names =
      values['metadata'] === 'none' ? [] : values['metadata']!.split(',').map((name) => name.trim());
    if (names.length > MARKS_MAX || !names.every((name) => METADATA_NAME.test(name)))
      throw new UsageError(
        `--metadata must be up to ${MARKS_MAX} names of entries, with commas between them.`,
      );
    const pool = await database();
    const { tenant_id: tenantId } = await tenantFrom(pool, values['tenant']!);
    await pool.transaction(async (transaction) => {
      await transaction.query(sql.unsafe`
        UPDATE tenants SET personal_metadata = ${sql.array([...new Set(names)], 'text')} WHERE tenant_id = ${tenantId}`);
      await recordAct(transaction, {
        act: 'metadata_marked',
        tenantId,
        subject: toId('ten', tenantId),
        details: { names },
      });
    });
    const data = { tenant_id: toId('ten', tenantId), metadata: names };
    return { data, text: `Sealed from now on: ${names.length === 0 ? 'no entry' : names.join(', ')}.` };
  },
};

const list: CliCommand = {
  summary: 'Write the list of erasures to standard output, one a line.',
  async run(_given, { database, write }) {
    for (const erasure of await listErasures(await database())) await write(`${JSON.stringify(erasure)}\n`);
    return undefined;
  },
};

const apply: CliCommand = {
  summary: 'Erase again what a list of erasures names, as after a restore.',
  positionals: ['FILE'],
  async run({ positionals: [path = ''] }, context: CliContext) {
    try {
      const erasures = parseList(await readFile(path, 'utf8'));
      const destroyed = await applyList(await context.database(), erasures);
      return {
        data: { erasures: erasures.length, destroyed },
        text: `Applied ${erasures.length} erasures: ${destroyed} data keys destroyed.`,
      };
    } catch (error) {
      if (error instanceof ErasureListError) throw new CommandError(error.message, { cause: error });
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        throw new CommandError(`${quoted(path)} does not exist.`, { cause: error });
      throw error;
    }
  },
};

export const customers: CommandGroup = {
  erase: erasing,
  'erase-all': erasingAll,
  mark,
  erasures: list,
  apply,
};
