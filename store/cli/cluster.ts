/** `npx holdfast cluster`: the partitions of the log on the workers of Citus. */
import {
  type CliCommand,
  CommandError,
  type CommandGroup,
  table,
  wholeNumber,
} from '../../command-line/command.ts';
import { SHARDS_DEFAULT, isDistributed, stepsToDistribute } from '../cluster/distribute.ts';
import { distribute as runDistribute, runOn } from '../cluster/run-distribute.ts';
import { readPartitions } from '../cluster/status.ts';

const SHARDS_MAX = 1_024;
/** The time for which `status` counts events, by default and at most. */
const COUNTED_SECONDS = '1';
const COUNTED_SECONDS_MAX = 60;

const distribute: CliCommand = {
  summary: 'Distribute the partitions over the workers of Citus, and say each step. Can be repeated.',
  options: {
    shards: {
      placeholder: 'N',
      help: `shards to hash the partitions to, at the first run (default: ${SHARDS_DEFAULT})`,
    },
    'dry-run': { help: 'only list the steps' },
  },
  async run({ values, flags }, { database }) {
    const shards = wholeNumber('--shards', values['shards'] ?? String(SHARDS_DEFAULT), 1, SHARDS_MAX);
    const pool = await database({ setUp: true });
    const isDryRun = flags.has('dry-run');
    const steps = isDryRun ? await stepsToDistribute(runOn(pool), shards) : await runDistribute(pool, shards);
    const lines = steps.map(({ does }) => `- ${does}.`);
    const heading = isDryRun ? 'Steps that are left:' : 'Distributed:';
    return {
      data: { done: !isDryRun, steps },
      text: steps.length === 0 ? 'All is distributed. Nothing to do.' : [heading, ...lines].join('\n'),
    };
  },
};

const status: CliCommand = {
  summary: 'Show each partition: its worker, shard, size, tenants, position and events a second.',
  options: {
    seconds: {
      placeholder: 'N',
      help: `count events for this time (default: ${COUNTED_SECONDS}, at most ${COUNTED_SECONDS_MAX})`,
    },
  },
  async run({ values }, { database }) {
    const seconds = wholeNumber('--seconds', values['seconds'] ?? COUNTED_SECONDS, 1, COUNTED_SECONDS_MAX);
    const pool = await database();
    if (!(await isDistributed(runOn(pool))))
      throw new CommandError('The database is not distributed. Run holdfast cluster distribute first.');
    const partitions = await readPartitions(pool, seconds);
    const rows = partitions.map((each) => [
      String(each.partition),
      each.node,
      String(each.shard),
      String(each.bytes),
      String(each.tenants),
      String(each.position),
      String(each.events_per_second),
    ]);
    return {
      data: { partitions },
      text: table(['PARTITION', 'WORKER', 'SHARD', 'BYTES', 'TENANTS', 'POSITION', 'EVENTS/S'], rows),
    };
  },
};

export const cluster: CommandGroup = { distribute, status };
