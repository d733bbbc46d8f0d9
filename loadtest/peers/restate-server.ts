/** Restate's server from npm, with its defaults: it syncs its log to the disk. */
import { type ChildProcess, spawn } from 'node:child_process';
import { arch, platform } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../ops/embedded/free-port.ts';
import { endWithUs } from '../kit/ending.ts';

const START_MS_MAX = 30_000;
const ATTEMPT_DELAY_MS = 200;

/** Starts the server, and registers the service of a port with it. */
export async function startRestate(
  folder: string,
  servicePort: number,
): Promise<{ child: ChildProcess; ingressPort: number }> {
  const [ingressPort, adminPort, nodePort] = [await freePort(), await freePort(), await freePort()];
  const binary = fileURLToPath(
    new URL(
      `installed/node_modules/@restatedev/restate-server-${platform()}-${arch()}/bin/restate-server`,
      import.meta.url,
    ),
  );
  // It may use both cores: that of the service, and that of Postgres.
  const isLinux = platform() === 'linux';
  const command = isLinux ? ['taskset', '-c', '0,1', binary] : [binary];
  const child = endWithUs(
    spawn(command[0]!, [...command.slice(1), '--no-logo'], {
      env: {
        ...process.env,
        RESTATE_BASE_DIR: folder,
        RESTATE_BIND_PORT: String(nodePort),
        RESTATE_LISTEN_MODE: 'tcp',
        RESTATE_BIND_IP: '127.0.0.1',
        RESTATE_ADVERTISED_HOST: '127.0.0.1',
        RESTATE_INGRESS__BIND_PORT: String(ingressPort),
        RESTATE_ADMIN__BIND_PORT: String(adminPort),
        RESTATE_DISABLE_TELEMETRY: 'true',
        RESTATE_LOG_FILTER: 'off',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
  const end = performance.now() + START_MS_MAX;
  const register = () =>
    fetch(`http://127.0.0.1:${adminPort}/deployments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ uri: `http://127.0.0.1:${servicePort}` }),
    }).catch(() => undefined);
  for (;;) {
    const response = await register();
    if (response?.ok) return { child, ingressPort };
    if (performance.now() > end || child.exitCode !== null)
      throw new Error(`Restate did not start: ${response?.status} ${await response?.text()}`);
    await delay(ATTEMPT_DELAY_MS);
  }
}
