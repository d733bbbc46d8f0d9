/** Runs the actions of a lane on a connection of its own. */
import { type Socket, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { HttpLane } from '../case.ts';
import { type Answer, createAnswerReader } from './answers.ts';

export interface Heard {
  /** `performance.now()` of the start, of each request sent, and of each complete answer. */
  began: number;
  sentAt: number[];
  times: number[];
  answers: Answer[];
  interim: number[];
  /** Who closed the connection: the server by FIN or RST, or this client; or nobody in time. */
  ending: 'ended' | 'reset' | 'ours' | 'hang';
  /** Bytes after the last answer that do not parse. */
  rest: Buffer;
}

export interface Endpoint {
  host: string;
  port: number;
}

/** A lane that is done listens this much longer, for bytes that should not come. */
const LISTEN_ON_MS = 3;
/** The server must close within this time after the client has closed its half. */
const CLOSE_MS = 10_000;

type Cuts = Pick<Extract<HttpLane['actions'][number], { do: 'send' }>, 'cuts' | 'upTo'>;

/** Resets a connection. libuv cannot reset after a shutdown, and would leak the socket. */
const breakOff = (socket: Socket) => (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy());

/**
 * @param resolve replaces the tokens in the planned bytes
 * @param onAnswer called with each answer before the next request is sent
 */
export async function runHttpLane(
  lane: HttpLane,
  { host, port }: Endpoint,
  resolve: (bytes: Buffer) => Buffer,
  onAnswer: (answer: Answer) => void,
): Promise<Heard> {
  const reader = createAnswerReader((n) => lane.requests[n]?.method === 'HEAD');
  const times: number[] = [];
  let state = 'open' as 'open' | 'ended' | 'reset' | 'ours';
  let isConnected = false;
  const sentAt: number[] = [];
  let wake: (() => void) | undefined;
  const tell = () => wake?.();
  const note = () => {
    while (times.length < reader.answers.length) {
      onAnswer(reader.answers[times.length]!);
      times.push(performance.now());
    }
    tell();
  };
  const socket: Socket = connect({ port, host, allowHalfOpen: true });
  socket.setNoDelay(true);
  socket.on('connect', () => {
    isConnected = true;
    tell();
  });
  socket.on('drain', tell);
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
    tell();
  });
  socket.on('close', () => {
    if (state === 'open') state = 'reset';
    tell();
  });

  const began = performance.now();
  /** @returns whether it came about in time */
  async function until(condition: () => boolean, withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    while (!condition()) {
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await new Promise<void>((done) => {
        const timer = setTimeout(done, left);
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

  /** @returns whether the server took the bytes in time */
  async function deliver(bytes: Buffer, { cuts = [], upTo = 1 }: Cuts): Promise<boolean> {
    // At least one byte stays unsent.
    const whole = bytes.subarray(0, upTo < 1 ? Math.floor(bytes.length * upTo) : bytes.length);
    let from = 0;
    for (const { at, pauseMs } of [...cuts, { at: 1, pauseMs: 0 }]) {
      const to = Math.min(whole.length, Math.ceil(whole.length * at));
      if (to > from && isWritable()) socket.write(whole.subarray(from, to));
      from = Math.max(from, to);
      if (!(await until(() => !socket.writableNeedDrain || gone(), lane.patienceMs))) return false;
      if (pauseMs > 0) await until(gone, pauseMs);
    }
    return true;
  }

  let hang = !(await until(() => isConnected || gone(), lane.patienceMs));
  let isRefused = false;
  for (const action of lane.actions) {
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
        hang = !(await until(() => reader.answers.length >= action.answers || gone(), lane.patienceMs));
        break;
      case 'await-continue':
        await until(() => reader.interim.length > 0 || reader.answers.length > 0 || gone(), lane.patienceMs);
        // A client that gets a final answer sends no body.
        isRefused = reader.interim.length === 0 && reader.answers.length > 0;
        break;
      case 'deaf':
        socket.pause();
        break;
      case 'listen':
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
        hang = !(await until(gone, lane.patienceMs));
        break;
    }
  }
  // After FIN the server must close. Without FIN, wait for bytes that should not come.
  if (!hang && state === 'open') await until(gone, socket.writableEnded ? CLOSE_MS : LISTEN_ON_MS);
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
