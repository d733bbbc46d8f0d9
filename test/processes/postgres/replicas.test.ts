/** Lists of a real replica by streaming replication: one that lags, stops, and is back. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { registry } from '../../../platform/metrics.ts';
import { migrate } from '../../../store/migrate.ts';
import { type Shop, anOrder, openShop, until } from '../../setup/shop.ts';
import { type ReplicatedPostgres, openReplicatedPostgres } from '../epochs/replicated-postgres.ts';
import { toolsFolder } from '../stop/backup-page.ts';

const tools = toolsFolder();
const TIMEOUT_MS = 60_000;

(tools === undefined ? describe.skip : describe)('lists of a replica', () => {
  let postgres: ReplicatedPostgres;
  let shop: Shop;
  beforeAll(async () => {
    postgres = await openReplicatedPostgres(tools!);
    await migrate(postgres.url);
    const nothing = async () => {};
    const database = { url: postgres.url, drop: nothing, suspend: nothing, resume: nothing };
    const urls = { DATABASE_URL: postgres.url, HOLDFAST_REPLICA_URLS: postgres.replicaUrl };
    shop = await openShop(urls, Date.now, database);
  }, 120_000);
  afterAll(async () => {
    await shop?.close();
    await postgres?.close();
  });

  const valueOf = async (name: string, wanted: string) => {
    const { values } = (await registry.getMetricsAsJSON()).find((metric) => metric.name === name)!;
    return values.find(({ labels }) => Object.values(labels).includes(wanted))?.value ?? 0;
  };
  const readsOf = (outcome: string) => valueOf('holdfast_replica_reads_total', outcome);
  const isWaiting = async () => {
    const metrics = await registry.getMetricsAsJSON();
    return metrics.find(({ name }) => name === 'holdfast_read_after_waits')?.values[0]?.value === 1;
  };
  const isUsed = async () => (await valueOf('holdfast_replicas', 'used')) === 1;
  const isLeft = async () => (await valueOf('holdfast_replicas', 'left')) === 1;
  const pause = () => postgres.queryReplica('SELECT pg_wal_replay_pause()');
  const resume = () => postgres.queryReplica('SELECT pg_wal_replay_resume()');

  const place = async () => {
    const { status, headers } = await shop.ask('/v1/orders', { body: anOrder() });
    expect(status).toBe(201);
    return Number(headers.get('holdfast-position'));
  };
  const list = async (query = '', readAfter?: number) => {
    const headers = { ...(readAfter !== undefined && { 'Holdfast-Read-After': String(readAfter) }) };
    const { status, json, headers: fields } = await shop.ask(`/v1/orders${query}`, { headers });
    expect([status, json.detail]).toEqual([200, undefined]);
    return {
      position: Number(fields.get('holdfast-position')),
      lag: Number(fields.get('holdfast-lag')),
      cursor: json.next_cursor as string,
    };
  };
  /** Runs while the replica applies nothing, until it shows the wanted; it is left after 5 s. */
  const whilePaused = (shows: () => Promise<boolean>) =>
    until(async () => {
      await until(isUsed, TIMEOUT_MS);
      await pause();
      try {
        return await shows();
      } finally {
        await resume();
      }
    }, TIMEOUT_MS);

  test('it answers only what it has applied', async () => {
    await place();
    await whilePaused(async () => {
      const newest = await place();
      const answered = await readsOf('answered');
      // What the client has seen comes from the primary, and the walk never goes back.
      const first = await list('?order=asc&limit=1', newest);
      expect(first.position).toBeGreaterThanOrEqual(newest);
      const second = await list(`?order=asc&limit=1&cursor=${first.cursor}`);
      expect(second.position).toBeGreaterThanOrEqual(first.position);
      expect(await readsOf('answered')).toBe(answered);
      // A client that has seen nothing gets the older list, with its whole lag.
      const older = await list();
      const isOlder = older.position < newest && (await readsOf('answered')) === answered + 1;
      if (!isOlder) return false;
      let { lag } = older;
      await until(async () => {
        if (await isLeft()) return true;
        ({ lag } = await list());
        return lag > 0;
      });
      expect(await readsOf('behind')).toBeGreaterThanOrEqual(2);
      return lag > 0;
    });
  }, 120_000);

  test('a position that it has applied comes from it', async () => {
    const position = await place();
    await until(async () => {
      const answered = await readsOf('answered');
      expect((await list('', position)).position).toBeGreaterThanOrEqual(position);
      return (await readsOf('answered')) === answered + 1;
    }, TIMEOUT_MS);
  }, 120_000);

  test('the primary waits for what the replica has shown before it', async () => {
    await until(isUsed, TIMEOUT_MS);
    const before = await place();
    const setStandbys = async (names: string) => {
      await postgres.queryPrimary(`ALTER SYSTEM SET synchronous_standby_names = '${names}'`);
      await postgres.queryPrimary('SELECT pg_reload_conf()');
    };
    // The commit waits, and is visible on the replica alone.
    await setStandbys('nobody');
    const placing = shop.ask('/v1/orders', { body: anOrder() });
    const headOf = async (query: typeof postgres.queryReplica) =>
      Number((await query('SELECT position FROM log_heads'))['position']);
    await until(async () => (await headOf(postgres.queryReplica)) > before);
    expect(await headOf(postgres.queryPrimary)).toBe(before);
    await postgres.stopReplica();
    const listing = list('', before + 1);
    await until(isWaiting);
    await setStandbys('');
    expect((await listing).position).toBeGreaterThan(before);
    expect((await placing).status).toBe(201);
    await postgres.startReplica();
  }, 120_000);

  test('it is left when it lags for seconds, and used again when it has caught up', async () => {
    await until(isUsed, TIMEOUT_MS);
    await pause();
    const newest = await place();
    await until(async () => (await list()).position >= newest, TIMEOUT_MS);
    expect(await isLeft()).toBe(true);
    await resume();
    await until(isUsed, TIMEOUT_MS);
  }, 120_000);

  test('its end fails no list, and it is used again when it is back', async () => {
    await until(isUsed, TIMEOUT_MS);
    const position = await place();
    await postgres.stopReplica();
    for (let n = 0; n < 5; n += 1) await list();
    expect((await list('', position)).position).toBeGreaterThanOrEqual(position);
    expect(await isLeft()).toBe(true);
    await postgres.startReplica();
    await until(isUsed, TIMEOUT_MS);
    const answered = await readsOf('answered');
    await list();
    expect(await readsOf('answered')).toBe(answered + 1);
  }, 120_000);
});
