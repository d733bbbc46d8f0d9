/**
 * npm run bench:profile [-- --connections 64 --seconds 10]
 *
 * Profiles the server while orders are placed: microseconds of its main thread an order, by
 * package. The profiler slows the server by about a tenth: compare shares.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reportProfile } from '../kit/profile.ts';
import { startServices } from '../kit/services.ts';
import { load } from '../kit/http/http-client.ts';
import { placeOrder } from '../kit/order-request.ts';
import { serveHoldfast } from '../serve.ts';

const { values: options } = parseArgs({
  options: { connections: { type: 'string', default: '64' }, seconds: { type: 'string', default: '10' } },
});
const WARM_UP_MS = 5_000;
const services = await startServices();
try {
  const { child, port } = await serveHoldfast({
    ...services,
    nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${join(services.dataDir, 'profile')}`],
  });
  const target = { host: '127.0.0.1', port, request: placeOrder };
  const seconds = Number(options.seconds);
  await load(target, Number(options.connections), WARM_UP_MS);
  const { rate } = await load(target, Number(options.connections), seconds * 1_000);
  child.kill('SIGTERM');
  await once(child, 'exit');
  await reportProfile(join(services.dataDir, 'profile'), rate, seconds);
} finally {
  await services.stop();
}
