/**
 * A closed loop of keep-alive connections with one request in flight each. It must cost little: a
 * load generator must not be the bottleneck. The bytes of a request are built once.
 */
import { connect } from 'node:net';
import { quantile } from '../open-loop.ts';
import { readResponses } from './response-reader.ts';

export interface Target {
  host: string;
  port: number;
  /** The bytes of the next request. */
  request: () => string;
}

export interface Result {
  /** Responses a second. */
  rate: number;
  /** Latencies in ms. */
  p50: number;
  p99: number;
  statuses: Record<string, number>;
}

/** Sends requests over a number of connections for a time. */
export async function load(
  { host, port, request }: Target,
  connections: number,
  durationMs: number,
): Promise<Result> {
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const started = performance.now();
  const end = started + durationMs;

  await Promise.all(
    Array.from({ length: connections }, () => {
      const done = Promise.withResolvers<void>();
      const socket = connect(port, host);
      socket.setNoDelay(true);
      let sentAt = 0;
      const send = () => {
        if (performance.now() >= end) {
          socket.destroy();
          done.resolve();
          return;
        }
        sentAt = performance.now();
        socket.write(request());
      };
      socket.on('connect', send);
      socket.on('error', done.reject);
      readResponses(socket, ({ status }) => {
        latencies.push(performance.now() - sentAt);
        statuses[status] = (statuses[status] ?? 0) + 1;
        send();
      });
      return done.promise;
    }),
  );
  const seconds = (performance.now() - started) / 1_000;
  return {
    rate: latencies.length / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    statuses,
  };
}
