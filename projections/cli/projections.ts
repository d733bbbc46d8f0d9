/** `npx holdfast projections`: shows, pauses, verifies and rebuilds the read tables. */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import {
  type CliCommand,
  type CliContext,
  CommandError,
  type CommandGroup,
  type CliOutput,
  UsageError,
  quoted,
  table,
  wholeNumber,
} from '../../command-line/command.ts';
import { UnknownEventError } from '../../domain/order/upcast.ts';
import { text } from '../../domain/text.ts';
import { skipEvent } from '../faults.ts';
import { setPaused } from '../pause.ts';
import type { Projection } from '../projection.ts';
import type { Differences } from '../rebuild/compare.ts';
import { NothingKeptError, type RebuildOptions, rebuild, rollback } from '../rebuild/rebuild.ts';
import { SpaceError } from '../rebuild/free-space.ts';
import { verify } from '../rebuild/verify.ts';
import { loadConfig } from '../../platform/config.ts';
import { LeaseLostError, RebuildHeldError } from '../rebuild/lease.ts';
import type { Progress } from '../rebuild/catch-up.ts';
import { bytesOf } from '../rebuild/shadow-table.ts';
import { estimateRows } from '../../store/cluster/placed-tables.ts';
import { schemaOf } from '../../store/schema/names.ts';
import { ShapeError } from '../rebuild/table-shape.ts';
import { PROJECTIONS } from '../registry.ts';
import { status } from './status.ts';

interface ListedProjection {
  projection: string;
  /** About so many. */
  rows: number;
  bytes: number;
  /** Whether the table before the last rebuild is there. */
  kept: boolean;
}
/** 15 digits: a larger number might be rounded. */
const POSITION_MAX = 999_999_999_999_999;
const PARTITION_MAX = 1_023;
const REASON = z.string().trim().pipe(text(500));

const list: CliCommand = {
  summary: 'List the projections, the size of their tables, and whether the previous tables are kept.',
  async run(_given, { database }): Promise<CliOutput> {
    const pool = await database();
    const kept = await pool.anyFirst(sql.type(z.object({ name: z.string() }))`
      SELECT tablename AS name FROM pg_tables WHERE schemaname = ${schemaOf('previous')}`);
    const data: ListedProjection[] = [];
    for (const each of PROJECTIONS.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
      data.push({
        projection: each.name,
        rows: await estimateRows(pool, `${schemaOf('live')}.${each.name}`),
        bytes: await bytesOf(pool, each, 'live'),
        kept: kept.includes(each.name),
      });
    const rows = data.map(({ projection, rows: count, bytes, kept: isKept }) => [
      projection,
      String(count),
      `${(bytes / 2 ** 20).toFixed(1)} MiB`,
      isKept ? 'kept' : '-',
    ]);
    return { data, text: table(['PROJECTION', 'ROWS (ABOUT)', 'SIZE', 'PREVIOUS TABLE'], rows) };
  },
};

const pause: CliCommand = {
  summary: 'Pause a projection on every node. Its lists become stale; writes are not affected.',
  positionals: ['NAME'],
  async run({ positionals: [name = ''] }, { database }): Promise<CliOutput> {
    projectionFrom(name);
    await setPaused(await database(), name, true);
    return {
      data: { projection: name, paused: true },
      text: `${name} is paused: its lists do not change. To resume: npx holdfast projections resume ${name}`,
    };
  },
};

const resume: CliCommand = {
  summary: 'Resume a paused projection.',
  positionals: ['NAME'],
  async run({ positionals: [name = ''] }, { database }): Promise<CliOutput> {
    projectionFrom(name);
    await setPaused(await database(), name, false);
    return { data: { projection: name, paused: false }, text: `${name} is resumed.` };
  },
};

const skip: CliCommand = {
  summary: 'Skip the event that stopped a projection. The skip is recorded.',
  positionals: ['NAME'],
  options: {
    position: { placeholder: 'N', help: 'position of the event, from projections status', required: true },
    reason: { placeholder: 'TEXT', help: 'the reason, stored with the skip', required: true },
    partition: { placeholder: 'N', help: 'partition of the event; default 0' },
  },
  async run({ positionals: [projection = ''], values }, { database }): Promise<CliOutput> {
    projectionFrom(projection);
    const reason = REASON.safeParse(values['reason']);
    if (!reason.success) throw new UsageError('--reason must have 1 to 500 characters.');
    const [position, partition] = [
      wholeNumber('--position', values['position'] ?? '', 0, POSITION_MAX),
      wholeNumber('--partition', values['partition'] ?? '0', 0, PARTITION_MAX),
    ];
    const given = { projection, partition, position, reason: reason.data };
    if (!(await skipEvent(await database(), given))) {
      throw new CommandError(
        `${projection} is not stopped at position ${position} of partition ${partition}. ` +
          'See npx holdfast projections status',
      );
    }
    return {
      data: given,
      text: `${projection} skipped position ${position} and continues. The skip is recorded.`,
    };
  },
};

/** @throws {UsageError} */
function projectionFrom(name: string): Projection {
  const found = PROJECTIONS.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = PROJECTIONS.map((each) => each.name).join(', ');
  throw new UsageError(`NAME: unknown projection ${quoted(name)}. Projections: ${names}`);
}

/** Draws a bar on a terminal; nothing otherwise. */
function progressBar(): { onProgress: (progress: Progress) => void; end: () => void } {
  const screen = process.stderr;
  const startedAt = performance.now();
  let first: number | undefined;
  return {
    onProgress({ applied, head }) {
      if (!screen.isTTY) return;
      first ??= applied;
      const rate = (applied - first) / ((performance.now() - startedAt) / 1_000) || 0;
      const left = rate > 0 ? `${Math.ceil((head - applied) / rate)} s left` : '';
      const share = head === 0 ? 1 : applied / head;
      const bar = '█'.repeat(Math.floor(share * 30)).padEnd(30, '░');
      screen.write(
        `\r${bar} ${(share * 100).toFixed(0).padStart(3)} %  ${rate.toFixed(0)} events/s  ${left}   `,
      );
    },
    end() {
      if (screen.isTTY) screen.write(`\r${' '.repeat(100)}\r`);
    },
  };
}

type Act<T> = (pool: DatabasePool, projection: Projection, options: RebuildOptions) => Promise<T>;

async function act<T>(run: Act<T>, name: string, { database }: CliContext): Promise<T> {
  const projection = projectionFrom(name);
  const bar = progressBar();
  try {
    return await run(await database(), projection, {
      ...bar,
      databaseBytesMax: loadConfig().databaseBytesMax,
    });
  } catch (error) {
    if (error instanceof RebuildHeldError) {
      throw new CommandError(
        `A rebuild or rollback of ${name} already runs in ${error.message}. Wait for it, or stop it.`,
      );
    }
    if (error instanceof LeaseLostError) {
      throw new CommandError(
        `This process lost its lease on ${name}: ${error.message}. The live table stays as it was.`,
      );
    }
    if (error instanceof SpaceError) {
      throw new CommandError(
        `Too little disk space: ${error.message}. Nothing was changed. Free some space, or raise HOLDFAST_DATABASE_MIB.`,
      );
    }
    if (error instanceof ShapeError) {
      throw new CommandError(
        `The tables cannot be swapped: ${error.message}. ` +
          `The live table stays. To get a table of this release: npx holdfast projections rebuild ${name}`,
      );
    }
    if (error instanceof UnknownEventError) {
      throw new CommandError(`${error.message}. Run this command with the newest release in use.`);
    }
    if (error instanceof NothingKeptError) {
      throw new CommandError(
        `${name} has no previous table. Only a rebuild keeps one: npx holdfast projections rebuild ${name}`,
      );
    }
    throw error;
  } finally {
    bar.end();
  }
}

const count = ({ missing, surplus, different }: Differences) => missing + surplus + different;

function differencesText({ rows, compared, ...counts }: Differences): string {
  const { missing, surplus, different } = counts;
  const summary = `${compared} rows compared: ${missing} missing, ${surplus} surplus, ${different} different.`;
  return [summary, ...rows.map(({ what: kind, key }) => `  ${kind}  ${key}`)].join('\n');
}

const rebuildCommand: CliCommand = {
  summary: 'Rebuild a table from the log beside the live one, then swap them. The old table is kept.',
  positionals: ['NAME'],
  async run({ positionals: [name = ''] }, context): Promise<CliOutput> {
    const found = await act(rebuild, name, context);
    const undo = `The old table is kept. To restore it: npx holdfast projections rollback ${name}`;
    return {
      data: found,
      text: `${name} is rebuilt. Compared with the old table: ${differencesText(found)}\n${undo}`,
    };
  },
};

const verifyCommand: CliCommand = {
  summary: 'Fold the log and compare each row with the table. Exits with 1 if they differ.',
  positionals: ['NAME'],
  async run({ positionals: [name = ''] }, context): Promise<CliOutput> {
    const found = await act(verify, name, context);
    if (count(found) === 0)
      return { data: found, text: `${name} matches the log. ${differencesText(found)}` };
    throw new CommandError(
      `${name} differs from the log. ${differencesText(found)}\n` +
        `To rebuild it: npx holdfast projections rebuild ${name}`,
    );
  },
};

const rollbackCommand: CliCommand = {
  summary: 'Restore the table from before the last rebuild, once it has caught up with the log.',
  positionals: ['NAME'],
  async run({ positionals: [name = ''] }, context): Promise<CliOutput> {
    await act(rollback, name, context);
    return {
      data: { projection: name },
      text: `${name} is rolled back to the previous table, which is up to date.`,
    };
  },
};

export const projections: CommandGroup = {
  list,
  status,
  rebuild: rebuildCommand,
  verify: verifyCommand,
  rollback: rollbackCommand,
  pause,
  resume,
  skip,
};
