/**
 * npm run bench:place -- --against COMMIT [--rounds 3 --seconds 4 --connections 64 --personal]
 *
 * Compares this checkout with another commit; each side has its own Postgres and Redis. With
 * --personal, this side seals personal data.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Side, compare } from '../kit/interleaved.ts';
import { startServices } from '../kit/services.ts';
import { placeOrder } from '../kit/order-request.ts';
import { serveHoldfast } from '../serve.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Options {
  commit: string;
  rounds: number;
  roundMs: number;
  connections: number;
  isPersonal: boolean;
}

export async function benchAgainst({
  commit,
  rounds,
  roundMs,
  connections,
  isPersonal,
}: Options): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-against-'));
  const other = join(folder, 'checkout');
  execFileSync('git', ['worktree', 'add', '--detach', other, commit], { cwd: root, stdio: 'ignore' });
  // Both sides use the dependencies of this checkout: only the code differs.
  await symlink(join(root, 'node_modules'), join(other, 'node_modules'));
  const stops: (() => Promise<void> | void)[] = [];
  try {
    const [here, there] = [await start('here', root, stops, isPersonal), await start(commit, other, stops)];
    await compare([here, there], { rounds, roundMs, connections });
  } finally {
    for (const stop of stops.toReversed()) await stop();
    execFileSync('git', ['worktree', 'remove', '--force', other], { cwd: root, stdio: 'ignore' });
    await rm(folder, { recursive: true, force: true });
  }
}

async function start(
  name: string,
  checkout: string,
  stops: (() => Promise<void> | void)[],
  isPersonal = false,
): Promise<Side> {
  const env: Record<string, string> = isPersonal
    ? { HOLDFAST_PERSONAL_KEY: randomBytes(32).toString('base64') }
    : {};
  const services = await startServices();
  stops.push(services.stop);
  const { child, port } = await serveHoldfast({ ...services, main: join(checkout, 'main.ts'), env });
  stops.push(() => void child.kill('SIGKILL'));
  const target = { host: '127.0.0.1', port, request: placeOrder };
  return { name, target, pid: String(child.pid), databaseUrl: services.databaseUrl };
}
