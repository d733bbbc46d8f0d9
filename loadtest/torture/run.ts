/** One torture: traffic under faults, then recovery, then a last look at everything. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startTraffic, type Traffic } from './clients/traffic.ts';
import {
  CLOCK_SECONDS_MAX,
  FAULTS,
  type Fault,
  type FaultName,
  type Need,
  fitsRedis,
} from './faults/catalogue.ts';
import type { ReplicaMode } from './faults/standby/replication.ts';
import { olderRelease } from './faults/older-release.ts';
import { runSchedule } from './faults/schedule.ts';
import { readEpochs, writeFacts, writeLog } from './history/files.ts';
import { recordHistory } from './history/recorder.ts';
import { install } from './installation.ts';
import { endsOf, settle } from './settle.ts';

export interface TortureOptions {
  seed: number;
  seconds: number;
  faults: readonly FaultName[];
  /** Faults that this machine does not allow, and why. */
  leftOut: Record<string, string>;
  shoppers: number;
  thinkMs: number;
  nodes: number;
  tenants: number;
  replica: ReplicaMode;
  /** Time until each consumer must have each event. */
  settleSeconds: number;
  /** Folder of the recorded run; exists and is empty. */
  folder: string;
  say: (text: string) => void;
}

/** From the end of the last fault to a write at each node. */
const RECOVERY_MS_MAX = 30_000;
/** For the last answers to acts that are under way. */
const CALM_MS_MAX = 30_000;
const FINISH_MS_MAX = 60_000;
/** When a consumer is behind anyway. */
const FINISH_BEHIND_MS_MAX = 10_000;
const PROGRESS_MS = 5_000;

/** @returns the number of exchanges */
export async function torture(options: TortureOptions): Promise<number> {
  const { seed, seconds, shoppers, thinkMs, nodes, tenants, replica, settleSeconds, folder, say } = options;
  const olderMain = options.faults.includes('deploy') ? await olderRelease(join(folder, 'data')) : undefined;
  const hasRedisCluster = options.faults.includes('redis-failover');
  const leftOut = { ...options.leftOut };
  for (const name of options.faults) {
    if (name === 'deploy' && olderMain === undefined) leftOut[name] = 'this checkout has no history';
    if (!fitsRedis(name, hasRedisCluster)) leftOut[name] = 'Redis is a cluster, or is none';
  }
  const faults = options.faults.filter((name) => leftOut[name] === undefined);
  const history = recordHistory(folder);
  const isNeeded = (need: Need) => faults.some((name) => (FAULTS[name] as Fault).needs === need);
  const equipment = {
    hasClock: isNeeded('clocks'),
    hasDisk: isNeeded('disks'),
    hasFsync: isNeeded('fsync'),
  };
  const { now } = history;
  const installation = await install({
    folder,
    seed,
    nodes,
    tenants,
    replica,
    equipment,
    now,
    olderMain,
    hasRedisCluster,
  });
  const { victims, shops, databaseUrl } = installation;
  const suffered: Record<string, number> = {};
  const notRecovered: string[] = [];
  let traffic: Traffic | undefined;
  const beganMs = performance.now();
  const at = () => `${((performance.now() - beganMs) / 1_000).toFixed(0).padStart(4)} s`;
  const progress = setInterval(() => {
    const count = Object.values(suffered).reduce((sum, each) => sum + each, 0);
    say(`${at()}  ${history.count()} exchanges, ${count} faults`);
  }, PROGRESS_MS);
  try {
    traffic = await startTraffic({ seed, shops, nodes: victims.nodes, history, shoppers, thinkMs });
    await runSchedule({
      seed,
      victims,
      names: faults,
      now: history.now,
      onFault({ name, victim, startMs, endMs }) {
        suffered[name] = (suffered[name] ?? 0) + 1;
        say(`${at()}  ${name} of ${victim}, ${Math.round(endMs - startMs)} ms`);
      },
      signal: AbortSignal.timeout(seconds * 1_000),
    });
    if (faults.length === 0) await delay(seconds * 1_000);
    say(`${at()}  the last fault has ended`);
    notRecovered.push(...(await traffic.writesAtEachNode(RECOVERY_MS_MAX)));
    if (!(await traffic.calmDown(Math.min(CALM_MS_MAX, settleSeconds * 1_000))))
      notRecovered.push('some clients got no final answer');
    const clockSeconds = (suffered['pg-clock'] ?? 0) > 0 ? CLOCK_SECONDS_MAX : 0;
    const behind = await settle(installation, traffic, settleSeconds + clockSeconds);
    notRecovered.push(...behind);
    if (behind.length === 0) {
      await traffic.probeWebhooks();
      notRecovered.push(...(await settle(installation, traffic, settleSeconds)));
    }
    say(`${at()}  settled`);
    const head = Math.max(...(await endsOf(installation)).map(({ last }) => last));
    const unread = await traffic.finish(head, behind.length > 0 ? FINISH_BEHIND_MS_MAX : FINISH_MS_MAX);
    notRecovered.push(...unread.map((name) => `${name} could not be read to its end`));
    for (const node of victims.nodes) notRecovered.push(...node.faults());
    suffered['commit-cut, answers'] = victims.links.reduce((sum, { cutter }) => sum + cutter.cuts(), 0);
    for (const failure of victims.administration.failures()) say(`      npx holdfast ${failure}`);
    traffic.close();
    await history.close();
    await writeLog(
      folder,
      databaseUrl,
      shops.map(({ tenantId }) => tenantId),
    );
    await writeFacts(folder, {
      seed,
      seconds,
      endpoints: traffic.endpoints,
      readersAtEnd: traffic.readers,
      faults: suffered,
      notRecovered,
      leftOut,
      replica,
      promotions: [...(victims.replication?.promotions() ?? [])],
      epochs: await readEpochs(databaseUrl),
    });
    return history.count();
  } finally {
    clearInterval(progress);
    traffic?.close();
    await installation.stop();
  }
}
