/**
 * Room for bodies. A body is in memory from its first byte to its answer, as bytes and then as values: 300 of 4 MiB that come slowly,
 * which the quota of one key allows, would fill the heap.
 */
import { Problem } from '../problem/problem.ts';

/** Bytes of all large bodies of a process together, and of one key. A batch of 500 orders has some 300 KB. */
const MOST = { process: 33_554_432, key: 16_777_216 };
/** A body that has no more bytes is not counted. */
export const SMALL_BYTES = 65_536;

/** The place of one body. */
export interface Place {
  /**
   * The body has so many bytes more.
   *
   * @throws {Problem} 503 when there is no room for them
   */
  grow: (bytes: number) => void;
  leave: () => void;
}

export interface BodyRoom {
  enter: (keyId: string) => Place;
}

export function createBodyRoom(most = MOST): BodyRoom {
  let all = 0;
  const ofKeys = new Map<string, number>();

  function count(keyId: string, bytes: number): void {
    const ofKey = (ofKeys.get(keyId) ?? 0) + bytes;
    if (bytes > 0 && (all + bytes > most.process || ofKey > most.key)) throw crowded();
    all += bytes;
    if (ofKey === 0) ofKeys.delete(keyId);
    else ofKeys.set(keyId, ofKey);
  }

  return {
    enter(keyId) {
      let bytes = 0;
      let counted = 0;
      return {
        grow(more) {
          bytes += more;
          if (bytes <= SMALL_BYTES) return;
          count(keyId, bytes - counted);
          counted = bytes;
        },
        leave() {
          count(keyId, -counted);
          [bytes, counted] = [0, 0];
        },
      };
    },
  };
}

const crowded = () =>
  new Problem(
    'overloaded',
    'More large bodies are under way than there is room for. This one took no effect.',
    {
      headers: { 'Retry-After': '1' },
    },
  );
