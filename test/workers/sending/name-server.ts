/** A DNS server for tests, on a free UDP port of this machine. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const TYPES = { A: 1, CNAME: 5, AAAA: 28 } as const;
const NAME_ERROR_CODE = 3;

export interface Answer {
  type: keyof typeof TYPES;
  /** An IPv4 address, a list of 16 bytes, or a name. */
  value: string | readonly number[];
}

/** The answers to a query; `undefined` for an unknown name, `silence` for no response. */
type Answering = (name: string, type: 'A' | 'AAAA') => readonly Answer[] | undefined | 'silence';

export interface NameServer {
  /** `IP:PORT` */
  address: string;
  /** The queries so far: type and name. */
  queries: string[];
  close: () => void;
}

export async function openNameServer(answering: Answering): Promise<NameServer> {
  const socket = createSocket('udp4');
  const queries: string[] = [];
  socket.on('message', (query, from) => {
    const { name, end } = nameIn(query);
    const type = query.readUInt16BE(end) === TYPES.A ? 'A' : 'AAAA';
    queries.push(`${type} ${name}`);
    const answers = answering(name, type);
    if (answers === 'silence') return;
    const head = Buffer.from(query.subarray(0, end + 4));
    head.writeUInt16BE(0x8180 + (answers === undefined ? NAME_ERROR_CODE : 0), 2);
    head.writeUInt16BE(answers?.length ?? 0, 6);
    head.writeUInt32BE(0, 8); // no authority, no additional records
    socket.send(Buffer.concat([head, ...recordsOf(name, answers ?? [])]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, queries, close: () => socket.close() };
}

/** The name of a query, which begins at byte 12, and the place behind it. */
function nameIn(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

/** Each record belongs to the name, or to the name of the CNAME record before it. */
function recordsOf(name: string, answers: readonly Answer[]): Buffer[] {
  let owner = name;
  return answers.map(({ type, value }) => {
    const data = typeof value !== 'string' ? Buffer.from(value) : dataOf(type, value);
    const fixed = Buffer.alloc(10);
    fixed.writeUInt16BE(TYPES[type], 0);
    fixed.writeUInt16BE(1, 2); // Internet
    fixed.writeUInt32BE(60, 4); // TTL
    fixed.writeUInt16BE(data.length, 8);
    const record = Buffer.concat([encodedName(owner), fixed, data]);
    if (type === 'CNAME') owner = value as string;
    return record;
  });
}

const dataOf = (type: Answer['type'], value: string): Buffer =>
  type === 'CNAME' ? encodedName(value) : Buffer.from(value.split('.').map(Number));

const encodedName = (name: string): Buffer =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ]);
