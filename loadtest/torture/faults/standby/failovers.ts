/** Faults of a primary and its standby. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../../fuzz/chance.ts';
import type { Fault, Victims } from '../catalogue.ts';
import type { Proxy } from '../proxy.ts';
import type { Replication } from './replication.ts';

/** The tail that an asynchronous standby lacks. */
const LAG_MS_MAX = 1_500;
/** Longer than a write waits for its answer. */
const APART_MS_MIN = 5_000;
const APART_MS_MAX = 9_000;
/** Longer than `LEASE_MS` of store/durability/primary-lease.ts, as docs/durability.md demands. */
const FAILOVER_MS = 3_500;

/** Answers to the commits whose wait was cancelled arrive meanwhile. */
const CANCELLED_MS = 1_000;
const CANCEL_WAITS = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`;

const failover = (
  run: (replication: Replication, victims: Victims, index: number, random: Random) => Promise<void>,
): Fault => ({
  victim: () => 'postgres',
  needs: 'standby',
  run: async (victims, index, random) => {
    const { replication } = victims;
    if (replication !== undefined) await run(replication, victims, index, random);
  },
});

/** All ways to Postgres. */
const linksOf = ({ links, operatorLink }: Victims): Proxy[] => [
  operatorLink,
  ...links.map(({ proxy }) => proxy),
];

/** An operator fails over to a standby that follows. Without `synchronous`, it lacks a tail. */
async function lag({ mode, cut, untilInSync }: Replication, random: Random): Promise<void> {
  await untilInSync();
  if (mode === 'synchronous') return;
  cut();
  await delay(random.between(0, LAG_MS_MAX));
}

export const FAILOVERS = {
  'pg-promote': failover(async (replication, victims, _, random) => {
    const links = linksOf(victims);
    await lag(replication, random);
    // Its process ends, or its host can no longer be reached.
    if (random.chance(0.5)) await replication.primary().crash();
    else for (const link of links) link.vanish();
    const old = await replication.promote();
    for (const link of links) link.leadTo(replication.primary().port);
    replication.join();
    await replication.addStandby();
    await replication.remove(old);
  }),
  'pg-old-primary': {
    alone: 'old release or old primary',
    ...failover(async (replication, victims, index, random) => {
      const left = victims.links[index]!.proxy;
      const links = linksOf(victims).filter((link) => link !== left);
      await replication.untilInSync();
      // A failover manager promotes a standby that has lost its primary, and not at once.
      replication.cut();
      await delay(FAILOVER_MS);
      const old = await replication.promote(index);
      for (const link of links) {
        link.leadTo(replication.primary().port);
        link.reset();
      }
      replication.join();
      const apart = delay(random.between(APART_MS_MIN, APART_MS_MAX));
      await Promise.all([replication.addStandby(), apart]);
      await replication.remove(old);
      left.leadTo(replication.primary().port);
    }),
  },
  // An operator ends the wait of commits. They are on the primary alone, which is lost then.
  'pg-cancel': {
    alone: 'old release or old primary',
    ...failover(async (replication, victims) => {
      const links = linksOf(victims);
      await replication.untilInSync();
      replication.cut();
      await delay(FAILOVER_MS);
      await replication.primary().ask(CANCEL_WAITS);
      await delay(CANCELLED_MS);
      await replication.primary().crash();
      const old = await replication.promote();
      for (const link of links) link.leadTo(replication.primary().port);
      replication.join();
      await replication.addStandby();
      await replication.remove(old);
    }),
  },
  // Commits wait for the standby, without limit.
  'pg-standby-stop': failover(async (replication, _, __, random) => {
    const standby = replication.standby();
    const ms = random.between(APART_MS_MIN, APART_MS_MAX);
    if (random.chance(0.5)) {
      replication.cut();
      await delay(ms).finally(replication.join);
      return;
    }
    await standby.stop();
    await delay(ms);
    await standby.start();
  }),
} as const satisfies Record<string, Fault>;
