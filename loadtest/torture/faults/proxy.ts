/** A TCP proxy whose connections can be silenced, delayed, trickled, reset, and cut. */
import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Decides about a connection by its bytes. */
export interface Inspector {
  toServer: (chunk: Buffer) => void;
  /** @returns whether the connection must be cut now: this chunk is not delivered */
  toClient: (chunk: Buffer) => boolean;
}

export interface Proxy {
  port: number;
  /** Later connections lead to another port of the host. The present ones stay where they are. */
  leadTo: (port: number) => void;
  /** Connections that exist now fall silent, in both directions; new ones work. */
  silence: () => void;
  /** Ends a silence: what was held is delivered. */
  speak: () => void;
  /** Connections that exist now stay silent for ever, as if their host had vanished. */
  vanish: () => void;
  /** Each chunk to the client waits for so long. 0: no delay. */
  delayAnswers: (ms: number) => void;
  /** Chunks to the client arrive in pieces of so many bytes, one a millisecond. 0: whole. */
  trickle: (bytes: number) => void;
  /** Resets all connections. @returns their number */
  reset: () => number;
  /** New connections are refused. */
  refuse: (isRefusing: boolean) => void;
  close: () => void;
}

interface Line {
  near: Socket;
  far: Socket;
  isSilent: boolean;
  isGone: boolean;
}

/** @param inspect makes the inspector of a new connection */
export async function openProxy(
  target: { host: string; port: number },
  inspect?: () => Inspector,
): Promise<Proxy> {
  const lines = new Set<Line>();
  let targetPort = target.port;
  let [answerDelayMs, pieceBytes] = [0, 0];
  let isRefusing = false;

  const server = createServer((near) => {
    if (isRefusing) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(targetPort, target.host);
    const line: Line = { near, far, isSilent: false, isGone: false };
    lines.add(line);
    const end = () => {
      if (!lines.delete(line)) return;
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.setNoDelay(true).on('error', end).on('close', end);
    const inspector = inspect?.();
    const awake = async () => {
      while (line.isSilent && lines.has(line)) await delay(20);
    };
    passOn(near, async (chunk) => {
      await awake();
      inspector?.toServer(chunk);
      far.write(chunk);
    });
    passOn(far, async (chunk) => {
      await awake();
      if (inspector?.toClient(chunk)) {
        near.resetAndDestroy();
        end();
        return;
      }
      if (answerDelayMs > 0) await delay(answerDelayMs);
      const piece = pieceBytes || chunk.length;
      for (let at = 0; at < chunk.length && lines.has(line); at += piece) {
        if (at > 0) await delay(1);
        near.write(chunk.subarray(at, at + piece));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    leadTo(port) {
      targetPort = port;
    },
    silence() {
      for (const line of lines) line.isSilent = true;
    },
    speak() {
      for (const line of lines) line.isSilent = line.isGone;
    },
    vanish() {
      for (const line of lines) line.isSilent = line.isGone = true;
    },
    delayAnswers(ms) {
      answerDelayMs = ms;
    },
    trickle(bytes) {
      pieceBytes = bytes;
    },
    reset() {
      const count = lines.size;
      for (const { near, far } of lines) {
        near.resetAndDestroy();
        far.destroy();
      }
      return count;
    },
    refuse(refusing) {
      isRefusing = refusing;
    },
    close() {
      server.close();
      for (const { near, far } of lines) {
        near.destroy();
        far.destroy();
      }
    },
  };
}

/** Handles the chunks of a socket one after the other, and its end after the last one. */
function passOn(from: Socket, handle: (chunk: Buffer) => Promise<void>): void {
  let before = Promise.resolve();
  from.on('data', (chunk: Buffer) => {
    from.pause();
    before = handle(chunk).finally(() => from.resume());
  });
  from.on('end', () => void before.then(() => from.destroy()));
}
