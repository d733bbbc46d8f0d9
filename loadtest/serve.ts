/** Starts a server to be measured: on Linux it has core 0 for itself, and whoever imports this has core 1, with all else. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { endWithUs } from './kit/ending.ts';

/** As in `npm start`; the floors run with the same. */
const FLAGS = ['--max-semi-space-size=64'];

export const pinned = process.platform === 'linux' && cpus().length > 1 && pinThisProcess();

/** All threads of this process; one that ends while they are listed makes taskset fail, and another try succeed. */
function pinThisProcess(): boolean {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const { status } = spawnSync('taskset', ['-a', '-cp', '1', String(process.pid)], { stdio: 'ignore' });
    if (status === 0) return true;
  }
  return false;
}

/** Starts a program on the core of servers. */
export function startApart(args: string[], env: NodeJS.ProcessEnv = {}) {
  const command = pinned
    ? ['taskset', '-c', '0', process.execPath, ...FLAGS, ...args]
    : [process.execPath, ...FLAGS, ...args];
  const child = spawn(command[0] ?? '', command.slice(1), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return endWithUs(child);
}

/** @param isUp finds the port, or several, in what the server says when it is up */
export function serve(
  args: string[],
  env: NodeJS.ProcessEnv,
  isUp: RegExp,
): Promise<{ child: ChildProcess; port: number; ports: number[] }> {
  const child = startApart(args, env);
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      if (output.length > 10_000) return; // the log goes on; what it said at the start is enough
      output += chunk;
      const ports = isUp.exec(output)?.slice(1).map(Number);
      if (ports !== undefined) resolve({ child, port: ports[0]!, ports });
    });
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}`)));
  });
}
