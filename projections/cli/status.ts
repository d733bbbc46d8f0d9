/** `npx holdfast projections status`: how far each projection is, and what it waits for. */
import { sql } from 'slonik';
import { z } from 'zod';
import { type CliCommand, type CliOutput, table } from '../../command-line/command.ts';
import { isKnownEvent } from '../../domain/order/upcast.ts';
import { listFaults } from '../faults.ts';
import { PROJECTIONS } from '../registry.ts';

const progressRow = z.object({
  projection: z.string(),
  partition: z.int(),
  applied: z.int(),
  head: z.int(),
  lag: z.int(),
  paused_at: z.string().nullable(),
  lost_position: z.int().nullable(),
  next_position: z.int().nullable(),
  next_type: z.string().nullable(),
  next_schema_version: z.int().nullable(),
});

export const status: CliCommand = {
  summary: 'Show the position, lag and state of each projection.',
  async run(_given, { database }): Promise<CliOutput> {
    const pool = await database();
    const faults = await listFaults(pool);
    const names = sql.array(
      PROJECTIONS.map(({ name }) => name),
      'text',
    );
    const progress = await pool.any(sql.type(progressRow)`
      SELECT checkpoint.consumer AS projection, head.partition, checkpoint.position AS applied, head.position AS head,
             log_lag(head.partition, checkpoint.position, head.position) AS lag,
             checkpoint.paused_at, checkpoint.lost_position, next.position AS next_position, next.type AS next_type,
             next.schema_version AS next_schema_version
        FROM checkpoints AS checkpoint
        JOIN log_heads AS head USING (partition)
        LEFT JOIN LATERAL (
               SELECT position, type, schema_version
                 FROM events
                WHERE partition = checkpoint.partition AND position > checkpoint.position
                ORDER BY position
                LIMIT 1
             ) AS next ON true
       WHERE checkpoint.consumer = ANY (${names})
       ORDER BY checkpoint.consumer, head.partition`);
    const data = progress.map(({ next_position, next_type, next_schema_version, ...row }) => {
      const fault = faults.find(
        (each) => each.projection === row.projection && each.partition === row.partition,
      );
      const { position, error, since } = fault ?? {};
      const isNewer = next_type !== null && !isKnownEvent(next_type, next_schema_version ?? 0);
      const waiting = isNewer
        ? { position: next_position, type: next_type, schema_version: next_schema_version }
        : null;
      return Object.assign({}, row, { stopped: fault ? { position, error, since } : null, waiting });
    });
    const state = ({ paused_at, lost_position, stopped, waiting }: (typeof data)[number]): string => {
      if (lost_position !== null)
        return `stopped: has applied events up to ${lost_position} that the log lost. A projector rebuilds it`;
      if (paused_at !== null) return `paused since ${paused_at}`;
      if (waiting !== null) {
        const { type, schema_version, position } = waiting;
        return `waits at ${position} for a newer release: ${type}, schema version ${schema_version}. Upgrade this node`;
      }
      return stopped ? `stopped at ${stopped.position} since ${stopped.since}: ${stopped.error}` : 'running';
    };
    const rows = data.map((row) => [
      row.projection,
      ...[row.partition, row.applied, row.head, row.lag].map(String),
      state(row),
    ]);
    const help =
      'To continue, install a release that applies the event, or skip it: ' +
      'npx holdfast projections skip NAME --position N --reason TEXT';
    const lines = table(['PROJECTION', 'PARTITION', 'APPLIED', 'HEAD', 'LAG', 'STATE'], rows);
    return { data, text: faults.length > 0 ? `${lines}\n${help}` : lines };
  },
};
