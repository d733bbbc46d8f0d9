/**
 * One hostile tenant beside quiet ones, once for each abuse: what the quiet ones notice without and
 * with it, on a node of its own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endWithUs } from '../kit/ending.ts';
import { type OwnSystem, startSystem } from '../kit/system.ts';
import type { Abuse, Target } from './abuse.ts';
import { KINDS, type Kind, type Noticed, openQuiet } from './quiet.ts';

const QUIET_TENANTS_COUNT = 6;
const DRAIN_SECONDS = 10;
const STOP_SECONDS_MAX = DRAIN_SECONDS + 1;
const WARM_UP_SECONDS = 4;
/** From the begin of an abuse to the measurement. */
const SETTLE_MS = 2_000;
const GOODPUT_MIN = 0.95;
const P99_RATIO_MAX = 2;
/** A p99 may grow by so much, whatever the ratio. */
const P99_GROWTH_MS_MAX = 20;
const RSS_MB_MAX = 600;
/** A node whose heap grows beyond it dies. */
const HEAP_MB_MAX = 512;

const ATTACKER = fileURLToPath(new URL('attacker.ts', import.meta.url));

export interface Suffered {
  abuse: string;
  without: Noticed;
  with: Noticed;
  /** Peak of the resident memory; NaN on other systems than Linux. */
  rssMb: number;
  /** Time from SIGTERM to the end, during the abuse. */
  stopSeconds: number;
  exitCode: number | null;
  /** What was not kept. */
  broken: string[];
}

export async function suffer(abuse: Abuse, seconds: number): Promise<Suffered> {
  const system = await startSystem({
    nodes: 1,
    shops: QUIET_TENANTS_COUNT + 1,
    nodeOptions: [`--max-old-space-size=${HEAP_MB_MAX}`],
    env: { HOLDFAST_WEBHOOK_LOOPBACK: 'on', HOLDFAST_DRAIN_SECONDS: String(DRAIN_SECONDS) },
  });
  const [apiKey, ...quietKeys] = system.apiKeys as [string, ...string[]];
  const quiet = await openQuiet(system, quietKeys);
  try {
    await quiet.notice(WARM_UP_SECONDS);
    const without = await quiet.notice(seconds);
    const attacker = await begin(abuse, targetOf(system, apiKey));
    await delay(SETTLE_MS);
    const during = await quiet.notice(seconds);
    const rssMb = await peakMb(system.pids()[0]!);
    const beganMs = performance.now();
    const exitCode = await system.end(0);
    const stopSeconds = (performance.now() - beganMs) / 1_000;
    attacker.kill('SIGTERM');
    const result = { abuse: abuse.name, without, with: during, rssMb, stopSeconds, exitCode };
    return { ...result, broken: brokenPromises(result) };
  } finally {
    quiet.close();
    await system.stop();
  }
}

const targetOf = ({ nodes: [node], databaseUrl }: OwnSystem, apiKey: string): Target => ({
  host: node!.host,
  port: node!.port,
  grpc: node!.grpc,
  apiKey,
  databaseUrl,
});

async function begin({ name }: Abuse, target: Target) {
  const child = endWithUs(
    spawn(process.execPath, [ATTACKER, name, JSON.stringify(target)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${name}: the attacker ended`)));
  ended.catch(() => {}); // it is killed at the end
  await Promise.race([once(child.stdout, 'data'), ended]);
  return child;
}

async function peakMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
}

function brokenPromises(result: Omit<Suffered, 'broken'>): string[] {
  const broken: string[] = [];
  if (!(result.with.goodput >= GOODPUT_MIN)) broken.push('goodput');
  for (const kind of KINDS) if (!isWithin(result, kind)) broken.push(`p99 ${kind}`);
  if (result.rssMb > RSS_MB_MAX) broken.push('memory');
  if (result.exitCode !== 0 || result.stopSeconds > STOP_SECONDS_MAX) broken.push('stop');
  return broken;
}

function isWithin(result: Pick<Suffered, 'with' | 'without'>, kind: Kind): boolean {
  const before = result.without.p99[kind];
  const bound = Math.max(before * P99_RATIO_MAX, before + P99_GROWTH_MS_MAX);
  return result.with.p99[kind] <= bound;
}

const ms = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const change = ({ without, with: during }: Suffered, kind: Kind) =>
  `${ms(without.p99[kind])} → ${ms(during.p99[kind])}`;

export const HEADER =
  '| abuse | goodput | order p99, ms | read p99, ms | event p99, ms | RSS, MB | stop, s | not kept |';

/** A row of the table. */
export const row = (result: Suffered): string =>
  `| ${[
    result.abuse,
    result.with.goodput.toFixed(3),
    ...KINDS.map((kind) => change(result, kind)),
    result.rssMb.toFixed(0),
    result.stopSeconds.toFixed(1),
    result.broken.join(', ') || '–',
  ].join(' | ')} |`;
