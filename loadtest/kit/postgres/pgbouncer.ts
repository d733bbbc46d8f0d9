/** Debian's PgBouncer in front of a Postgres. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../ops/embedded/free-port.ts';
import { SESSION_LIMITS_MS } from '../../../store/pool.ts';
import { sessionSettings } from '../../../store/session.ts';
import { connected } from './connected.ts';

/** SQLSTATE of a setting that this version of Postgres does not know. */
const UNKNOWN_SETTING = '42704';

export const isPgBouncerInstalled = (): boolean =>
  spawnSync('pgbouncer', ['--version'], { stdio: 'ignore' }).error === undefined;

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export interface PgBouncer {
  /** The same database through the pooler, as the role of {@link startPgBouncer}. */
  urlOf: (databaseUrl: string) => string;
  stop: () => Promise<void>;
}

/** Gives the role of a URL what Holdfast does not set through a pooler in transaction mode. */
export const setRole = (serverUrl: string): Promise<void> =>
  connected(serverUrl, async (client) => {
    for (const [name, value] of Object.entries({ ...sessionSettings(), ...SESSION_LIMITS_MS }))
      await client
        .query(`ALTER ROLE CURRENT_USER SET ${name} = ${name === 'search_path' ? value : `'${value}'`}`)
        .catch((error: Error & { code?: string }) => {
          if (error.code !== UNKNOWN_SETTING) throw error;
        });
  });

/** Starts PgBouncer for all databases of the server of a URL. */
export async function startPgBouncer(serverUrl: string, mode: 'session' | 'transaction'): Promise<PgBouncer> {
  const { hostname, port, username, password } = new URL(serverUrl);
  const own = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-pgbouncer-'));
  await chmod(folder, 0o755);
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=${hostname} port=${port} user=${username} password='${decodeURIComponent(password)}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = 40
max_client_conn = 1000
server_login_retry = 1
`,
  );
  // PgBouncer refuses to run as root.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const child = spawn('pgbouncer', [join(folder, 'pgbouncer.ini')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...nobody,
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  while (!(await accepts(own))) {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended with ${child.exitCode}: ${output}`);
    await delay(10);
  }
  return {
    urlOf: (databaseUrl) => `postgres://${username}@127.0.0.1:${own}${new URL(databaseUrl).pathname}`,
    async stop() {
      if (child.exitCode === null) {
        const ending = once(child, 'exit');
        child.kill('SIGTERM');
        await ending;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
