// The process of guard.ts. It runs beside every server, so it loads little: plain JavaScript, and
// imports only when needed, halve its memory.
import { setTimeout as delay } from 'node:timers/promises';

/** Time for the next start to adopt the services. A supervisor restarts within a second or two. */
const ADOPTION_MS = 6_000;
/** Time for the services to stop. Then they are killed. */
const STOP_MS = 3_000;

const [dataDir] = process.argv.slice(2);
/** Watched processes, by pid. */
const watched = new Map();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

let text = '';
for await (const chunk of process.stdin.setEncoding('utf8')) {
  const lines = (text + chunk).split('\n');
  text = lines.pop();
  for (const line of lines) {
    const message = JSON.parse(line);
    if (message.forget === undefined) watched.set(message.watch.pid, message);
    else watched.delete(message.forget);
  }
}

// The pipe is closed: the process that started the services has ended.
if (watched.size > 0) {
  await delay(ADOPTION_MS);
  const { lockDataDir } = await import('./data-dir.ts');
  const { stopProcess } = await import('./process.ts');
  const unlock = await lockDataDir(dataDir, { ending: true }).catch(() => undefined);
  if (unlock !== undefined) {
    const cut = AbortSignal.timeout(STOP_MS);
    await Promise.all([...watched.values()].map(({ watch, signal }) => stopProcess(watch, signal, cut)));
    await unlock();
  }
}
