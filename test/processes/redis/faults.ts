/** What happens to a Redis, by name. */
import type { Fault } from './fault-scene.ts';
import { type RedisPair, replicate } from './redis-pair.ts';

type FaultOfPair = (pair: RedisPair) => ReturnType<Fault>;

const ALL_KEYS = ['KEYS', '{holdfast-*}:webhooks:meta'] as const;

/** The second server becomes the primary, and the address leads to it; at the end back again. */
const failover: FaultOfPair = async ({ address, servers }) => {
  const [first, second] = servers;
  await replicate(servers);
  await second.ask('REPLICAOF', 'NO', 'ONE');
  await first.ask('REPLICAOF', '127.0.0.1', second.port);
  address.moveTo(second.port);
  return async () => {
    servers.reverse();
  };
};

export const FAULTS: Record<string, FaultOfPair> = {
  failover,
  'a replica that refuses writes': async ({ servers: [first, second] }) => {
    await second.ask('REPLICAOF', 'NO', 'ONE');
    await first.ask('REPLICAOF', '127.0.0.1', second.port);
    return () => first.ask('REPLICAOF', 'NO', 'ONE');
  },
  'a machine that vanishes without a word': async ({ address, servers }) => {
    await servers[1].ask('REPLICAOF', 'NO', 'ONE');
    address.moveTo(servers[1].port);
    address.silence();
    return async () => {
      servers.reverse();
    };
  },
  killed: ({ killFirst }) => killFirst(),
  FLUSHALL: async ({ servers: [first] }) => {
    await first.ask('FLUSHALL');
    return () => first.ask('FLUSHALL');
  },
  'SCRIPT FLUSH': async ({ servers: [first] }) => {
    await first.ask('SCRIPT', 'FLUSH');
    return () => first.ask('SCRIPT', 'FLUSH');
  },
  'without enough replicas': async ({ servers: [first] }) => {
    await first.ask('CONFIG', 'SET', 'min-replicas-to-write', '1');
    return () => first.ask('CONFIG', 'SET', 'min-replicas-to-write', '0');
  },
  full: async ({ servers: [first] }) => {
    await first.ask('CONFIG', 'SET', 'maxmemory', '1mb');
    return () => first.ask('CONFIG', 'SET', 'maxmemory', '0');
  },
  paused: async ({ servers: [first] }) => {
    await first.ask('CLIENT', 'PAUSE', '6000', 'ALL');
    return async () => {}; // no command ends it
  },
  'paused for writes': async ({ servers: [first] }) => {
    await first.ask('CLIENT', 'PAUSE', '60000', 'WRITE');
    return () => first.ask('CLIENT', 'UNPAUSE');
  },
  suspended: async ({ servers: [first] }) => {
    process.kill(first.pid, 'SIGSTOP');
    return async () => process.kill(first.pid, 'SIGCONT');
  },
  slow: async ({ address }) => {
    address.delayBy(400);
    return async () => address.delayBy(0);
  },
  'a queue that gives no jobs': async ({ servers: [first] }) => {
    const keys = (await first.ask(...ALL_KEYS)) as string[];
    for (const key of keys) await first.ask('HSET', key, 'paused', '1');
    return () => Promise.all(keys.map((key) => first.ask('HDEL', key, 'paused')));
  },
  'jobs that no list holds': async ({ servers: [first] }) => {
    const keys = (await first.ask(...ALL_KEYS)) as string[];
    const lose = async () => {
      for (const key of keys)
        await first.ask('DEL', key.replace('meta', 'wait'), key.replace('meta', 'active'));
    };
    const losing = setInterval(() => void lose(), 50);
    return async () => clearInterval(losing);
  },
};
