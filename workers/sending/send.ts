/**
 * One attempt of a delivery: a POST, and the receiver's status or the reason why there is none. The
 * status line decides the outcome, whatever becomes of the rest of the response.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Socket, isIP } from 'node:net';
import { AddressRefusedError } from './addresses.ts';
import type { EndpointConnections } from './connections.ts';
import { NameNotResolvedError } from './name-resolver.ts';
import { StatusLine } from './status-line.ts';

/** Name, connection, TLS, request and status line together. */
export const ATTEMPT_TIMEOUT_MS = 15_000;
/** After the status line, the rest of the response has this long. */
const REST_TIMEOUT_MS = 2_000;
/** A longer body is cut off here, and its connection closed. */
const ANSWER_READ_BYTES_MAX = 64 * 1_024;
/** Of the body, this much is stored with the attempt. */
const ANSWER_KEPT_BYTES_MAX = 1_024;

/** Why an attempt failed: a fixed set, because it is a metric label. */
export const ATTEMPT_ERRORS = [
  'name_not_resolved',
  'address_refused',
  'connection_refused',
  'connection_failed',
  'tls_failed',
  'connection_closed',
  'invalid_response',
  'timeout',
  'not_2xx',
] as const;
export type AttemptError = (typeof ATTEMPT_ERRORS)[number];

export interface Reply {
  /** HTTP status; `undefined` without a complete status line. */
  status?: number | undefined;
  error?: AttemptError | undefined;
  /** The first bytes of the body as text, with spaces for control characters. */
  answer: string;
  /** Seconds of the response's `Retry-After`. */
  retryAfter?: number | undefined;
}

interface Content {
  headers: Record<string, string>;
  body: string;
}

interface Message extends Content {
  timeoutMs?: number;
  /** Ends the attempt when aborted. */
  cut?: AbortSignal | undefined;
}

/** Sends a message. Never throws. Follows no redirect: its target was not checked. */
export async function send(
  connections: EndpointConnections,
  url: string,
  { headers, body, timeoutMs = ATTEMPT_TIMEOUT_MS, cut }: Message,
): Promise<Reply> {
  let exchange: Exchange | undefined;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    exchange?.end('timeout');
  }, timeoutMs);
  const stop = () => exchange?.end('connection_closed');
  const stops = cut && stopsOf(cut);
  stops?.add(stop);
  try {
    do {
      exchange = new Exchange(connections, url, { headers, body });
      if (cut?.aborted) stop();
      await exchange.ended;
    } while (exchange.isStale && !isLate && !cut?.aborted);
    return exchange.reply;
  } finally {
    clearTimeout(timer);
    stops?.delete(stop);
  }
}

const stopsBySignal = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Called when the signal aborts. One listener for all attempts: a signal searches its listeners at
 * each addition, which took 9 µs with 200 attempts.
 */
function stopsOf(signal: AbortSignal): Set<() => void> {
  const known = stopsBySignal.get(signal);
  if (known !== undefined) return known;
  const stops = new Set<() => void>();
  stopsBySignal.set(signal, stops);
  const stopAll = () => {
    for (const stop of stops) stop();
  };
  signal.addEventListener('abort', stopAll, { once: true });
  return stops;
}

type Phase = 'name' | 'connection' | 'tls' | 'response';

/** A request on one connection, and its response. */
class Exchange {
  /** Resolves when the response is complete, or when nothing more of it is awaited. */
  readonly ended: Promise<void>;
  readonly #settled = Promise.withResolvers<void>();
  readonly #statusLine = new StatusLine();
  readonly #body: Buffer[] = [];
  #bodyBytes = 0;
  #request: ClientRequest | undefined;
  #response: IncomingMessage | undefined;
  #restTimer: NodeJS.Timeout | undefined;
  /** What the exchange waits for. */
  #phase: Phase = 'name';
  #error: AttemptError | undefined;
  #hasEnded = false;

  constructor(connections: EndpointConnections, url: string, { headers, body }: Content) {
    this.ended = this.#settled.promise;
    const bytes = Buffer.from(body); // as a text, Node would encode it together with the head
    const fields = { ...headers, 'Content-Length': String(bytes.length) };
    try {
      this.#request = connections.request(url, { method: 'POST', headers: Object.entries(fields).flat() });
    } catch (error) {
      this.end(errorOf(error, this.#phase));
      return;
    }
    this.#request
      .on('socket', (socket) => this.#watch(socket))
      .on('response', (response) => this.#collect(response))
      .on('upgrade', (_response, socket) => {
        socket.destroy();
        this.end();
      })
      .on('error', (error) => this.end(errorOf(error, this.#phase)))
      .on('close', () => this.end('connection_closed'))
      .end(bytes);
  }

  /** Whether the receiver had closed the idle connection that was to carry the request. */
  get isStale(): boolean {
    const { reusedSocket = false } = this.#request ?? {};
    return reusedSocket && this.#statusLine.bytes === 0 && this.#error === 'connection_closed';
  }

  get reply(): Reply {
    const { status } = this.#statusLine;
    if (status === undefined) return { error: this.#error ?? 'invalid_response', answer: '' };
    const text = Buffer.concat(this.#body).subarray(0, ANSWER_KEPT_BYTES_MAX).toString('utf8');
    return {
      status,
      answer: text.replaceAll(/\p{Cc}/gu, ' ').slice(0, ANSWER_KEPT_BYTES_MAX),
      retryAfter: retryAfterOf(this.#response?.headers['retry-after']),
      ...((status < 200 || status > 299) && { error: 'not_2xx' }),
    };
  }

  /** Ends the exchange: closes its connection, except after a complete response. */
  end(error?: AttemptError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    while (error !== undefined && this.#response?.read()); // emits what has arrived of the body
    this.#error = error === 'timeout' && this.#phase === 'name' ? 'name_not_resolved' : error;
    clearTimeout(this.#restTimer);
    this.#request?.socket?.off('data', this.#readStatus);
    if (error !== undefined) this.#request?.destroy();
    this.#settled.resolve();
  }

  #watch(socket: Socket): void {
    const { host, protocol } = this.#request!;
    const isTls = protocol === 'https:';
    socket.prependListener('data', this.#readStatus); // ahead of the parser, which may destroy it
    if (!socket.connecting) {
      this.#phase = 'response';
      return;
    }
    if (isIP(host) !== 0) this.#phase = 'connection';
    socket
      .once('lookup', () => (this.#phase = 'connection'))
      .once('connect', () => (this.#phase = isTls ? 'tls' : 'response'))
      .once('secureConnect', () => (this.#phase = 'response'));
  }

  readonly #readStatus = (chunk: Buffer): void => {
    this.#statusLine.read(chunk);
    if (this.#statusLine.isTooLong) this.end('invalid_response');
    else if (this.#statusLine.status !== undefined)
      this.#restTimer ??= setTimeout(() => this.end('timeout'), REST_TIMEOUT_MS);
  };

  #collect(response: IncomingMessage): void {
    this.#response = response
      .on('data', (chunk: Buffer) => {
        this.#body.push(chunk);
        this.#bodyBytes += chunk.length;
        if (this.#bodyBytes > ANSWER_READ_BYTES_MAX) this.end('invalid_response');
      })
      .on('end', () => this.end(response.complete ? undefined : 'connection_closed'))
      .on('error', () => this.end('connection_closed'));
  }
}

/** Seconds; the field holds seconds or a date (RFC 9110, section 10.2.3). */
function retryAfterOf(field: string | undefined): number | undefined {
  if (field === undefined) return undefined;
  if (/^\d{1,9}$/.test(field)) return Number(field);
  // Only GMT dates, because Date.parse also accepts texts such as "-5".
  const at = field.endsWith('GMT') ? Date.parse(field) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, (at - Date.now()) / 1_000);
}

function errorOf(error: unknown, phase: Phase): AttemptError {
  if (error instanceof AddressRefusedError) return 'address_refused';
  if (error instanceof NameNotResolvedError) return 'name_not_resolved';
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return 'connection_refused';
  if (code.startsWith('HPE_')) return 'invalid_response';
  if (phase === 'tls' || /^ERR_(?:SSL|TLS)/.test(code)) return 'tls_failed';
  return phase === 'response' ? 'connection_closed' : 'connection_failed';
}
