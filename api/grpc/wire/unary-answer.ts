/** What a unary call holds: its message, and its answer until the client has taken it. */
import { COUNTED_BYTES_MIN } from '../../http/answer-room.ts';
import { cutOff, http2StreamOf } from './http2-stream.ts';
import { STALL_MS } from './limits.ts';
import type { Call } from '../methods/method.ts';

/** Counts bytes as held by the caller until the call is over. */
export function holdForCall(
  raw: object,
  byteLength: number,
  { bytes, principal }: Pick<Call, 'bytes' | 'principal'>,
): void {
  const stream = http2StreamOf(raw);
  if (byteLength < COUNTED_BYTES_MIN || stream.closed) return;
  stream.once(
    'close',
    bytes.hold(principal.keyId, byteLength, () => cutOff(raw)),
  );
}

/** Ends a call whose answer is not taken. */
export function endUnlessTaken(raw: object): void {
  const late = setTimeout(() => cutOff(raw), STALL_MS).unref();
  http2StreamOf(raw).once('close', () => clearTimeout(late));
}
