/** `npx holdfast log`. */
import {
  type CliCommand,
  CommandError,
  type CommandGroup,
  UsageError,
  quoted,
} from '../../command-line/command.ts';
import { exportLog } from '../archive/export-log.ts';
import { toId, toUuid } from '../ids.ts';
import { importLog } from '../archive/import-log.ts';
import { openInput } from '../../command-line/input.ts';
import { linesOf } from '../../command-line/lines.ts';
import { LogFileError } from '../archive/log-file.ts';
import { tenantFrom } from './tenants.ts';

/** Characters that are written at once. */
const CHUNK = 65_536;

function positionFrom(given: string | undefined, option: string, otherwise: number): number {
  if (given === undefined) return otherwise;
  const position = /^[1-9]\d{0,15}$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isSafeInteger(position)) return position;
  throw new UsageError(
    `${option}: ${quoted(given)} is not a position. Positions are whole numbers from 1 on.`,
  );
}

/** With dashes, as a file has them. */
const dashed = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

function renamesFrom(given: string | undefined): Map<string, string> {
  const pairs = (given?.split(',') ?? []).map((pair) => {
    const [from, to, ...more] = pair.split('=').map((id) => toUuid('ten', id.trim()));
    if (from === undefined || to === undefined || more.length > 0) {
      throw new UsageError(
        `--tenant-map: ${quoted(pair)} is not two ids of tenants with = between them, such as ten_…=ten_…`,
      );
    }
    return [dashed(from), dashed(to)] as const;
  });
  return new Map(pairs);
}

const inWords = (error: unknown): unknown =>
  error instanceof LogFileError ? new CommandError(error.message, { cause: error }) : error;

const exporting: CliCommand = {
  summary:
    'Write the log to standard output, one event a line, as it is at this moment. It holds personal data.',
  options: {
    tenant: { placeholder: 'T', help: "the tenant's id or name; without it all tenants" },
    from: { placeholder: 'P', help: 'first position, in each partition; such a part cannot be imported' },
    to: { placeholder: 'P', help: 'last position, in each partition' },
  },
  async run({ values }, { database, write }) {
    const from = positionFrom(values['from'], '--from', 1);
    const to = positionFrom(values['to'], '--to', Number.MAX_SAFE_INTEGER);
    const pool = await database();
    const tenant = values['tenant'] === undefined ? undefined : await tenantFrom(pool, values['tenant']);
    try {
      let chunk = '';
      for await (const line of exportLog(pool, { tenantId: tenant?.tenant_id, from, to })) {
        chunk += `${line}\n`;
        if (chunk.length < CHUNK) continue;
        await write(chunk);
        chunk = '';
      }
      await write(chunk);
    } catch (error) {
      throw inWords(error);
    }
    return undefined;
  },
};

const importing: CliCommand = {
  summary: 'Put an exported log into this database, which must have no events yet: all of it, or nothing.',
  positionals: ['FILE'],
  options: {
    'tenant-map': { placeholder: 'A=B,…', help: 'ids of tenants of the file, and those that they become' },
  },
  async run({ positionals: [path = ''], values }, { database }) {
    const renames = renamesFrom(values['tenant-map']);
    try {
      // What cannot be read is said without a database.
      const input = openInput(path);
      const pool = await database();
      const imported = await importLog(pool, linesOf(input.read()), renames);
      const ids = (uuids: string[]) => uuids.map((uuid) => toId('ten', uuid));
      const data = { ...imported, tenants: ids(imported.tenants), created: ids(imported.created) };
      const made = data.created.map(
        (id) => `\nTenant ${id} is new. Give it a key: npx holdfast keys create --tenant ${id}`,
      );
      const restart = data.new_partitions
        ? '\nThe log has new partitions: start Holdfast on this database, again if it runs.'
        : '';
      return {
        data,
        text: `${data.events} events of ${data.tenants.length} tenants are imported.${restart}${made.join('')}`,
      };
    } catch (error) {
      throw inWords(error);
    }
  },
};

export const log: CommandGroup = {
  summary: 'everything that happened, as a file',
  commands: { export: exporting, import: importing },
};
