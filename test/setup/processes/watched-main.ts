/**
 * Runs Holdfast as `npm start` does, and measures its event loop. At each SIGUSR2 it writes the
 * longest turn since the last signal, in ms of processor time, and the peak of the resident memory.
 */
import { writeSync } from 'node:fs';

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

let longest = 0;
let before = cpuMs();
function look(): void {
  const now = cpuMs();
  longest = Math.max(longest, now - before);
  before = now;
  setImmediate(look).unref();
}

look();
process.on('SIGUSR2', () => {
  const peak_mb = process.resourceUsage().maxRSS / 1_024;
  writeSync(1, `watched ${JSON.stringify({ longest_ms: longest, peak_mb })}\n`);
  longest = 0;
});
await import('../../../main.ts');
