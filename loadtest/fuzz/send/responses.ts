/**
 * The strict HTTP/1.1 response reader: finds every violation of RFC 9112. kit/response-reader.ts is
 * the cheap reader of the load generators.
 */

export interface Response {
  status: number;
  /** By lower-case name; duplicates are joined by a comma. */
  fields: Map<string, string>;
  text: string;
  /** Violations in its framing and fields. */
  faults: string[];
}

export interface ResponseReader {
  /** Takes the bytes as they arrive. */
  take: (bytes: Buffer) => void;
  /** Final responses so far. */
  answers: Response[];
  /** Statuses of interim responses (1xx). */
  interim: number[];
  /** Call at the end of the connection, which ends or truncates the current response. */
  end: () => void;
  /** Bytes that do not parse as a response. */
  rest: () => Buffer;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const STATUS_LINE = /^HTTP\/1\.1 (\d{3}) [\t\x20-\x7e]*$/;
const FIELD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*(.*?)[\t ]*$/;

/** @param isHead whether a response answers a HEAD request and so has no body */
export function createResponseReader(isHead: (answer: number) => boolean): ResponseReader {
  const answers: Response[] = [];
  const interim: number[] = [];
  let bytes: Buffer = Buffer.alloc(0);
  let broken = false;

  /** @returns whether another response may follow */
  function readOne(isEnd: boolean): boolean {
    const split = bytes.indexOf(HEAD_END);
    if (split < 0 || broken) return false;
    const head = readHead(bytes.toString('latin1', 0, split));
    if (head === undefined) {
      broken = true;
      return false;
    }
    const { status, fields, faults } = head;
    const from = split + HEAD_END.length;
    if (status < 200) {
      interim.push(status);
      bytes = bytes.subarray(from);
      return true;
    }
    const body = readBody(head, bytes.subarray(from), isHead(answers.length), isEnd);
    if (body === undefined) return false;
    answers.push({
      status,
      fields,
      text: body.content.toString('utf8'),
      faults: [...faults, ...body.faults],
    });
    bytes = bytes.subarray(from + body.length);
    return true;
  }

  return {
    answers,
    interim,
    take(more) {
      bytes = bytes.length === 0 ? more : Buffer.concat([bytes, more]);
      while (readOne(false));
    },
    end() {
      while (readOne(true));
    },
    rest: () => bytes,
  };
}

interface Head {
  status: number;
  fields: Map<string, string>;
  faults: string[];
}

function readHead(text: string): Head | undefined {
  const [first = '', ...lines] = text.split('\r\n');
  const status = STATUS_LINE.exec(first)?.[1];
  if (status === undefined) return undefined;
  const fields = new Map<string, string>();
  const faults: string[] = [];
  for (const line of lines) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      faults.push(`a line of the response is not a field: ${line.slice(0, 100)}`);
      continue;
    }
    const lower = name.toLowerCase();
    const before = fields.get(lower);
    if (before !== undefined && ['content-length', 'content-type', 'x-request-id'].includes(lower))
      faults.push(`the response has ${name} twice`);
    fields.set(lower, before === undefined ? value : `${before}, ${value}`);
  }
  return { status: Number(status), fields, faults };
}

/** @returns `undefined` while it is incomplete */
function readBody(
  { status, fields }: Head,
  bytes: Buffer,
  isHead: boolean,
  isEnd: boolean,
): { content: Buffer; length: number; faults: string[] } | undefined {
  const none = { content: Buffer.alloc(0), length: 0, faults: [] as string[] };
  if (isHead || status === 204 || status === 304) return none;
  const coding = fields.get('transfer-encoding');
  const length = fields.get('content-length');
  if (coding !== undefined) {
    if (length !== undefined) none.faults.push('the response has Content-Length and Transfer-Encoding');
    const chunked = readChunks(bytes);
    if (chunked) return { ...chunked, faults: none.faults };
  } else if (length !== undefined) {
    const whole = Number(length);
    if (!/^\d+$/.test(length)) return { ...none, faults: [`the response has Content-Length ${length}`] };
    if (bytes.length >= whole) return { content: bytes.subarray(0, whole), length: whole, faults: [] };
  } else {
    if (!isEnd) return undefined;
    return { content: bytes, length: bytes.length, faults: ['the response has no length'] };
  }
  if (!isEnd) return undefined;
  return { content: bytes, length: bytes.length, faults: ['the response is cut short'] };
}

function readChunks(bytes: Buffer): { content: Buffer; length: number } | undefined {
  const pieces: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16);
    at = end + 2;
    if (bytes.length < at + size + 2) return undefined;
    pieces.push(bytes.subarray(at, at + size));
    at += size + 2;
    if (size === 0) return { content: Buffer.concat(pieces), length: at };
  }
}
