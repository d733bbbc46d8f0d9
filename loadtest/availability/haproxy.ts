/** HAProxy on this machine, with a configuration of `deploy/` whose addresses are replaced. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endWithUs } from '../kit/ending.ts';

const DEPLOY = new URL('../../deploy/', import.meta.url);
const START_MS_MAX = 10_000;
const LOOK_MS = 50;

/** HAProxy finds within this time that a node is back: `rise` checks, `inter` apart, and one. */
export const HAPROXY_RISE_MS = 3_000;

export const hasHaproxy = (): boolean =>
  spawnSync('haproxy', ['-v'], { stdio: 'ignore' }).error === undefined;

export interface Haproxy {
  stop: () => Promise<void>;
}

export interface HaproxyOptions {
  /** In `deploy/`. */
  file: string;
  /** Texts of the file by what replaces them. */
  replaced: readonly (readonly [from: string, to: string])[];
  /** Ports on which it listens. */
  ports: readonly number[];
  /** Folder of its configuration and log. */
  folder: string;
}

/** @throws {Error} it does not start: with its output */
export async function startHaproxy({ file, replaced, ports, folder }: HaproxyOptions): Promise<Haproxy> {
  let text = await readFile(new URL(file, DEPLOY), 'utf8');
  for (const [from, to] of replaced) {
    if (!text.includes(from)) throw new Error(`deploy/${file} does not have ${from}`);
    text = text.replaceAll(from, to);
  }
  // Of the example, and not of this run.
  text = text
    .split('\n')
    .filter((line) => !/^ *server .* 10\./.test(line))
    .join('\n');
  const name = file.replaceAll('/', '-');
  const path = join(folder, name);
  await writeFile(path, text);
  const child = endWithUs(spawn('haproxy', ['-f', path, '-db'], { stdio: ['ignore', 'ignore', 'pipe'] }));
  const log = createWriteStream(join(folder, `${name}.log`));
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    output = (output + chunk).slice(-2_000);
    log.write(chunk);
  });
  const deadline = performance.now() + START_MS_MAX;
  for (const port of ports)
    while (!(await accepts(port))) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(`HAProxy does not listen on ${port}: ${output}`);
      await delay(LOOK_MS);
    }
  return {
    async stop() {
      log.end();
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isOpen = once(socket, 'connect').then(
    () => true,
    () => false,
  );
  return isOpen.finally(() => socket.destroy());
}

interface Balanced {
  port: number;
  grpc: string;
  admin: string;
}

/** HAProxy before two or three nodes, as in `deploy/haproxy/`. */
export function balance(
  nodes: readonly Balanced[],
  { port, grpcPort, folder }: { port: number; grpcPort: number; folder: string },
): Promise<Haproxy> {
  const replaced: [string, string][] = [
    ['bind :8000', `bind 127.0.0.1:${port}`],
    ['bind :50051', `bind 127.0.0.1:${grpcPort}`],
  ];
  for (const [n, node] of nodes.entries()) {
    const check = `check port ${new URL(node.admin).port}`;
    const host = `10.0.0.${n + 1}`;
    replaced.push(
      [`${host}:8080 check port 9090`, `127.0.0.1:${node.port} ${check}`],
      [`${host}:50051 proto h2 check port 9090`, `${node.grpc} proto h2 ${check}`],
    );
  }
  return startHaproxy({ file: 'haproxy/haproxy.cfg', replaced, ports: [port, grpcPort], folder });
}
