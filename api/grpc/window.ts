/**
 * How many orders of streams are under way at a time, in all of a node's streams together: what one append statement takes, while as many wait for the
 * next. (Measured: 1,024 are no faster and wait twice as long; docs/grpc.md.) However many streams there are, most of the append queue is left to
 * those who send one order at a time.
 */
const SIZE = 512;

export interface Window {
  /** Takes a place; those who find it full afterwards wait before they take another. */
  enter: () => void;
  leave: () => void;
  isFull: () => boolean;
  /** Told once, when there is a place again. */
  onRoom: (tell: () => void) => void;
}

export function createWindow(): Window {
  let taken = 0;
  let waiting: (() => void)[] = [];
  return {
    enter() {
      taken += 1;
    },
    leave() {
      taken -= 1;
      if (taken >= SIZE) return;
      const told = waiting;
      waiting = [];
      for (const tell of told) tell();
    },
    isFull: () => taken >= SIZE,
    onRoom: (tell) => waiting.push(tell),
  };
}
