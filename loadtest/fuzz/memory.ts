/** The memory of the server, as the system sees it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface MemoryWatch {
  /** MB; `undefined` when nothing was measured. */
  result: () => { start: number; peak: number; end: number; middle: number; samples: number } | undefined;
  stop: () => void;
}

const INTERVAL_MS = 500;
const run = promisify(execFile);

/** Resident memory of a process, in MB. */
async function residentMb(pid: number): Promise<number | undefined> {
  if (process.platform === 'linux') {
    const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const kb = /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1];
    return kb === undefined ? undefined : Number(kb) / 1_024;
  }
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.trim() === '' ? undefined : Number(stdout) / 1_024;
}

/** @param pid of the process, which may be another one after a while */
export function watchMemory(pid: () => number | undefined): MemoryWatch {
  const samples: number[] = [];
  const look = async () => {
    const id = pid();
    const mb = id === undefined ? undefined : await residentMb(id);
    if (mb !== undefined) samples.push(mb);
  };
  void look();
  const timer = setInterval(() => void look(), INTERVAL_MS);
  return {
    result() {
      if (samples.length < 4) return undefined;
      const tenth = Math.max(1, Math.floor(samples.length / 10));
      // Garbage comes and goes; what is left at the lowest of a while is what is held.
      const lowest = (from: number) => Math.min(...samples.slice(from, from + tenth));
      return {
        start: samples[0]!,
        peak: Math.max(...samples),
        middle: lowest(Math.floor(samples.length / 2)),
        end: lowest(samples.length - tenth),
        samples: samples.length,
      };
    },
    stop: () => clearInterval(timer),
  };
}
