/**
 * Cuts connections to Postgres exactly between a commit and its answer: the server has committed,
 * the client never learns it. It reads the messages of the protocol (version 3).
 */
import type { Inspector } from './proxy.ts';

export interface CommitCutter {
  /** Cuts the answers of the next commits. */
  arm: (count: number) => void;
  /** Number of answers that were cut so far. */
  cuts: () => number;
  inspect: () => Inspector;
}

const TYPE_BYTES = 1;
const LENGTH_BYTES = 4;
/** A startup message has no type byte. */
const READY = 'Z';
const COMMITS = /append_events?\(|^\s*COMMIT/i;

interface Message {
  type: string;
  body: Buffer;
}

export function createCommitCutter(): CommitCutter {
  let left = 0;
  let cuts = 0;
  return {
    arm(count) {
      left = count;
    },
    cuts: () => cuts,
    inspect() {
      const statements = new Map<string, boolean>();
      const sent = readMessages(true);
      const answered = readMessages(false);
      let isCommitting = false;
      return {
        toServer(chunk) {
          for (const { type, body } of sent(chunk)) {
            const [first = '', second = ''] = body.toString('latin1').split('\0', 2);
            if (type === 'P') statements.set(first, COMMITS.test(second));
            else if (type === 'B' && statements.get(second) === true) isCommitting = true;
            else if (type === 'Q' && COMMITS.test(first)) isCommitting = true;
          }
        },
        toClient(chunk) {
          // A statement that was armed while it ran is cut with its ReadyForQuery, which follows
          // the commit.
          const isReady = answered(chunk).some(({ type }) => type === READY);
          if (!isCommitting || !isReady) return false;
          isCommitting = false;
          if (left === 0) return false;
          left -= 1;
          cuts += 1;
          return true;
        },
      };
    },
  };
}

/** Splits a stream into messages. @param hasStartup whether the first message has no type */
function readMessages(hasStartup: boolean): (chunk: Buffer) => Message[] {
  let buffered: Buffer = Buffer.alloc(0);
  let isStarting = hasStartup;
  return (chunk) => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    const messages: Message[] = [];
    for (;;) {
      const typeBytes = isStarting ? 0 : TYPE_BYTES;
      if (buffered.length < typeBytes + LENGTH_BYTES) return messages;
      const end = typeBytes + buffered.readUInt32BE(typeBytes);
      if (buffered.length < end) return messages;
      if (!isStarting)
        messages.push({
          type: String.fromCharCode(buffered[0]!),
          body: buffered.subarray(TYPE_BYTES + LENGTH_BYTES, end),
        });
      isStarting = false;
      buffered = buffered.subarray(end);
    }
  };
}
