/** Calls the gRPC service: through grpc-js, or frame by frame over HTTP/2. */
import { connect as connectHttp2 } from 'node:http2';
import {
  Client,
  Metadata,
  type ServiceError,
  type StatusObject,
  credentials,
  status as codes,
} from '@grpc/grpc-js';
import type { FrameCall, GrpcCall } from '../case.ts';

/** The messages and the status of a call. */
export interface Called {
  began: number;
  ended: number;
  messages: Buffer[];
  /** `undefined` if the connection broke or the call never ended. */
  status: { code: number; message: string; details: Buffer | undefined } | undefined;
  hang: boolean;
}

const SERVICE = '/holdfast.orders.v1.OrderService/';
const TIMEOUT_MS = 20_000;
const CONNECTIONS_COUNT = 4;
const same = (bytes: Buffer) => bytes;

export interface GrpcCaller {
  call: (planned: GrpcCall, resolve: (bytes: Buffer) => Buffer) => Promise<Called>;
  sendFrames: (planned: FrameCall, resolve: (bytes: Buffer) => Buffer) => Promise<Called>;
  close: () => void;
}

/** @param address `127.0.0.1:50051` */
export function createGrpcCaller(address: string): GrpcCaller {
  const clients = Array.from(
    { length: CONNECTIONS_COUNT },
    () => new Client(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 }),
  );
  let turn = 0;
  return {
    call: (planned, resolve) => call(clients[turn++ % CONNECTIONS_COUNT]!, planned, resolve),
    sendFrames: (planned, resolve) => sendFrames(address, planned, resolve),
    close: () => clients.forEach((client) => client.close()),
  };
}

const text = (resolve: (bytes: Buffer) => Buffer, value: string) =>
  resolve(Buffer.from(value, 'latin1')).toString('latin1');

function call(client: Client, planned: GrpcCall, resolve: (bytes: Buffer) => Buffer): Promise<Called> {
  const { method, deadlineMs, cancelAfterMs } = planned;
  const metadata = new Metadata();
  for (const [name, value] of planned.metadata) metadata.set(name, text(resolve, value));
  const messages = planned.messages.map(resolve);
  const began = performance.now();
  const heard: Buffer[] = [];
  const deadline = new Date(Date.now() + (deadlineMs ?? TIMEOUT_MS));
  return new Promise((done) => {
    const finish = (status: Called['status'], hang = false) =>
      done({ began, ended: performance.now(), messages: heard, status, hang });
    const finished = ({ code, details, metadata: trailers }: StatusObject | ServiceError) => {
      const [bytes] = trailers?.get('grpc-status-details-bin') ?? [];
      const hang = code === codes.DEADLINE_EXCEEDED && deadlineMs === undefined;
      finish({ code, message: details, details: bytes instanceof Buffer ? bytes : undefined }, hang);
    };
    const path = SERVICE + method;
    if (method === 'PlaceOrders') {
      const stream = client.makeBidiStreamRequest(path, same, same, metadata, { deadline });
      stream.on('data', (bytes: Buffer) => heard.push(bytes));
      stream.on('error', () => {});
      stream.on('status', finished);
      for (const bytes of messages) stream.write(bytes);
      if (cancelAfterMs === undefined) stream.end();
      else setTimeout(() => stream.cancel(), cancelAfterMs);
    } else if (method === 'WatchEvents') {
      const stream = client.makeServerStreamRequest(path, same, same, messages[0]!, metadata, { deadline });
      stream.on('data', (bytes: Buffer) => heard.push(bytes));
      stream.on('error', () => {});
      stream.on('status', finished);
      setTimeout(() => stream.cancel(), cancelAfterMs ?? 0);
    } else {
      const one = client.makeUnaryRequest(
        path,
        same,
        same,
        messages[0]!,
        metadata,
        { deadline },
        (error, bytes) => {
          if (bytes) heard.push(bytes);
          if (error) finished(error);
          else finish({ code: codes.OK, message: '', details: undefined });
        },
      );
      if (cancelAfterMs !== undefined) setTimeout(() => one.cancel(), cancelAfterMs);
    }
  });
}

function sendFrames(
  address: string,
  planned: FrameCall,
  resolve: (bytes: Buffer) => Buffer,
): Promise<Called> {
  const began = performance.now();
  const session = connectHttp2(`http://${address}`);
  let content = Buffer.alloc(0);
  let status: Called['status'];
  return new Promise((done) => {
    let isDone = false;
    const finish = (hang = false) => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timeout);
      session.destroy();
      done({ began, ended: performance.now(), messages: unframed(content), status, hang });
    };
    const timeout = setTimeout(() => finish(true), TIMEOUT_MS);
    session.on('error', () => finish());
    session.on('close', () => finish());
    const fields = Object.fromEntries(planned.metadata.map(([name, value]) => [name, text(resolve, value)]));
    const stream = session.request({
      ':method': 'POST',
      ':path': SERVICE + planned.method,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...fields,
    });
    const learn = (trailers: Record<string, unknown>) => {
      if (trailers['grpc-status'] === undefined) return;
      const details = trailers['grpc-status-details-bin'];
      status = {
        code: Number(trailers['grpc-status']),
        message: String(trailers['grpc-message'] ?? ''),
        details: typeof details === 'string' ? Buffer.from(details, 'base64') : undefined,
      };
    };
    stream.on('response', learn);
    stream.on('trailers', learn);
    stream.on('data', (bytes: Buffer) => {
      content = Buffer.concat([content, bytes]);
    });
    stream.on('error', () => finish());
    stream.on('close', () => finish());
    stream.write(resolve(planned.bytes));
    if (planned.end === 'half-close') stream.end();
    else
      setTimeout(() => {
        if (planned.end === 'break') session.destroy();
        else stream.close(8);
      }, planned.afterMs);
  });
}

function unframed(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at + 5 <= bytes.length;) {
    const length = bytes.readUInt32BE(at + 1);
    if (at + 5 + length > bytes.length) break;
    messages.push(bytes.subarray(at + 5, at + 5 + length));
    at += 5 + length;
  }
  return messages;
}
