/** Writes that are under way, and stores that keep them over a restart of the program. */

/** A write whose final answer is not known. The API key is not a part of it. */
export interface PendingWrite {
  /** The idempotency key, without quotes. */
  key: string;
  method: string;
  /** Path and query, such as `/v2/orders`. */
  path: string;
  /** Besides the key: `content-type`, `if-match`, `traceparent`. */
  headers: Record<string, string>;
  /** JSON, with the personal data that the request has. `null` without a body. */
  body: string | null;
  /** RFC 3339, by the clock of the client. */
  startedAt: string;
}

/** Keeps pending writes. `fileKeys` and `tableKeys` are two; any other may be written. */
export interface KeyStore {
  /** Resolves when the write is stored durably. Only then it is sent. */
  add: (write: PendingWrite) => Promise<void>;
  /** Resolves also if there is no write with this key. */
  remove: (key: string) => Promise<void>;
  find: (key: string) => Promise<PendingWrite | undefined>;
  /** All writes, oldest first. */
  all: () => Promise<PendingWrite[]>;
}

/** Headers that a repeat of the request needs. */
const KEPT_HEADERS = ['content-type', 'if-match', 'traceparent'];

export async function pendingWriteOf(request: Request): Promise<PendingWrite> {
  const { pathname, search } = new URL(request.url);
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = request.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const body = await request.clone().text();
  return {
    key: keyOf(request.headers),
    method: request.method,
    path: pathname + search,
    headers: Object.fromEntries(headers),
    body: body === '' ? null : body,
    startedAt: new Date().toISOString(),
  };
}

/** The key of a header. It may be a Structured Fields string: `"abc"` is the key `abc`. */
export function keyOf(headers: Headers): string {
  const text = headers.get('Idempotency-Key') ?? '';
  return /^".*"$/.test(text) ? text.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') : text;
}
