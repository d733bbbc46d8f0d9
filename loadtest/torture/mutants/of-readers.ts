/** Mutants of reads, projections, the feed and webhooks. */
import type { Mutant } from './mutant.ts';

const RUNNER = 'projections/runner.ts';

export const READER_MUTANTS: readonly Mutant[] = [
  {
    name: 'stale-read',
    what: 'A node shows an order as it was up to half a second ago',
    edits: [
      {
        file: 'store/log/log.ts',
        from: '    async readState(tenancy, orderId, upToVersion = VERSION_MAX) {\n',
        to: `    async readState(tenancy, orderId, upToVersion = VERSION_MAX) {
      const cache = ((globalThis as { stale?: Map<string, never> }).stale ??= new Map());
      if (upToVersion === VERSION_MAX) {
        const known = cache.get(orderId);
        if (known !== undefined) return known;
        const read = (await states.read(tenancy, orderId, upToVersion, null)).folded;
        cache.set(orderId, read as never);
        setTimeout(() => cache.delete(orderId), 500);
        return read;
      }
`,
      },
    ],
    faults: [],
  },
  {
    name: 'receipt-of-first-version',
    what: 'A receipt shows the first version of the order',
    edits: [{ file: 'api/nouns/receipts.ts', from: 'version: event.version,', to: 'version: 1,' }],
    faults: [],
  },
  {
    name: 'lease-not-taken',
    what: 'Two nodes may apply the same batch to a projection: no lease, no fence',
    edits: [
      {
        file: 'store/sql/consumers/read-next-events.sql',
        from: `   WHERE partition = $1 AND consumer = $2 AND paused_at IS NULL AND lost_position IS NULL
     FOR UPDATE SKIP LOCKED`,
        to: '   WHERE partition = $1 AND consumer = $2 AND paused_at IS NULL AND lost_position IS NULL',
      },
      {
        file: 'store/sql/consumers/move-checkpoints.sql',
        from: '   AND position = $4 AND position < $3\n',
        to: '',
      },
    ],
    faults: [],
  },
  {
    name: 'checkpoint-before-write',
    what: 'A projection moves its checkpoint before it writes its rows',
    edits: [
      {
        file: RUNNER,
        from: '  const batch = await pool.transaction(async (transaction) => {\n    const read',
        to: '  let later = () => Promise.resolve();\n  const batch = await pool.transaction(async (transaction) => {\n    const read',
      },
      {
        file: RUNNER,
        from: '      await projection.apply(transaction, partition, eventsFor(projection));\n',
        to: '      later = () => pool.transaction((other) => projection.apply(other, partition, eventsFor(projection)));\n',
      },
      { file: RUNNER, from: '  kinds.keep();\n', to: '  kinds.keep();\n  await later();\n' },
    ],
    faults: ['node-kill', 'pg-terminate'],
  },
  {
    name: 'write-not-fenced',
    what: 'A projection writes its rows in a transaction of its own, outside its lease',
    edits: [
      {
        file: RUNNER,
        from: '      await projection.apply(transaction, partition, eventsFor(projection));\n',
        to: '      await pool.transaction((other) => projection.apply(other, partition, eventsFor(projection)));\n',
      },
    ],
    faults: ['node-kill', 'pg-terminate'],
  },
  {
    name: 'total-overwritten',
    what: 'A batch with two payments of a customer counts one of them',
    edits: [
      {
        file: 'projections/tally.ts',
        from: 'tally.paid += event.data.amount;',
        to: 'tally.paid = event.data.amount;',
      },
    ],
    faults: ['pg-lock'],
  },
  {
    name: 'read-after-ignored',
    what: 'Holdfast-Read-After does not wait',
    edits: [
      {
        file: 'projections/read-after.ts',
        from: "return applied >= position ? 'reached' : 'behind';",
        to: "return applied >= 0 ? 'reached' : 'behind';",
      },
    ],
    faults: ['pg-lock'],
  },
  {
    name: 'list-position-ahead',
    what: 'A list states the head of the log as its position',
    edits: [
      {
        file: 'projections/page.ts',
        from: 'checkpoint.position AS applied,',
        to: 'head.position AS applied,',
      },
    ],
    faults: ['pg-lock'],
  },
  {
    name: 'list-cursor-off-by-one',
    what: 'A page repeats the last order of the page before it',
    edits: [
      {
        file: 'projections/page.ts',
        from: 'sql.fragment`${column} > ${value}`',
        to: 'sql.fragment`${column} >= ${value}`',
      },
    ],
    faults: [],
  },
  {
    name: 'feed-off-by-one',
    what: 'The feed leaves out an event that follows its cursor at once',
    edits: [
      {
        file: 'store/sql/log/read-feed.sql',
        from: 'uuid_send($1::uuid) AND position > $2',
        to: 'uuid_send($1::uuid) AND position > $2 + 1',
      },
    ],
    faults: [],
  },
  {
    name: 'relay-off-by-one',
    what: 'The relay leaves out the event that follows its checkpoint',
    edits: [
      {
        file: 'store/sql/webhooks/relay-events.sql',
        from: 'WHERE partition = $1 AND position > lease.position',
        to: 'WHERE partition = $1 AND position > lease.position + 1',
      },
    ],
    faults: [],
  },
  {
    name: 'webhook-failure-delivered',
    what: 'An attempt that failed counts as delivered',
    edits: [
      {
        file: 'workers/attempt.ts',
        from: "status: reply.error === undefined ? 'delivered'",
        to: "status: reply !== undefined ? 'delivered'",
      },
    ],
    faults: [],
  },
  {
    name: 'wake-up-not-sent',
    what: 'A node wakes no worker through Redis',
    edits: [
      {
        file: 'workers/wakeups/wakeup-queue.ts',
        from: 'wake: (endpointIds) => add(endpointIds),',
        to: 'wake: async () => {},',
      },
    ],
    faults: [],
  },
  {
    name: 'webhook-acknowledged-before-sent',
    what: 'A delivery counts as delivered when a worker claims it',
    edits: [
      {
        file: 'store/sql/webhooks/claim-deliveries.sql',
        from: '     SET next_attempt_at = now() + $3',
        to: "     SET status = 'delivered', finished_at = now(), next_attempt_at = now() + $3",
      },
    ],
    faults: ['node-kill'],
  },
];
