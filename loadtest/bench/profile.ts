/**
 * npm run bench:profile [-- --connections 64 --seconds 10]
 *
 * Where the time of placing an order goes: microseconds of the server's thread an order, by package, from V8's sampling profiler. The profiler
 * slows the server down by about a tenth; the shares are what counts.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { reportProfile } from '../kit/profile.ts';
import { startServices } from '../kit/services.ts';
import { load } from '../kit/http-client.ts';
import { apiKey, placeOrder } from '../kit/order-request.ts';
import { serve } from '../serve.ts';

const { values: options } = parseArgs({
  options: { connections: { type: 'string', default: '64' }, seconds: { type: 'string', default: '10' } },
});
const services = await startServices();
try {
  const { child, port } = await serve(
    [
      '--cpu-prof',
      `--cpu-prof-dir=${join(services.dataDir, 'profile')}`,
      fileURLToPath(new URL('../../main.ts', import.meta.url)),
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
  await reportProfile(join(services.dataDir, 'profile'), rate, seconds);
} finally {
  await services.stop();
}
