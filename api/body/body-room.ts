/**
 * Bounds the memory of bodies: a body is held from its first byte to its answer. 300 slow bodies of
 * 4 MiB, which the quota of one key allows, would fill the heap. Tenants share the room.
 *
 * Bodies are refused at their bound; answers (http/byte-budget.ts) cut the client that holds most.
 */
import { type Release, createFairShare } from '../../platform/fair-share.ts';
import { Problem } from '../problem/problem.ts';

/** Bytes of all large bodies. A batch of 500 orders has about 300 KB. */
const TOTAL_BYTES_MAX = 33_554_432;
/** Bodies arrive for seconds: beside a tenant alone, one body of 4 MiB of another has room. */
const FREE_TIMES_MAX = 3;
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
  enter: (tenantId: string) => BodyShare;
}

export function createBodyRoom(totalBytesMax = TOTAL_BYTES_MAX): BodyRoom {
  const share = createFairShare({ capacity: totalBytesMax, freeTimesMax: FREE_TIMES_MAX });
  return {
    enter(tenantId) {
      let bytes = 0;
      let giveBack: Release | undefined;
      const release = () => {
        giveBack?.();
        giveBack = undefined;
      };
      return {
        grow(more) {
          bytes += more;
          if (bytes <= SMALL_BODY_BYTES_MAX) return;
          release();
          giveBack = bytes > totalBytesMax ? undefined : share.tryTake(tenantId, bytes);
          if (giveBack === undefined) throw roomFull();
        },
        release,
      };
    },
  };
}

const roomFull = () =>
  new Problem('overloaded', 'Too many large bodies are in flight. This request took no effect.', {
    headers: { 'Retry-After': '1' },
  });
