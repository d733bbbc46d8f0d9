/** The nodes of the installation: started, killed, stopped, suspended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../ops/embedded/free-port.ts';
import { endWithUs } from '../../kit/ending.ts';
import type { Clock } from './machine/clock.ts';

const BLOCK_LOOP = fileURLToPath(new URL('block-loop.js', import.meta.url));
/** A start that fails is tried again, as a supervisor would. */
const RESTART_MS = 500;
/** Its drain time of 4 s, and what `platform/shutdown.ts` adds to it on a busy machine. */
const END_MS_MAX = 20_000;
/** A node prints it when it is up. */
const WELCOME = 'Holdfast is up';

export interface TortureNode {
  host: string;
  port: number;
  grpc: string;
  admin: string;
  /** Kills it; it stays down until `start`. */
  kill: () => Promise<void>;
  /** Ends it by SIGTERM. */
  end: () => Promise<void>;
  /** Starts it, again and again until it is up. */
  start: () => Promise<void>;
  /** Replaces it by a node of the release before, which `start` replaces again. */
  startOlder: () => Promise<void>;
  suspend: () => void;
  resume: () => void;
  blockLoop: () => void;
  clock: Clock | undefined;
  /** Whether it answers that it is ready. */
  isReady: () => Promise<boolean>;
  /** Ends that nobody caused, and ends that took too long. */
  faults: () => readonly string[];
  /** Ends it for ever. */
  stop: () => Promise<void>;
}

export interface NodeOptions {
  index: number;
  main: string;
  /** main.ts of the release before; `undefined` when there is none. */
  olderMain: string | undefined;
  env: Record<string, string>;
  /** Folder of its log. */
  folder: string;
  clock?: Clock | undefined;
}

export async function prepareNode({
  index,
  main,
  olderMain,
  env,
  folder,
  clock,
}: NodeOptions): Promise<TortureNode> {
  const [port, adminPort, grpcPort] = [await freePort(), await freePort(), await freePort()];
  const log = createWriteStream(join(folder, `node-${index}.log`));
  const faults: string[] = [];
  let child: ChildProcess | undefined;
  let isExpected = false;
  let isStopped = false;

  async function launch(program: string): Promise<boolean> {
    const fresh = spawn(process.execPath, ['--max-semi-space-size=16', `--import=${BLOCK_LOOP}`, program], {
      env: {
        ...process.env,
        PORT: String(port),
        ADMIN_PORT: String(adminPort),
        GRPC_PORT: String(grpcPort),
        HOLDFAST_HOST: '127.0.0.1',
        ...env,
        ...clock?.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    isExpected = false;
    child = endWithUs(fresh);
    let text = '';
    const up = Promise.withResolvers<boolean>();
    for (const stream of [fresh.stdout, fresh.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        log.write(chunk);
        text += chunk;
        if (text.includes(WELCOME)) up.resolve(true);
        text = text.slice(-WELCOME.length); // after the look: a chunk may have more lines behind it
      });
    let isUp = false;
    void up.promise.then((reached) => (isUp = reached));
    fresh.once('exit', (code, signal) => {
      up.resolve(false);
      // A start may fail while Postgres is down; a node that was up may not end by itself.
      if (isUp && !isExpected) faults.push(`node ${index} ended by itself with ${code ?? signal}`);
    });
    return up.promise;
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    isExpected = true;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  async function start(program: string): Promise<void> {
    while (!isStopped && !(await launch(program)))
      await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
  }

  return {
    host: '127.0.0.1',
    port,
    grpc: `127.0.0.1:${grpcPort}`,
    admin: `http://127.0.0.1:${adminPort}`,
    kill: () => end('SIGKILL'),
    async end() {
      const beganMs = performance.now();
      await end('SIGTERM');
      const tookMs = Math.round(performance.now() - beganMs);
      if (tookMs > END_MS_MAX) faults.push(`node ${index} took ${tookMs} ms to end after SIGTERM`);
    },
    start: () => start(main),
    startOlder: () => start(olderMain ?? main),
    suspend: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    clock,
    blockLoop: () => void child?.kill('SIGUSR2'),
    isReady: () =>
      fetch(`http://127.0.0.1:${adminPort}/health/ready`, { signal: AbortSignal.timeout(2_000) }).then(
        ({ ok }) => ok,
        () => false,
      ),
    faults: () => faults,
    async stop() {
      isStopped = true;
      await end('SIGKILL');
      log.end();
    },
  };
}
