// The program of guard.ts. Plain JavaScript, and the rest only when it is needed: it waits beside
// every server, in
// half the memory.
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Time for a next start to take the services over, in ms: a supervisor starts again within a second
 * or two.
 */
const TAKE_OVER_MS = 6_000;
/** What the services have to end in, in ms; they are killed then. */
const END_MS = 3_000;

const [dataDir] = process.argv.slice(2);
/** By process number: what it was told to watch. */
const watched = new Map();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

let text = '';
for await (const chunk of process.stdin.setEncoding('utf8')) {
  const lines = (text + chunk).split('\n');
  text = lines.pop();
  for (const line of lines) {
    const told = JSON.parse(line);
    if (told.forget === undefined) watched.set(told.watch.pid, told);
    else watched.delete(told.forget);
  }
}

// The other end is closed: the process that started the services is gone.
if (watched.size > 0) {
  await delay(TAKE_OVER_MS);
  const { lockDataDir } = await import('./data-dir.ts');
  const { stopProcess } = await import('./process.ts');
  const unlock = await lockDataDir(dataDir, { ending: true }).catch(() => undefined);
  if (unlock !== undefined) {
    const cut = AbortSignal.timeout(END_MS);
    await Promise.all([...watched.values()].map(({ watch, signal }) => stopProcess(watch, signal, cut)));
    await unlock();
  }
}
