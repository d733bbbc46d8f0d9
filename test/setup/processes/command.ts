/** Runs `npx holdfast` as a separate process. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { withDirectAddress } from '../postgres/pooled.ts';

const LAUNCHER = fileURLToPath(new URL('../../../holdfast.js', import.meta.url));

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
