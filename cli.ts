/** `npx holdfast`: parses the command line, runs the command, prints its output. */
import './process/older-node.ts';
import nodeCluster from 'node:cluster';
import { readFile } from 'node:fs/promises';
import { importing } from './api/cli/import.ts';
import { orders } from './api/cli/orders.ts';
import { type CliCommand, type CommandGroup, UsageError } from './command-line/command.ts';
import { type ParsedCommand, parseCommandLine } from './command-line/parse.ts';
import { whenNpmIsGone } from './ops/embedded/npm-parent.ts';
import { createCliSession } from './process/cli-session.ts';
import { migrateCommand } from './process/cli/migrate.ts';
import { explain } from './process/explain.ts';
import { verifyLogCommand } from './projections/cli/verify-log.ts';
import { projections } from './projections/cli/projections.ts';
import { audit } from './store/cli/audit.ts';
import { cluster } from './store/cli/cluster.ts';
import { customers } from './store/cli/customers.ts';
import { keys } from './store/cli/keys.ts';
import { log } from './store/cli/log.ts';
import { personal } from './store/cli/personal.ts';
import { retention } from './store/cli/retention.ts';
import { roles } from './store/cli/roles.ts';
import { secrets } from './store/cli/secrets.ts';
import { tenants } from './store/cli/tenants.ts';
import { webhookSink } from './workers/cli/webhook-sink.ts';
import { webhooks } from './workers/cli/webhooks.ts';

const session = createCliSession();

/** Serves until a signal. The server's modules are loaded only here. */
const start: CliCommand = {
  summary: 'Start the server, with the settings of the environment. It migrates the database first.',
  run: async () => void (await import('./main.ts')),
};

/** Every command group and every single command, in the order of the help. */
const COMMANDS: Record<string, CommandGroup | CliCommand> = {
  start,
  migrate: migrateCommand(session),
  roles,
  import: importing,
  orders,
  tenants,
  customers,
  keys,
  audit,
  retention,
  secrets,
  personal,
  log: { ...log, commands: { ...log.commands, verify: verifyLogCommand } },
  projections,
  cluster,
  webhooks,
  'webhook-sink': webhookSink,
};
/** Processes between npx and this one: a shell, and with Node 20 the launcher. */
const NPX_PROCESSES_MAX = 2;

async function run({ command, given, json }: ParsedCommand): Promise<void> {
  try {
    const output = await command.run(given, session.context);
    if (output === undefined) return;
    process.exitCode = output.exitCode ?? 0;
    process.stdout.write(`${json ? JSON.stringify(output.data, null, 2) : output.text}\n`);
  } finally {
    await session.end();
  }
}

async function version(json: boolean): Promise<string> {
  const text = await readFile(new URL('./package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return json ? JSON.stringify({ version }, null, 2) : `holdfast ${version}`;
}

// A signal to npx ends its shell, but does not reach this process.
if (nodeCluster.isPrimary) whenNpmIsGone(() => process.kill(process.pid, 'SIGTERM'), NPX_PROCESSES_MAX);
try {
  const parsed = parseCommandLine(COMMANDS, process.argv.slice(2));
  if (parsed.kind === 'help') process.stdout.write(`${parsed.text}\n`);
  else if (parsed.kind === 'version') process.stdout.write(`${await version(parsed.json)}\n`);
  else await run(parsed);
} catch (error) {
  const databaseUrl = session.databaseUrl();
  process.stderr.write(`${explain(error, { databaseUrl, mayBeOutdated: true })}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
