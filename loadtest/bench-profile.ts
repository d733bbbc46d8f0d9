/**
 * npm run bench:profile [-- --connections 64 --seconds 10]
 *
 * Where the time of placing an order goes: microseconds of the server's thread an order, by package, from V8's sampling profiler. The profiler
 * slows the server down by about a tenth; the shares are what counts.
 */
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { startBackingServices } from '../ops/embedded/backing-services.ts';
import { load } from './http-client.ts';
import { apiKey, placeOrder } from './order-request.ts';
import { serve } from './serve.ts';

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string }; children?: number[] }[];
  samples: number[];
  timeDeltas: number[];
}

const { values: options } = parseArgs({
  options: { connections: { type: 'string', default: '64' }, seconds: { type: 'string', default: '10' } },
});
const say = (text: string) => process.stdout.write(`${text}\n`);

const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-profile-'));
await chmod(dataDir, 0o755);
const services = await startBackingServices({
  databaseUrl: undefined,
  redisUrl: undefined,
  dataDir,
  log: pino({ level: 'silent' }),
});
try {
  const { child, port } = await serve(
    [
      '--cpu-prof',
      `--cpu-prof-dir=${join(dataDir, 'profile')}`,
      fileURLToPath(new URL('../main.ts', import.meta.url)),
    ],
    {
      PORT: '0',
      ADMIN_PORT: '0',
      DATABASE_URL: services.databaseUrl,
      REDIS_URL: services.redisUrl,
      HOLDFAST_BOOTSTRAP_KEY: apiKey,
      HOLDFAST_RATE_LIMIT_WRITE: '100000/1',
    },
    /API +http:\/\/localhost:(\d+)/,
  );
  const target = { host: '127.0.0.1', port, request: placeOrder };
  const seconds = Number(options.seconds);
  await load(target, Number(options.connections), 5_000);
  const { rate } = await load(target, Number(options.connections), seconds * 1_000);
  child.kill('SIGTERM');
  await once(child, 'exit');
  const [file = ''] = await readdir(join(dataDir, 'profile'));
  const profile = JSON.parse(await readFile(join(dataDir, 'profile', file), 'utf8')) as Profile;
  report(profile, rate, seconds);
} finally {
  await services.stop();
  await rm(dataDir, { recursive: true, force: true });
}

/** Sums the samples of the measured seconds, which are the last ones before the end. */
function report({ nodes, samples, timeDeltas }: Profile, rate: number, seconds: number): void {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(
    nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)),
  );
  const shares = new Map<string, number>();
  let left = seconds * 1e6;
  for (let index = samples.length - 1; index >= 0 && left > 0; index -= 1) {
    const delta = timeDeltas[index] ?? 0;
    left -= delta;
    const name = ownerOf(samples[index] ?? 0, byId, parents);
    shares.set(name, (shares.get(name) ?? 0) + delta);
  }
  const orders = rate * seconds;
  const idle = shares.get('(idle)') ?? 0;
  const busy = [...shares.values()].reduce((sum, share) => sum + share, 0) - idle;
  say(
    `${rate.toFixed(0)} orders/s, the thread idle for ${((idle / (busy + idle)) * 100).toFixed(0)} %, ${(busy / orders).toFixed(0)} µs an order\n`,
  );
  for (const [name, share] of [...shares]
    .filter(([n]) => n !== '(idle)')
    .sort((a, b) => b[1] - a[1])
    .slice(0, 24)) {
    say(
      `${(share / orders).toFixed(1).padStart(7)} µs  ${((share / busy) * 100).toFixed(1).padStart(5)} %  ${name}`,
    );
  }
}

/** The package, or folder of ours, on whose behalf a sample was taken: Node's own functions count for whoever called them. */
function ownerOf(
  id: number,
  byId: Map<number, Profile['nodes'][number]>,
  parents: Map<number, number>,
): string {
  const own = byId.get(id)?.callFrame.functionName ?? '';
  if (own === '(idle)' || own === '(garbage collector)' || own === '(program)') return own;
  for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
    const { url = '' } = byId.get(at)?.callFrame ?? {};
    if (url === '' || url.startsWith('node:')) continue;
    const packages = url.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/g);
    if (packages) return packages.at(-1)?.slice('node_modules/'.length) ?? url;
    const ours = /\/(api|domain|store|projections)\//.exec(url)?.[1];
    return ours === undefined ? 'holdfast, other' : `holdfast, ${ours}/`;
  }
  return 'node (sockets, HTTP parser, timers)';
}
