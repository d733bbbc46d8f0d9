/** Detects the end of npm, which forwards SIGTERM and SIGINT, but not SIGHUP or its own death. */
import { commandOf, parentOf } from './process.ts';

const CHECK_INTERVAL_MS = 250;

/**
 * Calls back when the npm that runs this process has ended, or a process between the two. Does
 * nothing without npm: another parent may end for good reasons.
 *
 * @param betweenMax processes between npm and this one: none for a script `exec node …`; for npx a
 *   shell, and with Node 20 the launcher
 */
export function whenNpmIsGone(act: () => void, betweenMax = 0): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const ancestors = [process.ppid];
  while (!isNpm(ancestors.at(-1)!)) {
    const next = parentOf(ancestors.at(-1)!);
    if (next === undefined || ancestors.length > betweenMax) return;
    ancestors.push(next);
  }
  const areAlive = () =>
    process.ppid === ancestors[0] &&
    ancestors.slice(1).every((pid, index) => parentOf(ancestors[index]!) === pid);
  const timer = setInterval(() => {
    if (areAlive()) return;
    clearInterval(timer);
    act();
  }, CHECK_INTERVAL_MS);
  timer.unref();
}

/** The program, not a folder on its path: npx installs packages below `.npm/_npx`. */
const NPM = /(?:^|[\s/\\])(?:npm|npx|pnpm|yarn)(?:-cli)?(?:\.c?js)?(?:\s|$)/;

const isNpm = (pid: number): boolean => NPM.test(commandOf(pid) ?? '');
