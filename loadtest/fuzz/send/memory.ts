/** Samples the resident memory of the server. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** In MB. */
export interface Memory {
  start: number;
  peak: number;
  /** The lowest of a tenth of the run: in its middle, and at its end. */
  middle: number;
  end: number;
  samples: number;
}

export interface MemoryWatch {
  /** `undefined` when nothing was measured. */
  result: () => Memory | undefined;
  stop: () => void;
}

const INTERVAL_MS = 500;
/** In a shorter run the heap still grows towards its first large collections. */
const LEAST_SAMPLES = 180;
/** Allowed growth between the middle and the end. */
const GROWTH_MB = 96;
const GROWTH_SHARE = 0.2;
/** Outside the old generation: young generation, code, buffers of sockets. */
const BESIDE_HEAP_MB = 512;

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

/** @param pid of the server's process; changes when it restarts */
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
      // Garbage comes and goes: the minimum over a while is what the server holds.
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

/**
 * The faults: growth in the second half of the run, or a peak above what the heap explains.
 *
 * @param heapMb of the server; `undefined` when that is not known
 */
export function faultsOfMemory({ middle, end, peak, samples }: Memory, heapMb: number | undefined): string[] {
  const faults: string[] = [];
  if (samples >= LEAST_SAMPLES && end > middle + Math.max(GROWTH_MB, middle * GROWTH_SHARE))
    faults.push('the memory of the server grew in the second half of the run');
  if (heapMb !== undefined && peak > heapMb + BESIDE_HEAP_MB)
    faults.push(
      `the server had more memory than its heap of ${heapMb} MB and ${BESIDE_HEAP_MB} MB beside it`,
    );
  return faults;
}
