/** `npm start` and `holdfast start`: starts an installation, or the roles of one worker process. */
import './process/older-node.ts';
import cluster from 'node:cluster';
import { whenNpmIsGone } from './ops/embedded/npm-parent.ts';
import { loadConfig } from './platform/config.ts';
import { createLogger } from './platform/logger.ts';
import { createShutdown } from './platform/shutdown.ts';
import { runWorker } from './process/cluster.ts';
import { explain } from './process/explain.ts';
import { start } from './process/start.ts';

async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLogger(config.logLevel);
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
    log.flush();
    process.stderr.write(`${error.stack ?? error.message}\n`);
    process.exit(1);
  });
  if (cluster.isWorker) return runWorker(config, log);

  const { drainSeconds, drainDelaySeconds } = config;
  const shutdown = createShutdown({ drainSeconds, drainDelaySeconds, log, exit: () => process.exit(0) });
  whenNpmIsGone(() => process.kill(process.pid, 'SIGTERM'));
  const started = start({ config, log, shutdown });
  shutdown.started(started);
  await started.catch(async (error: unknown) => {
    if (shutdown.signal.aborted) return; // the shutdown aborted the start
    process.stderr.write(`\n${explain(error, config)}\n\n`);
    await shutdown.run();
    process.exit(1);
  });
}

await main().catch((error: unknown) => {
  process.stderr.write(`\n${explain(error)}\n\n`);
  process.exitCode = 1;
});
