/** The faults: what each does, for how long, and which other ones must not run beside it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../fuzz/chance.ts';
import type { Administration } from './administration.ts';
import type { Clock } from './machine/clock.ts';
import type { CommitCutter } from './commit-cutter.ts';
import { FAILOVERS } from './standby/failovers.ts';
import type { TortureNode } from './nodes.ts';
import type { TorturePostgres } from './postgres.ts';
import type { Proxy } from './proxy.ts';
import type { Replication } from './standby/replication.ts';
import type { TortureRedis } from './redis/redis.ts';
import type { TortureCluster } from './redis/redis-cluster.ts';

/** What faults act upon. */
export interface Victims {
  nodes: readonly TortureNode[];
  /** The primary, if there is a standby. */
  postgres: TorturePostgres;
  replication: Replication | undefined;
  redis: TortureRedis;
  /** Nodes use it instead of `redis`. */
  redisCluster: TortureCluster | undefined;
  /** Between a node and Postgres, one for each node. */
  links: readonly { proxy: Proxy; cutter: CommitCutter }[];
  /** Between commands, the torture itself, and Postgres. */
  operatorLink: Proxy;
  /** Between all nodes and Redis. */
  redisLink: Proxy;
  administration: Administration;
}

export interface Fault {
  /** Only one fault of a name runs at a time: `node 1`, `postgres`. */
  victim: (index: number) => string;
  run: (victims: Victims, index: number, random: Random) => Promise<void>;
  /** Nor do two faults run at a time that share this: the release before trusts an old primary. */
  alone?: 'old release or old primary';
  needs?: Need;
}

/** What a fault needs: a standby, clocks that can be set, small disks, `fsync` that fails. */
export type Need = 'standby' | 'clocks' | 'disks' | 'fsync';

const DOWN_MS_MAX = 1_500;
const LONG_MS_MIN = 1_500;
const LONG_MS_MAX = 7_000;
const CUTS_MAX = 5;
const SLOW_MS_MAX = 250;
/** Tables need more soon; the WAL has segments of 16 MiB in reserve. */
const FREE_BYTES_MAX = 2 ** 20;
const SWITCHES_MAX = 8;
/** Waits by the clock of Postgres can last so much longer: a retry, a claim. */
export const CLOCK_SECONDS_MAX = 180;

const aWhile = (random: Random) => delay(random.between(LONG_MS_MIN, LONG_MS_MAX));
const ofNode = (index: number) => `node ${index}`;
const ofLink = (index: number) => `link ${index}`;

/** Locks that a session of an operator may hold. */
const LOCKS = [
  'SELECT FROM log_heads FOR UPDATE',
  'SELECT FROM checkpoints FOR UPDATE',
  'LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE',
  'LOCK TABLE webhook_deliveries IN SHARE ROW EXCLUSIVE MODE',
  'LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE',
];

/** What a Redis evicts that is not set up for Holdfast. */
const EVICTIONS = ['allkeys-lru', 'allkeys-random', 'volatile-lru'];

const nodeFault = (run: (node: TortureNode, random: Random) => Promise<void>): Fault => ({
  victim: ofNode,
  run: ({ nodes }, index, random) => run(nodes[index]!, random),
});
const linkFault = (run: (link: Victims['links'][number], random: Random) => Promise<void>): Fault => ({
  victim: ofLink,
  run: ({ links }, index, random) => run(links[index]!, random),
});
const postgresFault = (run: (postgres: TorturePostgres, random: Random) => Promise<void>): Fault => ({
  victim: () => 'postgres',
  run: ({ postgres }, _, random) => run(postgres, random),
});
const redisFault = (run: (redis: TortureRedis, random: Random, link: Proxy) => Promise<void>): Fault => ({
  victim: () => 'redis',
  run: ({ redis, redisLink }, _, random) => run(redis, random, redisLink),
});
/** Sets a clock apart, and back. Both are jumps. */
async function jump(clock: Clock | undefined, random: Random): Promise<void> {
  const seconds = random.between(1, CLOCK_SECONDS_MAX) * (random.chance(0.5) ? 1 : -1);
  await clock?.set(seconds);
  await aWhile(random).finally(() => clock?.set(0));
}

const administrative = (run: (administration: Administration) => Promise<void>): Fault => ({
  victim: () => 'administration',
  run: ({ administration }) => run(administration),
});

export const FAULTS = {
  'node-kill': nodeFault(async (node, random) => {
    await node.kill();
    await delay(random.between(0, DOWN_MS_MAX));
    await node.start();
  }),
  'node-term': nodeFault(async (node) => {
    await node.end();
    await node.start();
  }),
  'node-stop': nodeFault(async (node, random) => {
    node.suspend();
    await aWhile(random).finally(node.resume);
  }),
  deploy: {
    ...nodeFault(async (node, random) => {
      await node.end();
      await node.startOlder();
      await aWhile(random);
      await node.end();
      await node.start();
    }),
    alone: 'old release or old primary',
  },
  'loop-block': nodeFault(async (node, random) => {
    node.blockLoop();
    await aWhile(random);
  }),
  'pg-restart': postgresFault(async (postgres, random) => {
    await postgres.stop();
    await delay(random.between(0, DOWN_MS_MAX));
    await postgres.start();
  }),
  'pg-kill': postgresFault(async (postgres, random) => {
    await postgres.kill();
    await delay(random.between(0, DOWN_MS_MAX));
    await postgres.start();
  }),
  'pg-full': postgresFault((postgres, random) => postgres.exhaust(random.between(LONG_MS_MIN, LONG_MS_MAX))),
  'pg-lock': postgresFault((postgres, random) =>
    postgres.hold(random.pick(LOCKS), random.between(LONG_MS_MIN, LONG_MS_MAX)),
  ),
  'pg-terminate': postgresFault((postgres) => postgres.terminate()),
  ...FAILOVERS,
  'pg-clock': { ...postgresFault(({ clock }, random) => jump(clock, random)), needs: 'clocks' },
  'pg-disk-full': {
    ...postgresFault(async (postgres, random) => {
      await postgres.disk?.fill(random.between(0, FREE_BYTES_MAX));
      // Or of the WAL nothing is in reserve.
      for (let n = random.between(0, SWITCHES_MAX); n > 0; n -= 1)
        await postgres.ask("SELECT pg_logical_emit_message(false, '', ''), pg_switch_wal()").catch(() => {});
      await aWhile(random).finally(postgres.disk?.free);
      await postgres.start(); // it may have given up
    }),
    needs: 'disks',
  },
  'pg-fsync': {
    ...postgresFault(async (postgres, random) => {
      // It panics, and cannot recover meanwhile.
      await postgres.fsync?.fail();
      await aWhile(random).finally(postgres.fsync?.mend);
      await postgres.kill();
      await postgres.start();
    }),
    needs: 'fsync',
  },
  'node-clock': { ...nodeFault(({ clock }, random) => jump(clock, random)), needs: 'clocks' },
  'net-silent': linkFault(async ({ proxy }, random) => {
    proxy.silence();
    await aWhile(random).finally(proxy.speak);
  }),
  // Nothing tells the node that its connections are dead.
  'net-vanish': linkFault(async ({ proxy }) => proxy.vanish()),
  'net-delay': linkFault(async ({ proxy }, random) => {
    proxy.delayAnswers(random.between(1, SLOW_MS_MAX));
    await aWhile(random).finally(() => proxy.delayAnswers(0));
  }),
  'net-trickle': linkFault(async ({ proxy }, random) => {
    proxy.trickle(random.between(1, 64));
    await aWhile(random).finally(() => proxy.trickle(0));
  }),
  'net-reset': linkFault(async ({ proxy }, random) => {
    proxy.refuse(random.chance(0.5));
    proxy.reset();
    await delay(random.between(0, DOWN_MS_MAX));
    proxy.refuse(false);
  }),
  'commit-cut': linkFault(async ({ cutter }, random) => {
    cutter.arm(random.between(1, CUTS_MAX));
    await aWhile(random).finally(() => cutter.arm(0));
  }),
  'redis-kill': redisFault(async (redis, random) => {
    await redis.kill();
    await delay(random.between(0, DOWN_MS_MAX));
    await redis.start();
  }),
  'redis-flush': redisFault((redis) => redis.flush()),
  'redis-stop': redisFault(async (redis, random) => {
    redis.suspend();
    await aWhile(random).finally(redis.resume);
  }),
  'redis-slow': redisFault(async (_, random, link) => {
    link.delayAnswers(random.between(1, SLOW_MS_MAX));
    await aWhile(random).finally(() => link.delayAnswers(0));
  }),
  'redis-read-only': redisFault((redis, random) =>
    redis.refuseWrites(random.between(LONG_MS_MIN, LONG_MS_MAX)),
  ),
  'redis-evict': redisFault((redis, random) =>
    redis.evict(random.pick(EVICTIONS), random.between(LONG_MS_MIN, LONG_MS_MAX)),
  ),
  'redis-failover': {
    victim: () => 'redis',
    run: async ({ redisCluster }, _, random) =>
      redisCluster?.failOver(random, random.between(LONG_MS_MIN, LONG_MS_MAX)),
  },
  rebuild: administrative((administration) => administration.rebuild()),
  rollback: administrative((administration) => administration.rollback()),
  'key-rotation': administrative((administration) => administration.rotateKey()),
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** Whether the installation can suffer a fault: a cluster of Redis replaces the single one. */
export const fitsRedis = (name: FaultName, isCluster: boolean): boolean =>
  !name.startsWith('redis-') || (name === 'redis-failover') === isCluster;
