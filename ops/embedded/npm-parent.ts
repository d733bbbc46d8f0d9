/** npm passes SIGTERM and SIGINT on to what it runs, and neither SIGHUP nor its own sudden end. */
import { commandOf, parentOf } from './process.ts';

/** How often it is looked, in ms. */
const LOOK_MS = 250;

/**
 * Calls back when the npm that runs this process is gone, or whatever stands between the two. A
 * process that anything else runs is left alone: its parent may end for good reasons.
 *
 * @param between processes that may stand between: none where the script is `exec node …`; npx has a shell, and Node 20
 *   the launcher
 */
export function whenNpmIsGone(act: () => void, between = 0): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const line = [process.ppid];
  while (!isNpm(line.at(-1)!)) {
    const next = parentOf(line.at(-1)!);
    if (next === undefined || line.length > between) return;
    line.push(next);
  }
  const isWhole = () =>
    process.ppid === line[0] && line.slice(1).every((pid, index) => parentOf(line[index]!) === pid);
  const looking = setInterval(() => {
    if (isWhole()) return;
    clearInterval(looking);
    act();
  }, LOOK_MS);
  looking.unref();
}

const isNpm = (pid: number): boolean => /\b(?:npm|npx|pnpm|yarn)\b/.test(commandOf(pid) ?? '');
