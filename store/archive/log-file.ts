/**
 * The file format of a log: a header, then one event on each line, by partition and position.
 *
 * The data of an event is the last member of its line, byte for byte as it is stored. It is cut
 * out, not parsed and serialized: that could change the format of a number or the order of members.
 */
import { z } from 'zod';
import { EVENT_SCHEMAS, type OrderEvent } from '../../domain/order/events.ts';
import { UnknownEventError, upcast } from '../../domain/order/upcast.ts';
import { text } from '../../domain/text.ts';
import { issueText } from '../../domain/issue-text.ts';

/**
 * The file is not a log, or its log cannot be imported. The message names the line and the fault.
 */
export class LogFileError extends Error {
  override name = 'LogFileError';
}

/** RFC 3339, UTC, with the microseconds of Postgres. These texts sort in the order of time. */
export const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/, 'must be like 2026-01-31T12:00:00.000000Z')
  .refine(isTime, 'must be a time');
/** Up to the maximum of HOLDFAST_PARTITIONS. */
const partition = z.int().min(0).max(1_023);
/** In lower case, as Postgres writes them: ids are compared as texts. */
export const uuid = z.uuid().lowercase('must be in lower case');
/** Leaves room for half a million epochs of the log, which end at 2^52 (log-epochs.sql). */
const POSITION_MAX = 2 ** 51;
const position = z.int().min(1).max(POSITION_MAX);

const tenant = z.strictObject({
  tenant_id: uuid,
  name: text(100),
  partition,
  created_at: instant,
  /** Left out for a live tenant. */
  mode: z.literal('test').optional(),
  /** The live tenant of a test tenant; left out when it has none. */
  test_of: uuid.optional(),
});

const header = z.strictObject({
  /** Version of the format. */
  holdfast_log: z.literal(1),
  /** Lines of events. */
  events: z.int().min(0),
  partitions: z.array(
    z.strictObject({
      partition,
      events: z.int().min(1),
      last_position: position,
      /** Of a whole log: the link of its last event, and the position behind which links begin. */
      link: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
        .optional(),
      linked_after: z.int().min(0).optional(),
    }),
  ),
  tenants: z.array(tenant),
  /** Lines of keys and endpoints between the header and the events (access-lines.ts). */
  keys: z.int().min(0).optional(),
  endpoints: z.int().min(0).optional(),
  /** Lines of data keys and of erasures behind those (personal-lines.ts). */
  data_keys: z.int().min(0).optional(),
  erasures: z.int().min(0).optional(),
});

const fields = z.strictObject({
  partition,
  position,
  tenant_id: uuid,
  order_id: uuid,
  version: z.int().min(1).max(2_147_483_647),
  event_id: uuid,
  type: z.string().min(1).max(64),
  schema_version: z.int().min(1).max(32_767),
  idempotency_key: z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters'),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
  recorded_at: instant,
  traceparent: z
    .string()
    .regex(/^[\x20-\x7e]{0,55}$/)
    .nullable(),
  key_id: uuid.nullable(),
  /** Left out when the event has none, as in files of before there were names. */
  number: text(64).optional(),
  claim: text(600).optional(),
});

export type LogTenant = z.output<typeof tenant>;
export type LogHeader = z.output<typeof header>;
/** A line of the file; `data` is the JSON text of the event's data. */
export type LogLine = z.output<typeof fields> & { data: string };

const DATA_MEMBER = ',"data":';
/** The limit of the table's constraint. */
const DATA_BYTES_MAX = 1_048_576;

/** Whether Postgres accepts the time: JavaScript turns 30 February into 2 March. */
function isTime(instant: string): boolean {
  const ms = Date.parse(instant);
  return (
    !Number.isNaN(ms) &&
    new Date(ms).toISOString().slice(0, 23) === instant.slice(0, 23) &&
    !instant.startsWith('0000')
  );
}

/**
 * @returns the line of an event, without a newline
 * @throws {LogFileError}
 */
export function writeLine({ data, ...rest }: LogLine): string {
  if (/[\r\n]/.test(data)) {
    throw new LogFileError(
      `The event at position ${rest.position} of partition ${rest.partition} has line breaks in its data. ` +
        'Holdfast never writes such data, and cannot export it.',
    );
  }
  return `${JSON.stringify(rest).slice(0, -1)}${DATA_MEMBER}${data}}`;
}

/**
 * Reads the first line.
 *
 * @throws {LogFileError}
 */
export function readHeader(line: string): LogHeader {
  const parsed = parseJson(line);
  const version = (parsed as { holdfast_log?: unknown } | null | undefined)?.holdfast_log;
  if (typeof version !== 'number') {
    throw new LogFileError('Line 1: this is not the header of a log. Use a file that log export wrote.');
  }
  if (version !== 1) {
    throw new LogFileError(
      `Line 1: the file has format ${version}, but this Holdfast reads format 1. Use a newer Holdfast.`,
    );
  }
  return checked(header.safeParse(parsed, { error: issueText }), 1);
}

/**
 * Reads the line of an event and checks its data against the schema of its type.
 *
 * @param open opens sealed members, in place
 * @returns the line, and its event at the current version of its schema
 * @throws {LogFileError}
 */
export function readEvent(
  line: string,
  number: number,
  open: (event: OrderEvent) => void = () => {},
): { line: LogLine; event: OrderEvent } {
  const cut = line.indexOf(DATA_MEMBER);
  const head = cut === -1 ? undefined : parseJson(`${line.slice(0, cut)}}`);
  const data = line.slice(cut + DATA_MEMBER.length, -1);
  const parsed = line.endsWith('}') ? parseJson(data) : undefined;
  if (head === undefined || parsed === undefined) {
    throw new LogFileError(`Line ${number}: this is not an event on one line with its data as last member.`);
  }
  const rest = checked(fields.safeParse(head, { error: issueText }), number);
  // Opened in place: the check needs what the file has.
  const own = data.includes('"$sealed":') ? parseJson(data) : parsed;
  const event = eventOf(rest, own, number, open);
  checkData(data, parsed, number);
  return { line: { ...rest, data }, event };
}

/** Reads the line of an event, without the event. */
export const readLine = (line: string, number: number): LogLine => readEvent(line, number).line;

/** Refuses data that JavaScript and Postgres read differently: `1e2`, or a duplicate member. */
function checkData(data: string, parsed: unknown, number: number): void {
  if (Buffer.byteLength(data) > DATA_BYTES_MAX)
    throw new LogFileError(`Line ${number}: data: must have at most ${DATA_BYTES_MAX} bytes.`);
  // Serialized by JSON.stringify, as Holdfast does: nothing to check.
  if (JSON.stringify(parsed) === data && !data.includes('"__proto__":')) return;
  let members = 0;
  JSON.parse(data, (name: string, value: unknown, { source }: { source?: string } = {}) => {
    if (name === '__proto__')
      throw new LogFileError(`Line ${number}: data: no member can be called __proto__.`);
    if (typeof value === 'number' && source !== String(value))
      throw new LogFileError(`Line ${number}: data: a number must consist of digits alone.`);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      members += Object.keys(value).length;
    return value;
  });
  const colons = data.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1;
  if (colons !== members) throw new LogFileError(`Line ${number}: data: duplicate member.`);
}

function eventOf(
  { type, schema_version }: z.output<typeof fields>,
  data: unknown,
  number: number,
  open: (event: OrderEvent) => void,
): OrderEvent {
  try {
    const event = upcast(type, schema_version, data);
    open(event);
    checked<unknown>(
      EVENT_SCHEMAS[event.type].data.safeParse(event.data, { error: issueText }),
      number,
      'data',
    );
    return event;
  } catch (error) {
    if (!(error instanceof UnknownEventError)) throw error;
    throw new LogFileError(`Line ${number}: ${error.message}. Use a newer Holdfast.`, { cause: error });
  }
}

function checked<T>(result: z.ZodSafeParseResult<T>, number: number, ...within: string[]): T {
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = [...within, ...(issue?.path ?? []).map(String)].join('/');
  throw new LogFileError(`Line ${number}: ${where === '' ? '' : `${where}: `}${issue?.message}.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
