/** Runs the script of one HTTP connection. */
import { type Socket, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { HttpConnection } from '../case.ts';
import { type Response, createResponseReader } from './responses.ts';

export interface Heard {
  /** `performance.now()` of the start, of each request and of each complete response. */
  began: number;
  sentAt: number[];
  times: number[];
  answers: Response[];
  interim: number[];
  /** The end: by FIN or RST of the server, by this client, or none in time. */
  ending: 'ended' | 'reset' | 'ours' | 'hang';
  /** Bytes after the last response that do not parse. */
  rest: Buffer;
}

export interface Endpoint {
  host: string;
  port: number;
}

/** After the last action, the client listens this long for surplus bytes. */
const LISTEN_MS = 3;
/** The server must close within this time after the client has closed its half. */
const CLOSE_TIMEOUT_MS = 10_000;

type Cuts = Pick<Extract<HttpConnection['actions'][number], { do: 'send' }>, 'cuts' | 'upTo'>;

/** Resets a connection. libuv cannot reset after a shutdown, and would leak the socket. */
const breakOff = (socket: Socket) => (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy());

/**
 * @param resolve replaces the tokens in the planned bytes
 * @param onAnswer called for each response before the next request is sent
 */
export async function runHttpConnection(
  connection: HttpConnection,
  { host, port }: Endpoint,
  resolve: (bytes: Buffer) => Buffer,
  onAnswer: (answer: Response) => void,
): Promise<Heard> {
  const reader = createResponseReader((n) => connection.requests[n]?.method === 'HEAD');
  const times: number[] = [];
  let state = 'open' as 'open' | 'ended' | 'reset' | 'ours';
  let isConnected = false;
  const sentAt: number[] = [];
  let wake: (() => void) | undefined;
  const notify = () => wake?.();
  const note = () => {
    while (times.length < reader.answers.length) {
      onAnswer(reader.answers[times.length]!);
      times.push(performance.now());
    }
    notify();
  };
  const socket: Socket = connect({ port, host, allowHalfOpen: true });
  socket.setNoDelay(true);
  socket.on('connect', () => {
    isConnected = true;
    notify();
  });
  socket.on('drain', notify);
  socket.on('data', (bytes: Buffer) => {
    reader.take(bytes);
    note();
  });
  socket.on('end', () => {
    if (state === 'open') state = 'ended';
    reader.end();
    note();
  });
  socket.on('error', () => {
    if (state === 'open') state = 'reset';
    notify();
  });
  socket.on('close', () => {
    if (state === 'open') state = 'reset';
    notify();
  });

  const began = performance.now();
  /** @returns whether the condition held in time */
  async function until(condition: () => boolean, withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    while (!condition()) {
      const remainingMs = deadline - performance.now();
      if (remainingMs <= 0) return false;
      await new Promise<void>((done) => {
        const timer = setTimeout(done, remainingMs);
        wake = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
    return true;
  }
  const gone = () => state !== 'open';
  const isWritable = () => socket.writable && state === 'open';

  /** @returns whether the server read the bytes in time */
  async function deliver(bytes: Buffer, { cuts = [], upTo = 1 }: Cuts): Promise<boolean> {
    // At least one byte stays unsent.
    const whole = bytes.subarray(0, upTo < 1 ? Math.floor(bytes.length * upTo) : bytes.length);
    let from = 0;
    for (const { at, pauseMs } of [...cuts, { at: 1, pauseMs: 0 }]) {
      const to = Math.min(whole.length, Math.ceil(whole.length * at));
      if (to > from && isWritable()) socket.write(whole.subarray(from, to));
      from = Math.max(from, to);
      if (!(await until(() => !socket.writableNeedDrain || gone(), connection.timeoutMs))) return false;
      if (pauseMs > 0) await until(gone, pauseMs);
    }
    return true;
  }

  let hang = !(await until(() => isConnected || gone(), connection.timeoutMs));
  let isRefused = false;
  for (const action of connection.actions) {
    if (hang || isRefused || state === 'reset') break;
    switch (action.do) {
      case 'send':
        if (isWritable()) {
          while (sentAt.length < action.requests) sentAt.push(performance.now());
          hang = !(await deliver(resolve(action.bytes), action));
        }
        break;
      case 'pause':
        await delay(action.ms);
        break;
      case 'await':
        hang = !(await until(() => reader.answers.length >= action.answers || gone(), connection.timeoutMs));
        break;
      case 'await-continue':
        await until(
          () => reader.interim.length > 0 || reader.answers.length > 0 || gone(),
          connection.timeoutMs,
        );
        // After a final response, the client sends no body.
        isRefused = reader.interim.length === 0 && reader.answers.length > 0;
        break;
      case 'stop-reading':
        socket.pause();
        break;
      case 'read':
        socket.resume();
        break;
      case 'fin':
        if (isWritable()) socket.end();
        break;
      case 'reset':
        if (state === 'open') state = 'ours';
        breakOff(socket);
        break;
      case 'await-end':
        hang = !(await until(gone, connection.timeoutMs));
        break;
    }
  }
  // After FIN the server must close. Without FIN, wait for surplus bytes.
  if (!hang && state === 'open') await until(gone, socket.writableEnded ? CLOSE_TIMEOUT_MS : LISTEN_MS);
  if (!hang && state === 'open' && socket.writableEnded) hang = true;
  const ending = hang ? 'hang' : state === 'open' ? 'ours' : state;
  const rest = Buffer.from(reader.rest());
  socket.removeAllListeners('data');
  breakOff(socket);
  return {
    began,
    sentAt,
    times,
    answers: reader.answers,
    interim: reader.interim,
    ending,
    rest,
  };
}
