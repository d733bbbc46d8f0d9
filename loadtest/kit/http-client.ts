/**
 * The cheapest honest HTTP/1.1 client: a load generator must not be what is measured. Keep-alive connections, one request at a
 * time on each (a closed loop), bytes built once, answers read by status and Content-Length.
 */
import { type Socket, connect } from 'node:net';

export interface Target {
  host: string;
  port: number;
  /** The bytes of the next request. */
  request: () => string;
}

export interface Result {
  /** Answers a second. */
  rate: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  statuses: Record<string, number>;
}

/** Sends requests over `connections` for so many ms. */
export async function load(
  { host, port, request }: Target,
  connections: number,
  ms: number,
): Promise<Result> {
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const started = performance.now();
  const end = started + ms;

  await Promise.all(
    Array.from({ length: connections }, () => {
      const done = Promise.withResolvers<void>();
      const socket = connect(port, host);
      socket.setNoDelay(true);
      let sent = 0;
      const send = () => {
        if (performance.now() >= end) {
          socket.destroy();
          done.resolve();
          return;
        }
        sent = performance.now();
        socket.write(request());
      };
      socket.on('connect', send);
      socket.on('error', done.reject);
      onAnswers(socket, (status) => {
        latencies.push(performance.now() - sent);
        statuses[status] = (statuses[status] ?? 0) + 1;
        send();
      });
      return done.promise;
    }),
  );
  const seconds = (performance.now() - started) / 1_000;
  latencies.sort((a, b) => a - b);
  const quantile = (q: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? Number.NaN;
  return { rate: latencies.length / seconds, p50: quantile(0.5), p99: quantile(0.99), statuses };
}

function onAnswers(socket: Socket, onAnswer: (status: string) => void): void {
  let buffered = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    buffered += chunk;
    const headersEnd = buffered.indexOf('\r\n\r\n');
    if (headersEnd < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(buffered)?.[1] ?? 0);
    if (buffered.length < headersEnd + 4 + length) return;
    const status = buffered.slice(9, 12);
    buffered = '';
    onAnswer(status);
  });
}
