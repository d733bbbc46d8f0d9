/** Runs faults by a seeded schedule, two at a time. */
import { setTimeout as delay } from 'node:timers/promises';
import { chanceAt } from '../../fuzz/chance.ts';
import { type Fault, FAULTS, type FaultName, type Victims } from './catalogue.ts';

const AT_ONCE_COUNT = 2;
const PAUSE_MS_MAX = 2_500;

export interface Suffered {
  name: FaultName;
  victim: string;
  startMs: number;
  endMs: number;
}

export interface ScheduleOptions {
  seed: number;
  victims: Victims;
  names: readonly FaultName[];
  /** The clock of the history. */
  now: () => number;
  onFault: (fault: Suffered) => void;
  signal: AbortSignal;
}

/** Runs until the signal. @returns when each fault has ended: what it broke is whole again */
export async function runSchedule({
  seed,
  victims,
  names,
  now,
  onFault,
  signal,
}: ScheduleOptions): Promise<void> {
  if (names.length === 0) return;
  const busy = new Set<string>();
  async function slot(_: unknown, number: number): Promise<void> {
    const random = chanceAt(seed, 0xfa, number);
    while (!signal.aborted) {
      await delay(random.between(0, PAUSE_MS_MAX), undefined, { signal }).catch(() => {});
      const name = random.pick(names);
      const index = random.between(0, victims.nodes.length - 1);
      const fault: Fault = FAULTS[name];
      const victim = fault.victim(index);
      const held = [victim, ...(fault.alone === undefined ? [] : [fault.alone])];
      if (signal.aborted || held.some((each) => busy.has(each))) continue;
      for (const each of held) busy.add(each);
      const startMs = now();
      await fault.run(victims, index, random).finally(() => held.forEach((each) => busy.delete(each)));
      onFault({ name, victim, startMs, endMs: now() });
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE_COUNT }, slot));
}
