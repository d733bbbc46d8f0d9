/** `npx holdfast projections`. */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import {
  type Command,
  type CommandContext,
  CommandError,
  type Noun,
  type Output,
  UsageError,
  quoted,
  table,
  wholeNumber,
} from '../../command-line/command.ts';
import { text } from '../../domain/text.ts';
import { listFaults, skipEvent } from '../faults.ts';
import { setPaused } from '../pause.ts';
import type { Projection } from '../projection.ts';
import type { Differences } from '../compare.ts';
import { NothingKeptError, type RebuildOptions, rebuild, rollback, verify } from '../rebuild.ts';
import { RebuildHeldError } from '../rebuild-lock.ts';
import { PREVIOUS_SCHEMA, type Progress } from '../shadow-table.ts';
import { PROJECTIONS } from '../registry.ts';

const progressRow = z.object({
  projection: z.string(),
  partition: z.int(),
  applied: z.int(),
  head: z.int(),
  paused_at: z.string().nullable(),
});
const tableRow = z.object({ projection: z.string(), rows: z.int(), bytes: z.int(), kept: z.boolean() });
/** Of a position: more digits could be rounded. */
const LARGEST = 999_999_999_999_999;
const PARTITION_MAX = 1_023;
const REASON = z.string().trim().pipe(text(500));

const status: Command = {
  summary: 'How far each projection has come, and what stops it.',
  async run(_given, { database }): Promise<Output> {
    const pool = await database();
    const faults = await listFaults(pool);
    const names = sql.array(
      PROJECTIONS.map(({ name }) => name),
      'text',
    );
    const progress = await pool.any(sql.type(progressRow)`
      SELECT checkpoint.consumer AS projection, head.partition, checkpoint.position AS applied, head.position AS head,
             checkpoint.paused_at
        FROM checkpoints AS checkpoint
        JOIN log_heads AS head USING (partition)
       WHERE checkpoint.consumer = ANY (${names})
       ORDER BY checkpoint.consumer, head.partition`);
    const data = progress.map((row) => {
      const fault = faults.find(
        (each) => each.projection === row.projection && each.partition === row.partition,
      );
      const { position, error, since } = fault ?? {};
      const lag = row.head - row.applied;
      return Object.assign({}, row, { lag, stopped: fault ? { position, error, since } : null });
    });
    const state = ({ paused_at, stopped }: (typeof data)[number]): string => {
      if (paused_at !== null) return `paused since ${paused_at}`;
      return stopped ? `stopped at ${stopped.position} since ${stopped.since}: ${stopped.error}` : 'running';
    };
    const rows = data.map((row) => [
      row.projection,
      ...[row.partition, row.applied, row.head, row.lag].map(String),
      state(row),
    ]);
    const help =
      'Mend it with a new release, or: npx holdfast projections skip NAME --position N --reason TEXT';
    const lines = table(['PROJECTION', 'PARTITION', 'APPLIED', 'HEAD', 'LAG', 'STATE'], rows);
    return { data, text: faults.length > 0 ? `${lines}\n${help}` : lines };
  },
};

const list: Command = {
  summary: 'Every projection, its table, and whether one of before is kept.',
  async run(_given, { database }): Promise<Output> {
    const pool = await database();
    const names = sql.array(
      PROJECTIONS.map(({ name }) => name),
      'text',
    );
    // Rows as the planner knows them: counting a table of millions is no answer to a glance.
    const data = await pool.any(sql.type(tableRow)`
      SELECT name AS projection, greatest(table_of.reltuples, 0)::bigint AS rows,
             pg_total_relation_size(table_of.oid) AS bytes, to_regclass(${`${PREVIOUS_SCHEMA}.`} || name) IS NOT NULL AS kept
        FROM unnest(${names}) AS name
        JOIN pg_class AS table_of ON table_of.oid = to_regclass('public.' || name)
       ORDER BY name`);
    const rows = data.map(({ projection, rows: count, bytes, kept }) => [
      projection,
      String(count),
      `${(bytes / 2 ** 20).toFixed(1)} MiB`,
      kept ? 'kept' : '-',
    ]);
    return { data, text: table(['PROJECTION', 'ROWS (ABOUT)', 'SIZE', 'TABLE OF BEFORE'], rows) };
  },
};

const pause: Command = {
  summary: 'Stop a projection, on every node. Lists fall behind; writes go on.',
  positionals: ['NAME'],
  async run({ positionals: [name = ''] }, { database }): Promise<Output> {
    projectionFrom(name);
    await setPaused(await database(), name, true);
    return {
      data: { projection: name, paused: true },
      text: `${name} is paused: its lists show what they show now. Let it go on: npx holdfast projections resume ${name}`,
    };
  },
};

const resume: Command = {
  summary: 'Let a paused projection go on.',
  positionals: ['NAME'],
  async run({ positionals: [name = ''] }, { database }): Promise<Output> {
    projectionFrom(name);
    await setPaused(await database(), name, false);
    return { data: { projection: name, paused: false }, text: `${name} goes on.` };
  },
};

const skip: Command = {
  summary: 'Leave out the event that a projection stands still at. It is kept on record.',
  positionals: ['NAME'],
  options: {
    position: { placeholder: 'N', help: 'position of the event, as status shows it', required: true },
    reason: { placeholder: 'TEXT', help: 'why; kept with it for ever', required: true },
    partition: { placeholder: 'N', help: 'partition, where there are several; 0 unless given' },
  },
  async run({ positionals: [projection = ''], values }, { database }): Promise<Output> {
    projectionFrom(projection);
    const reason = REASON.safeParse(values['reason']);
    if (!reason.success) throw new UsageError('--reason: say why, in 1 to 500 characters.');
    const [position, partition] = [
      wholeNumber('--position', values['position'] ?? '', 0, LARGEST),
      wholeNumber('--partition', values['partition'] ?? '0', 0, PARTITION_MAX),
    ];
    const given = { projection, partition, position, reason: reason.data };
    if (!(await skipEvent(await database(), given))) {
      throw new CommandError(
        `${projection} does not stand still at position ${position} of partition ${partition}. See npx holdfast projections status`,
      );
    }
    return {
      data: given,
      text: `${projection} goes on behind position ${position}. What it left out is on record.`,
    };
  },
};

/** The projection that a person means. */
function projectionFrom(name: string): Projection {
  const found = PROJECTIONS.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = PROJECTIONS.map((each) => each.name).join(', ');
  throw new UsageError(`NAME: there is no projection ${quoted(name)}. There are: ${names}`);
}

/** Shows a bar to whoever sits in front of it, and nothing to a program. */
function progressBar(): { onProgress: (progress: Progress) => void; end: () => void } {
  const screen = process.stderr;
  const started = performance.now();
  const begun = { at: -1 };
  return {
    onProgress({ applied, head }) {
      if (!screen.isTTY) return;
      if (begun.at < 0) begun.at = applied;
      const rate = (applied - begun.at) / ((performance.now() - started) / 1_000) || 0;
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

async function act<T>(run: Act<T>, name: string, { database }: CommandContext): Promise<T> {
  const projection = projectionFrom(name);
  const bar = progressBar();
  try {
    return await run(await database(), projection, bar);
  } catch (error) {
    if (error instanceof RebuildHeldError) {
      throw new CommandError(
        `${name} is being made anew or put back already, by ${error.message}. Wait for it, or end it.`,
      );
    }
    if (error instanceof NothingKeptError) {
      throw new CommandError(
        `There is no table of ${name} to go back to: one is kept by npx holdfast projections rebuild ${name}`,
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
  return [summary, ...rows.map(({ what, key }) => `  ${what}  ${key}`)].join('\n');
}

const rebuildCommand: Command = {
  summary:
    'Make a table anew from the log, beside the live one, and put it in its place. The old one is kept.',
  positionals: ['NAME'],
  async run({ positionals: [name = ''] }, context): Promise<Output> {
    const found = await act(rebuild, name, context);
    const back = `The table that was live is kept: npx holdfast projections rollback ${name}`;
    return {
      data: found,
      text: `${name} is made anew. Of the table before: ${differencesText(found)}\n${back}`,
    };
  },
};

const verifyCommand: Command = {
  summary: 'Fold the log and compare it with the table, row by row. Ends with 1 when they differ.',
  positionals: ['NAME'],
  async run({ positionals: [name = ''] }, context): Promise<Output> {
    const found = await act(verify, name, context);
    if (count(found) === 0)
      return { data: found, text: `${name} is what the log says. ${differencesText(found)}` };
    throw new CommandError(
      `${name} is not what the log says. ${differencesText(found)}\nMake it anew: npx holdfast projections rebuild ${name}`,
    );
  },
};

const rollbackCommand: Command = {
  summary: 'Put back the table that was live before the last rebuild, once it has caught up.',
  positionals: ['NAME'],
  async run({ positionals: [name = ''] }, context): Promise<Output> {
    await act(rollback, name, context);
    return { data: { projection: name }, text: `${name} is the table of before again, and up to date.` };
  },
};

export const projections: Noun = {
  summary: 'the read tables that are made from the log',
  commands: {
    list,
    status,
    rebuild: rebuildCommand,
    verify: verifyCommand,
    rollback: rollbackCommand,
    pause,
    resume,
    skip,
  },
};
