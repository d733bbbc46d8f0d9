/** Runs `npx holdfast` as a separate process. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { withDirectAddress } from '../postgres/pooled.ts';
import { until } from '../shop.ts';

const LAUNCHER = fileURLToPath(new URL('../../../holdfast.js', import.meta.url));

/** A command loads its modules for seconds on a busy machine. */
const PRINTED_MS_MAX = 30_000;

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- each test knows its output
  json: any;
}

/**
 * Runs a command to its end.
 *
 * @param env its whole environment, except PATH
 * @param node the Node that runs the launcher
 */
export function holdfast(
  args: readonly string[],
  env: Record<string, string>,
  { node = process.execPath, cwd }: { node?: string; cwd?: string } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const options = {
      // Not the logins of this machine's user.
      env: { PATH, NODE_COMPILE_CACHE, XDG_CONFIG_HOME: '/nonexistent', ...withDirectAddress(env) },
      ...(cwd !== undefined && { cwd }),
    };
    execFile(node, [LAUNCHER, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      const json = code === 0 && args.includes('--json') ? JSON.parse(stdout) : undefined;
      resolve({ code, stdout, stderr, json });
    });
  });
}

export interface Started {
  child: ChildProcess;
  /** Its output so far. */
  output: () => string;
  ended: Promise<Omit<Ended, 'json'>>;
}

/** Starts a command that waits for a signal, or prints several lines of JSON. */
export function started(args: readonly string[], env: Record<string, string>): Started {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    env: { PATH, NODE_COMPILE_CACHE, XDG_CONFIG_HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, stdout, stderr }));
  return { child, output: () => stdout + stderr, ended };
}

/** Waits until a command has printed a text. @throws {Error} it ended without it */
export const untilPrinted = ({ child, output }: Started, text: string): Promise<void> =>
  until(() => {
    if (output().includes(text)) return true;
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${output()}`);
    return false;
  }, PRINTED_MS_MAX);
