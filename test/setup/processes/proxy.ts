/** A real proxy in front of a server, with the settings that ops/proxies/ recommends. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../ops/embedded/free-port.ts';
import { until } from '../shop.ts';

export const PROXIES = {
  nginx: { file: 'nginx.conf', args: (path: string) => ['-c', path, '-g', `daemon off; pid ${path}.pid;`] },
  haproxy: { file: 'haproxy.cfg', args: (path: string) => ['-f', path, '-db'] },
} as const;

export const isInstalled = (name: keyof typeof PROXIES): boolean =>
  spawnSync(name, ['-v'], { stdio: 'ignore' }).error === undefined;

export interface Proxy {
  url: string;
  close: () => Promise<void>;
}

/** @param url of the server behind it */
export async function startProxy(name: keyof typeof PROXIES, url: string): Promise<Proxy> {
  const { file, args } = PROXIES[name];
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), `holdfast-${name}-`));
  const path = join(folder, file);
  const settings = await readFile(new URL(`../../../ops/proxies/${file}`, import.meta.url), 'utf8');
  const here = settings
    .replaceAll('127.0.0.1:8080', new URL(url).host)
    .replaceAll('127.0.0.1:8000', `127.0.0.1:${port}`);
  await writeFile(path, here);
  const child: ChildProcess = spawn(name, args(path), { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${output}`);
    const socket = connect(port, '127.0.0.1');
    const isThere = once(socket, 'connect').then(
      () => true,
      () => false,
    );
    return isThere.finally(() => socket.destroy());
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
