/** Runs Holdfast as `npm start` does, as a separate process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { withDirectAddress } from '../postgres/pooled.ts';
import { until } from '../shop.ts';

/** Each process of a node loads its modules for 8 s on a machine with twelve loads a core. */
const STARTED_MS_MAX = 50_000;

export const MAIN = fileURLToPath(new URL('../../../main.ts', import.meta.url));

export interface ServerProcess {
  child: ChildProcess;
  url: string;
  /** `127.0.0.1:PORT` */
  grpc: string;
  adminUrl: string;
  /** Its standard output and standard error so far. */
  output: () => string;
  /** Sends a signal and waits for the end. @returns the exit code */
  end: (signal: NodeJS.Signals) => Promise<number | null>;
}

export interface Launch {
  env: Record<string, string>;
  uid?: number;
  cwd?: string;
  /** Program, instead of main.ts. */
  main?: string;
}

/** Starts a process and returns at once; the caller waits until it is ready. */
export function launch({ env, uid, cwd, main = MAIN }: Launch): {
  child: ChildProcess;
  output: () => string;
} {
  const child = spawn(process.execPath, [main], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: '/tmp',
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      PORT: '0',
      GRPC_PORT: '0',
      ADMIN_PORT: '0',
      HOLDFAST_HOST: '127.0.0.1',
      HOLDFAST_CONTRACT_JUDGE: 'on',
      ...withDirectAddress(env),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return { child, output: () => text };
}

/** Starts Holdfast and waits until it reports its addresses. */
export async function startServer(options: Launch): Promise<ServerProcess> {
  const { child, output } = launch(options);
  await until(() => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${output()}`);
    return /Holdfast is up/.test(output()) && /Admin .*\n/.test(output());
  }, STARTED_MS_MAX);
  const port = /API +http:\/\/localhost:(\d+)/.exec(output())?.[1];
  const grpcPort = /gRPC +localhost:(\d+)/.exec(output())?.[1];
  const adminPort = /Admin +http:\/\/localhost:(\d+)/.exec(output())?.[1];
  return {
    child,
    output,
    url: `http://127.0.0.1:${port}`,
    grpc: `127.0.0.1:${grpcPort}`,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    end: (signal) => end(child, signal),
  };
}

/** Starts a process without waiting. */
export function startingServer(options: Launch): Pick<ServerProcess, 'child' | 'output' | 'end'> {
  const { child, output } = launch(options);
  return { child, output, end: (signal) => end(child, signal) };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = once(child, 'exit');
  child.kill(signal);
  const [code] = (await exit) as [number | null];
  return code;
}

/** Waits for a process that ends by itself. @returns how it ended */
export async function ended({
  child,
  output,
}: ReturnType<typeof launch>): Promise<{ code: number | null; output: string }> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  return { code: child.exitCode, output: output() };
}
