/** Memory of a unary call: its message, and its answer until the client has read it. */
import { slowReadersCut } from '../../../platform/metrics.ts';
import { COUNTED_BYTES_MIN } from '../../http/answer-room.ts';
import { cutOff, http2StreamOf } from './http2-stream.ts';
import { STALL_MS } from './limits.ts';
import type { Call } from '../methods/method.ts';

/** Counts bytes against the caller until the end of the call. */
export function holdForCall(
  raw: object,
  byteLength: number,
  { bytes, principal }: Pick<Call, 'bytes' | 'principal'>,
): void {
  const stream = http2StreamOf(raw);
  if (byteLength < COUNTED_BYTES_MIN || stream.closed) return;
  stream.once(
    'close',
    bytes.hold(principal.tenantId, byteLength, () => cutOff(raw)),
  );
}

/** Ends a call whose client does not read the answer within {@link STALL_MS}. */
export function endUnlessTaken(raw: object): void {
  const cut = () => {
    slowReadersCut.inc({ edge: 'grpc' });
    cutOff(raw);
  };
  const timer = setTimeout(cut, STALL_MS).unref();
  http2StreamOf(raw).once('close', () => clearTimeout(timer));
}
