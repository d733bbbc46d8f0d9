/** Faults of a Redis Cluster under load; a second one with `REDIS_FAULTS=all`. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RedisCluster, startRedisCluster } from '../../../ops/embedded/redis/redis-cluster.ts';
import { until } from '../../setup/shop.ts';
import { type Fault, type FaultScene, openFaultScene } from './fault-scene.ts';

const isAll = process.env['REDIS_FAULTS'] === 'all';
let scene: FaultScene;
let cluster: RedisCluster;
beforeAll(async () => {
  scene = await openFaultScene();
  cluster = await startRedisCluster(scene.folder);
  await scene.start(cluster.url);
}, 90_000);
afterAll(async () => {
  await scene.close();
  await cluster.stop();
});

const isPrimary = async (port: number) =>
  String(await cluster.ask(port, 'ROLE').catch(() => '')).startsWith('master');

/** The primary that has the queue, and its replica. */
async function nodesOfQueue(): Promise<{ primary: number; replica: number }> {
  for (const port of cluster.nodes.keys()) {
    if (!(await isPrimary(port))) continue;
    const keys = (await cluster.ask(port, 'KEYS', '{holdfast-*}*')) as string[];
    if (keys.length === 0) continue;
    const id = String(await cluster.ask(port, 'CLUSTER', 'MYID'));
    const replicas = String(await cluster.ask(port, 'CLUSTER', 'REPLICAS', id));
    return { primary: port, replica: Number(/:(\d+)@/.exec(replicas)?.[1]) };
  }
  throw new Error('no node of the cluster has the queue');
}

const FAULTS: Record<string, Fault> = {
  'cluster: CLUSTER FAILOVER': async () => {
    const { replica } = await nodesOfQueue();
    await cluster.ask(replica, 'CLUSTER', 'FAILOVER');
    return () => until(() => isPrimary(replica));
  },
  'cluster: the primary of the queue is killed': async () => {
    const { primary, replica } = await nodesOfQueue();
    cluster.nodes.get(primary)!.kill('SIGKILL');
    return () => until(() => isPrimary(replica), 20_000);
  },
};

test.each(Object.keys(FAULTS).slice(0, isAll ? 2 : 1))(
  '%s',
  async (name) => {
    const row = await scene.breakUnderLoad(name, FAULTS[name]!);
    expect(row).toContain(name);
    if (isAll) process.stderr.write(`${row}\n`);
  },
  120_000,
);
