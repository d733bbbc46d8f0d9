/** Samples the resident memory of the server. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** In MB. */
export interface Memory {
  start: number;
  peak: number;
  /** Minimum over a tenth of the run: in the middle and at the end. */
  middle: number;
  end: number;
  samples: number;
}

export interface MemoryWatch {
  /** `undefined` without measurements. */
  result: () => Memory | undefined;
  stop: () => void;
}

const INTERVAL_MS = 500;
/** In a shorter run, the heap still grows towards its first full garbage collections. */
const SAMPLES_MIN = 180;
/** Allowed growth between the middle and the end. */
const GROWTH_MB_MAX = 96;
const GROWTH_SHARE_MAX = 0.2;
/** Memory outside the old generation: young generation, code, socket buffers. */
const BESIDE_HEAP_MB_MAX = 512;

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

/** @param pid process id of the server, which changes on a restart */
export function watchMemory(pid: () => number | undefined): MemoryWatch {
  const samples: number[] = [];
  const sample = async () => {
    const id = pid();
    const mb = id === undefined ? undefined : await residentMb(id);
    if (mb !== undefined) samples.push(mb);
  };
  void sample();
  const timer = setInterval(() => void sample(), INTERVAL_MS);
  return {
    result() {
      if (samples.length < 4) return undefined;
      const tenth = Math.max(1, Math.floor(samples.length / 10));
      // The minimum excludes garbage that is not yet collected.
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
 * The faults: growth in the second half of the run, or a peak beyond the heap limit.
 *
 * @param heapMb heap limit of the server; `undefined` if unknown
 */
export function faultsOfMemory({ middle, end, peak, samples }: Memory, heapMb: number | undefined): string[] {
  const faults: string[] = [];
  if (samples >= SAMPLES_MIN && end > middle + Math.max(GROWTH_MB_MAX, middle * GROWTH_SHARE_MAX))
    faults.push('the memory of the server grew in the second half of the run');
  if (heapMb !== undefined && peak > heapMb + BESIDE_HEAP_MB_MAX)
    faults.push(`the memory of the server exceeded its heap of ${heapMb} MB plus ${BESIDE_HEAP_MB_MAX} MB`);
  return faults;
}
