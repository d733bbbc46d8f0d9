/**
 * Starts a server to measure. On Linux, the server runs on core 0; this process and the services
 * run on core 1.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { endWithUs } from './kit/ending.ts';
import { apiKey } from './kit/order-request.ts';

/** The flags of `npm start`; the floor servers use them too. */
const NODE_FLAGS = ['--max-semi-space-size=64'];

export const pinned = process.platform === 'linux' && cpus().length > 1 && pinThisProcess();

/** Pins all threads of this process. taskset fails if a thread ends meanwhile, so it is retried. */
function pinThisProcess(): boolean {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const { status } = spawnSync('taskset', ['-a', '-cp', '1', String(process.pid)], { stdio: 'ignore' });
    if (status === 0) return true;
  }
  return false;
}

/** Starts a program on the server core. */
export function startApart(args: string[], env: NodeJS.ProcessEnv = {}) {
  const command = pinned
    ? ['taskset', '-c', '0', process.execPath, ...NODE_FLAGS, ...args]
    : [process.execPath, ...NODE_FLAGS, ...args];
  const child = spawn(command[0] ?? '', command.slice(1), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return endWithUs(child);
}

/** Starts a server. @param isUp matches its output once it is up; its groups are the ports */
export function serve(
  args: string[],
  env: NodeJS.ProcessEnv,
  isUp: RegExp,
): Promise<{ child: ChildProcess; port: number; ports: number[] }> {
  const child = startApart(args, env);
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      if (output.length > 10_000) return; // only the output of the start matters
      output += chunk;
      const ports = isUp.exec(output)?.slice(1).map(Number);
      if (ports !== undefined) resolve({ child, port: ports[0]!, ports });
    });
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} exited with ${code}`)));
  });
}

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const WELCOME =
  /API +http:\/\/localhost:(\d+)(?:[^]*gRPC +localhost:(\d+))?[^]*Admin +http:\/\/localhost:(\d+)/;

export interface HoldfastOptions {
  databaseUrl: string;
  redisUrl: string;
  /** Default: main.ts of this checkout. */
  main?: string;
  /** Options of Node. */
  nodeOptions?: string[];
  /** Settings besides the ports, the services and quotas of 100,000 requests/s. */
  env?: Record<string, string>;
}

/** The environment of a measured server, with the API key of kit/order-request.ts. */
export const holdfastEnv = ({ databaseUrl, redisUrl, env }: HoldfastOptions): Record<string, string> => ({
  PORT: '0',
  ADMIN_PORT: '0',
  GRPC_PORT: '0',
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl,
  HOLDFAST_BOOTSTRAP_KEY: apiKey,
  HOLDFAST_RATE_LIMIT_WRITE: '100000/1',
  HOLDFAST_RATE_LIMIT_READ: '100000/1',
  ...env,
});

/** Starts the product, to measure it. */
export async function serveHoldfast(
  options: HoldfastOptions,
): Promise<{ child: ChildProcess; port: number; grpcPort: number; adminPort: number }> {
  const { main = MAIN, nodeOptions = [] } = options;
  const { child, ports } = await serve([...nodeOptions, main], holdfastEnv(options), WELCOME);
  const [port = 0, grpcPort = 0, adminPort = 0] = ports;
  return { child, port, grpcPort, adminPort };
}
