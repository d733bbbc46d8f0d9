/** The table of all commands of `npx holdfast`, in the order of the help. */
import type { CliCommand, CommandGroup } from '../../command-line/command.ts';
import type { Migration } from './migrate.ts';
import type { Commands, GroupEntry, Part, SingleEntry, Target } from '../../command-line/tree.ts';

/** Serves until a signal. The server's modules are loaded only here. */
const start: CliCommand = {
  summary: 'Start the server, with the settings of the environment. It migrates the database first.',
  run: async () => void (await import('../../main.ts')),
};

const single = (target: Target, summary: string, load: SingleEntry['load']): SingleEntry => ({
  target,
  summary,
  load,
});
const group = (summary: string, ...parts: Part[]): GroupEntry => ({ summary, parts });
/** @param names of the commands, in the order of the help */
const part = (target: Target, names: string, load: () => Promise<CommandGroup>): Part => ({
  target,
  names: names.split(' '),
  load,
});

export const createCommands = (migration: Migration): Commands => ({
  start: single('machine', 'start the server', async () => start),
  migrate: single('database', 'create or migrate the database', async () =>
    (await import('./migrate.ts')).migrateCommand(migration),
  ),
  roles: single(
    'database',
    'create the roles of an administrator and of nodes',
    async () => (await import('../../store/cli/roles.ts')).roles,
  ),
  login: single(
    'machine',
    'keep a server and its key as a context',
    async () => (await import('../../remote/cli/login.ts')).login,
  ),
  logout: single(
    'machine',
    'delete a context',
    async () => (await import('../../remote/cli/login.ts')).logout,
  ),
  contexts: group(
    'servers that commands call',
    part('machine', 'list use', async () => (await import('../../remote/cli/login.ts')).contexts),
  ),
  import: single(
    'server',
    'place the orders of a file, or import history',
    async () => (await import('../../api/cli/import.ts')).importing,
  ),
  orders: group(
    'orders of a tenant',
    part(
      'server',
      'list get place resume history',
      async () => (await import('../../remote/cli/orders/orders.ts')).orders,
    ),
    part('database', 'export', async () => (await import('../../api/cli/orders.ts')).orders),
  ),
  events: group(
    'the feed of events',
    part('server', 'tail', async () => (await import('../../remote/cli/events.ts')).events),
  ),
  receipts: group(
    'what the request with an idempotency key did',
    part('server', 'get', async () => (await import('../../remote/cli/events.ts')).receipts),
  ),
  trigger: single(
    'server',
    'cause an event with a test key',
    async () => (await import('../../remote/cli/trigger.ts')).trigger,
  ),
  tenants: group(
    'shops; each has its own orders',
    part(
      'database',
      'create list limit series',
      async () => (await import('../../store/cli/tenants.ts')).tenants,
    ),
  ),
  customers: group(
    'personal data of customers',
    part(
      'database',
      'erase erase-all mark erasures apply',
      async () => (await import('../../store/cli/customers.ts')).customers,
    ),
  ),
  keys: group(
    'API keys of tenants',
    part(
      'database',
      'create list limit rotate revoke',
      async () => (await import('../../store/cli/keys.ts')).keys,
    ),
  ),
  audit: single(
    'database',
    'list administrative acts',
    async () => (await import('../../store/cli/audit.ts')).audit,
  ),
  retention: group(
    'how long tenants keep personal data, deliveries and acts',
    part('database', 'list set', async () => (await import('../../store/cli/retention.ts')).retention),
  ),
  secrets: group(
    'encryption of webhook and cursor secrets at rest',
    part('database', 'status rotate', async () => (await import('../../store/cli/secrets.ts')).secrets),
  ),
  personal: group(
    'the master key of personal data',
    part(
      'database',
      'status rotate seal',
      async () => (await import('../../store/cli/personal.ts')).personal,
    ),
  ),
  log: group(
    'the event log: as a file, and the proof that nobody changed it',
    part(
      'database',
      'export import checkpoint key',
      async () => (await import('../../store/cli/log.ts')).log,
    ),
    part(
      'database',
      'verify',
      async () => (await import('../../projections/cli/verify-log.ts')).verification,
    ),
  ),
  projections: group(
    'read tables that are built from the log',
    part(
      'database',
      'list status rebuild verify rollback pause resume skip',
      async () => (await import('../../projections/cli/projections.ts')).projections,
    ),
  ),
  cluster: group(
    'partitions on the workers of Citus',
    part('database', 'distribute status', async () => (await import('../../store/cli/cluster.ts')).cluster),
  ),
  webhooks: group(
    'deliveries to webhook endpoints',
    part('server', 'listen', async () => (await import('../../remote/cli/webhooks/listen.ts')).listening),
    part('database', 'status', async () => (await import('../../workers/cli/webhooks.ts')).webhooks),
  ),
  'webhook-sink': single(
    'machine',
    'receive webhooks on this machine',
    async () => (await import('../../workers/cli/webhook-sink.ts')).webhookSink,
  ),
  completion: single('machine', 'complete commands in bash, zsh or fish', async () =>
    (await import('../../command-line/completion/completion.ts')).completionCommand(() =>
      createCommands(migration),
    ),
  ),
});
