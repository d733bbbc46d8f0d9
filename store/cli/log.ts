/** `npx holdfast log`: exports, imports and signs the event log. */
import {
  type CliCommand,
  type CliContext,
  CommandError,
  type CommandGroup,
  UsageError,
  quoted,
} from '../../command-line/command.ts';
import { exportLog } from '../archive/export-log.ts';
import { toId, parseId } from '../ids.ts';
import { importLog } from '../archive/import-log.ts';
import { createLogger } from '../../platform/logger.ts';
import { preparePersonal } from '../personal/prepare-personal.ts';
import type { DatabasePool } from '../pool.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { personalKeyring } from './personal.ts';
import { openInput } from '../../command-line/input.ts';
import { linesOf } from '../../command-line/lines.ts';
import { installationKey } from '../integrity/installation-key.ts';
import { BrokenLogError } from '../integrity/tree/stored-tree.ts';
import { writeCheckpoints } from '../integrity/tree/write-checkpoints.ts';
import { createKeyring } from '../secrets/keyring.ts';
import { LogFileError } from '../archive/log-file.ts';
import { tenantFrom } from './tenant-from.ts';

/** Length of the text that one write takes. */
const WRITE_CHARACTERS = 65_536;
const SILENT = createLogger('silent');

function positionFrom(given: string | undefined, option: string, otherwise: number): number {
  if (given === undefined) return otherwise;
  const position = /^[1-9]\d{0,15}$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isSafeInteger(position)) return position;
  throw new UsageError(`${option} must be a position, a whole number from 1 on, not ${quoted(given)}.`);
}

/** Formats the hexadecimal digits as a UUID, as in the file. */
const dashed = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

function renamesFrom(given: string | undefined): Map<string, string> {
  const pairs = (given?.split(',') ?? []).map((pair) => {
    const [from, to, ...more] = pair.split('=').map((id) => parseId('ten', id.trim()));
    if (from === undefined || to === undefined || more.length > 0) {
      throw new UsageError(
        `--tenant-map must be two tenant ids joined by =, such as ten_…=ten_…, not ${quoted(pair)}`,
      );
    }
    return [dashed(from), dashed(to)] as const;
  });
  return new Map(pairs);
}

const toCommandError = (error: unknown): unknown =>
  error instanceof LogFileError ? new CommandError(error.message, { cause: error }) : error;

const exporting: CliCommand = {
  summary: 'Write a snapshot of the log to standard output, one event a line. It contains personal data.',
  options: {
    tenant: { placeholder: 'T', help: 'id or name of a tenant; default: all tenants' },
    from: { placeholder: 'P', help: 'first position in each partition; such a file cannot be imported' },
    to: { placeholder: 'P', help: 'last position in each partition' },
    'keys-and-endpoints': {
      help: 'also the hashes of API keys, and webhook endpoints with their secrets',
    },
  },
  async run({ values, flags }, { database, write }) {
    const from = positionFrom(values['from'], '--from', 1);
    const to = positionFrom(values['to'], '--to', Number.MAX_SAFE_INTEGER);
    const hasAccess = flags.has('keys-and-endpoints');
    const pool = await database();
    const tenant = values['tenant'] === undefined ? undefined : await tenantFrom(pool, values['tenant']);
    try {
      let chunk = '';
      for await (const line of exportLog(pool, { tenantId: tenant?.tenant_id, from, to, hasAccess })) {
        chunk += `${line}\n`;
        if (chunk.length < WRITE_CHARACTERS) continue;
        await write(chunk);
        chunk = '';
      }
      await write(chunk);
    } catch (error) {
      throw toCommandError(error);
    }
    return undefined;
  },
};

/** An import into an empty database seals from its first event, as a start does. */
async function preparedKeyring(pool: DatabasePool, context: CliContext): Promise<Keyring> {
  const keyring = personalKeyring(context);
  await preparePersonal(pool, keyring, SILENT, context.erasuresFile());
  return keyring;
}

const importing: CliCommand = {
  summary: 'Import an exported log, in one transaction. The partitions of the file must be empty.',
  positionals: ['FILE'],
  options: {
    'tenant-map': { placeholder: 'A=B,…', help: 'replace the tenant id A of the file by B' },
  },
  async run({ positionals: [path = ''], values }, context) {
    const { database } = context;
    const renames = renamesFrom(values['tenant-map']);
    try {
      // First, so that an unreadable file needs no database.
      const input = openInput(path);
      const pool = await database({ setUp: true });
      const keyring = await preparedKeyring(pool, context);
      const imported = await importLog(pool, linesOf(input.read()), renames, keyring);
      const ids = (uuids: string[]) => uuids.map((uuid) => toId('ten', uuid));
      const data = { ...imported, tenants: ids(imported.tenants), created: ids(imported.created) };
      const made =
        data.keys > 0
          ? []
          : data.created.map(
              (id) => `\nTenant ${id} is new. Create a key for it: npx holdfast keys create --tenant ${id}`,
            );
      const access =
        data.keys + data.endpoints > 0 ? ` Keys: ${data.keys}. Webhook endpoints: ${data.endpoints}.` : '';
      const restart = data.new_partitions
        ? '\nThe log has new partitions. Start Holdfast, or restart it if it runs.'
        : '';
      return {
        data,
        text: `Imported ${data.events} events of ${data.tenants.length} tenants.${access}${restart}${made.join('')}`,
      };
    } catch (error) {
      throw toCommandError(error);
    }
  },
};

/** Events in one transaction of a checkpoint. */
const STEP_EVENTS = 4_096;

const checkpoint: CliCommand = {
  summary: 'Sign the state of the log, to keep outside of this database. See docs/integrity.md.',
  async run(_given, { database, secretsKeys }) {
    const pool = await database();
    const key = await installationKey(pool, createKeyring(secretsKeys()));
    try {
      const notes = await writeCheckpoints(pool, key, { stepEvents: STEP_EVENTS });
      if (notes.length === 0) throw new CommandError('The log has no events yet: there is nothing to sign.');
      return {
        text: notes.join('\n').trimEnd(),
        data: { verifier_key: key.verifierKey, checkpoints: notes },
      };
    } catch (error) {
      throw error instanceof BrokenLogError ? new CommandError(error.message, { cause: error }) : error;
    }
  },
};

const verifierKey: CliCommand = {
  summary: 'Print the public key of the checkpoints. Give it to those who keep them.',
  async run(_given, { database, secretsKeys }) {
    const key = await installationKey(await database(), createKeyring(secretsKeys()));
    return { text: key.verifierKey, data: { verifier_key: key.verifierKey } };
  },
};

/** `log verify` is in projections/cli/verify-log.ts: it compares the read tables too. */
export const log: CommandGroup = { export: exporting, import: importing, checkpoint, key: verifierKey };
