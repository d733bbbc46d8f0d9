/** Mutants of the command path and the log. */
import type { Mutant } from './mutant.ts';

const APPEND = 'store/functions/append-events.sql';
const APPEND_ALONE = 'store/functions/append-event.sql';
const SCHEMA = 'store/migrations/0001_log.sql';
const EXECUTE = 'api/commands/execute.ts';

export const LOG_MUTANTS: readonly Mutant[] = [
  {
    name: 'key-not-unique',
    what: 'The append neither looks a key up nor has a unique constraint on it',
    edits: [
      {
        file: SCHEMA,
        from: `tenant_id, partition),
  CONSTRAINT events_idempotency_key_unique UNIQUE (idempotency_key, tenant_id, partition)
`,
        to: `tenant_id, partition)
`,
      },
      {
        file: APPEND,
        from: `     WHERE (SELECT event.position
              FROM events AS event
             WHERE event.idempotency_key = command.idempotency_key
               AND event.tenant_id = command.tenant_id
               AND event.partition = into_partition
             LIMIT 1) IS NULL
       AND`,
        to: '     WHERE',
      },
      {
        file: APPEND_ALONE,
        from: `  IF (SELECT event.position
        FROM events AS event
       WHERE event.idempotency_key = with_key
         AND event.tenant_id = of_tenant
         AND event.partition = into_partition
       LIMIT 1) IS NULL
     AND`,
        to: '  IF',
      },
    ],
    faults: ['commit-cut'],
  },
  {
    name: 'version-not-unique',
    what: 'Two events may have one version of an order',
    edits: [
      {
        file: SCHEMA,
        from: `  CONSTRAINT events_version_unique UNIQUE (order_id, version, tenant_id, partition),
`,
        to: '',
      },
      {
        file: APPEND,
        from: `             LIMIT 1) IS NULL
       AND (SELECT event.position
              FROM events AS event
             WHERE event.order_id = command.order_id
               AND event.version = command.version
               AND event.tenant_id = command.tenant_id
               AND event.partition = into_partition
             LIMIT 1) IS NULL);`,
        to: '             LIMIT 1) IS NULL);',
      },
      {
        file: APPEND_ALONE,
        from: `       LIMIT 1) IS NULL
     AND (SELECT event.position
            FROM events AS event
           WHERE event.order_id = of_order
             AND event.version = at_version
             AND event.tenant_id = of_tenant
             AND event.partition = into_partition
           LIMIT 1) IS NULL THEN`,
        to: '       LIMIT 1) IS NULL THEN',
      },
    ],
    faults: [],
  },
  {
    name: 'head-not-locked',
    what: 'The append does not lock the head of the log',
    edits: [
      {
        file: APPEND,
        from: `   WHERE head.partition = into_partition
     FOR UPDATE;`,
        to: '   WHERE head.partition = into_partition;',
      },
    ],
    faults: [],
  },
  {
    name: 'position-gap',
    what: 'A batch of several commands moves the head one position too far',
    edits: [
      {
        file: APPEND,
        from: 'SET position = head_position + cardinality(fresh_ordinals), reached_position',
        to: 'SET position = head_position + cardinality(fresh_ordinals) + (cardinality(fresh_ordinals) > 1)::integer, reached_position',
      },
    ],
    faults: [],
  },
  {
    name: 'fingerprint-ignored',
    what: 'A used key is accepted for another request',
    edits: [
      {
        file: EXECUTE,
        from: 'const isSame = isFromRequest(event, print);',
        to: 'const isSame = isFromRequest(event, print) !== null;',
      },
    ],
    faults: [],
  },
  {
    name: 'replay-of-newest',
    what: 'A replay renders the newest version of the order, not the one that the first run appended',
    edits: [
      {
        file: EXECUTE,
        from: 'const folded = await log.readState(context, event.order_id, event.version);',
        to: 'const folded = await log.readState(context, event.order_id);',
      },
    ],
    faults: [],
  },
  {
    name: 'acknowledged-before-commit',
    what: 'An append that Postgres did not answer counts as committed',
    edits: [
      {
        file: EXECUTE,
        from: 'const outcome = await path.log.append({',
        to: 'const command = {',
      },
      {
        file: EXECUTE,
        from: `      key_id: context.keyId,
    });
`,
        to: `      key_id: context.keyId,
    };
    const outcome = await path.log.append(command).catch((error: Error) => {
      if (error.name !== 'StoreUnavailable') throw error;
      const event = { ...command, ...command.event, position: 1, recorded_at: new Date().toISOString(), bytes: 1, number: null };
      return { kind: 'appended', event } as never as Awaited<ReturnType<typeof path.log.append>>;
    });
`,
      },
    ],
    faults: ['pg-kill', 'pg-terminate'],
  },
  {
    name: 'commit-before-append',
    what: 'The head of the log moves, and commits, before the events are appended',
    edits: [
      {
        file: 'store/log/append.ts',
        from: 'const rows = await reachable(pool.any(append));',
        to: `const head = await reachable(
        pool.oneFirst(sql.unsafe\`
          UPDATE log_heads SET position = position + \${batch.length}, reached_position = position + \${batch.length}
           WHERE partition = \${partition} RETURNING position - \${batch.length}\`),
      );
      const rows = await reachable(
        pool.transaction(async (transaction) => {
          await transaction.query(sql.unsafe\`SELECT set_config('torture.head', \${String(head)}, true)\`);
          return transaction.any(append);
        }),
      );`,
      },
      {
        file: 'store/log/append.ts',
        from: 'if (batch.length > 1 ||',
        to: 'if (batch.length > 0 ||',
      },
      {
        file: 'store/log/append.ts',
        from: "import type { DatabasePool } from 'slonik';",
        to: "import { type DatabasePool, sql } from 'slonik';",
      },
      {
        file: APPEND,
        from: 'SELECT into_partition, head_position + CASE',
        to: "SELECT into_partition, current_setting('torture.head')::bigint + CASE",
      },
      {
        file: APPEND,
        from: `SET position = head_position + cardinality(fresh_ordinals), reached_position = head_position + cardinality(fresh_ordinals),
           recorded_at`,
        to: 'SET recorded_at',
      },
    ],
    faults: ['node-kill'],
  },
  {
    name: 'commit-not-durable',
    what: 'A commit does not wait for the disk',
    edits: [
      {
        file: 'store/session.ts',
        from: `  SELECT pg_catalog.set_config('synchronous_commit', 'on', false)
   WHERE pg_catalog.current_setting('synchronous_commit') = 'off'`,
        to: `  SELECT pg_catalog.set_config('synchronous_commit', 'off', false)`,
      },
    ],
    faults: ['pg-kill'],
  },
  {
    name: 'epoch-off',
    what: 'A log that lost its end goes on in the same epoch: it assigns the lost positions again',
    edits: [
      {
        file: APPEND,
        from: 'IF head_reached > head_position OR head_timeline <> now_timeline OR head_timeline',
        to: 'IF head_timeline',
      },
      {
        file: 'store/functions/log-epochs.sql',
        from: 'reason := coalesce(log_epoch_reason(in_partition), given_reason);',
        to: 'reason := given_reason;',
      },
    ],
    faults: ['pg-promote'],
    replica: 'asynchronous',
  },
  {
    name: 'if-match-ignored',
    what: 'A stale If-Match does not stop a command',
    edits: [
      {
        file: 'api/commands/preconditions.ts',
        from: 'if (namesStrongly(tags, current)) return;',
        to: 'if (tags !== undefined) return;',
      },
    ],
    faults: [],
  },
  {
    name: 'key-checked-late',
    what: 'A repeat of a command meets the state of the order before its key',
    edits: [
      {
        file: EXECUTE,
        from: 'if (before.holder) return replay(path, context, request, print, before.holder);',
        to: '',
      },
    ],
    faults: [],
  },
  {
    name: 'batch-with-own-keys',
    what: 'A batch places each order under a key of its own',
    edits: [
      {
        file: 'api/nouns/order/batches.ts',
        from: 'commandContext(call, idempotencyKey), command);',
        to: 'commandContext(call, `${idempotencyKey}-${Math.random()}`), command);',
      },
    ],
    faults: ['net-reset'],
  },
  {
    name: 'refund-not-bounded',
    what: 'A refund may exceed the payments',
    edits: [
      {
        file: 'domain/order/rules/refunds.ts',
        from: 'if (amount <= refundable) return undefined;',
        to: 'if (amount <= refundable + 3) return undefined;',
      },
    ],
    faults: [],
  },
  {
    name: 'outage-is-a-refusal',
    what: 'A key that cannot be looked up counts as invalid',
    edits: [
      {
        file: 'api/authenticate.ts',
        from: 'const principal = await find(keyHash);',
        to: 'const principal = await find(keyHash).catch(() => undefined);',
      },
    ],
    faults: ['pg-restart', 'net-reset'],
  },
];
