/** `npx holdfast projections`. */
import { sql } from 'slonik';
import { z } from 'zod';
import {
  type Command,
  CommandError,
  type Noun,
  type Output,
  UsageError,
  quoted,
  table,
} from '../../command.ts';
import { text } from '../../domain/text.ts';
import { listFaults, skipEvent } from '../faults.ts';
import { PROJECTIONS } from '../registry.ts';

const progressRow = z.object({ projection: z.string(), partition: z.int(), applied: z.int(), head: z.int() });
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
      SELECT checkpoint.consumer AS projection, head.partition, checkpoint.position AS applied, head.position AS head
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
    const rows = data.map(({ projection, partition, applied, head, lag, stopped }) => [
      projection,
      ...[partition, applied, head, lag].map(String),
      stopped ? `stopped at ${stopped.position} since ${stopped.since}: ${stopped.error}` : 'running',
    ]);
    const help =
      'Mend it with a new release, or: npx holdfast projections skip NAME --position N --reason TEXT';
    const lines = table(['PROJECTION', 'PARTITION', 'APPLIED', 'HEAD', 'LAG', 'STATE'], rows);
    return { data, text: faults.length > 0 ? `${lines}\n${help}` : lines };
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
    if (!PROJECTIONS.some(({ name }) => name === projection)) {
      const names = PROJECTIONS.map(({ name }) => name).join(', ');
      throw new UsageError(`NAME: there is no projection ${quoted(projection)}. There are: ${names}`);
    }
    const reason = REASON.safeParse(values['reason']);
    if (!reason.success) throw new UsageError('--reason: say why, in 1 to 500 characters.');
    const [position, partition] = [
      wholeNumber('--position', values['position']),
      wholeNumber('--partition', values['partition'] ?? '0'),
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

function wholeNumber(option: string, given = ''): number {
  const value = Number(given);
  if (/^\d{1,15}$/.test(given)) return value;
  throw new UsageError(`${option}: ${quoted(given)} is not a whole number.`);
}

export const projections: Noun = {
  summary: 'the read tables that are made from the log',
  commands: { status, skip },
};
