/**
 * Bounds the memory of bodies: a body is held from its first byte to its answer. 300 slow bodies of
 * 4 MiB, which the quota of one key allows, would fill the heap.
 *
 * Bodies are refused at their bound; answers (http/byte-budget.ts) cut the client that holds most.
 */
import { Problem } from '../problem/problem.ts';

/** Bytes of all large bodies. A batch of 500 orders has about 300 KB. */
const BOUNDS = { processBytesMax: 33_554_432, keyBytesMax: 16_777_216 };
/** A body up to this size is not counted. */
export const SMALL_BODY_BYTES_MAX = 65_536;

/** The share of one body in the room. */
export interface BodyShare {
  /**
   * Counts more bytes of the body.
   *
   * @throws {Problem} 503 when the room is full
   */
  grow: (bytes: number) => void;
  release: () => void;
}

export interface BodyRoom {
  enter: (keyId: string) => BodyShare;
}

export function createBodyRoom({ processBytesMax, keyBytesMax } = BOUNDS): BodyRoom {
  let processBytes = 0;
  const bytesByKey = new Map<string, number>();

  function count(keyId: string, bytes: number): void {
    const keyBytes = (bytesByKey.get(keyId) ?? 0) + bytes;
    const isFull = processBytes + bytes > processBytesMax || keyBytes > keyBytesMax;
    if (bytes > 0 && isFull) throw roomFull();
    processBytes += bytes;
    if (keyBytes === 0) bytesByKey.delete(keyId);
    else bytesByKey.set(keyId, keyBytes);
  }

  return {
    enter(keyId) {
      let bytes = 0;
      let counted = 0;
      return {
        grow(more) {
          bytes += more;
          if (bytes <= SMALL_BODY_BYTES_MAX) return;
          count(keyId, bytes - counted);
          counted = bytes;
        },
        release() {
          count(keyId, -counted);
          [bytes, counted] = [0, 0];
        },
      };
    },
  };
}

const roomFull = () =>
  new Problem('overloaded', 'Too many large bodies are in flight. This request took no effect.', {
    headers: { 'Retry-After': '1' },
  });
