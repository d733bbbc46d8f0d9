/**
 * Closes a connection so that its last answer arrives (RFC 9112, section 9.6).
 *
 * A close with unread bytes in the kernel makes it send RST, and the client's kernel then throws
 * away the answer that it had received. So we close our side first, and read and discard what the
 * client still sends, until it closes its own side or a bound is reached.
 */
import type { Socket } from 'node:net';

/** Bytes that are discarded at most: a client that sends more will not stop. */
const DISCARDED_BYTES_MAX = 64 * 1024 * 1024;
const LINGER_MS_MAX = 30_000;
/** A client that sends nothing for so long has stopped sending. */
const SILENCE_MS_MAX = 2_000;
/** Connections that linger at a time; more are closed at once. */
const LINGERING_MAX = 1_000;

let lingering = 0;

/** Sends what is still to be sent, then FIN; destroys the socket when the client has closed too, or a bound is reached. */
export function closeLingering(socket: Socket): void {
  if (socket.destroyed) return;
  socket.end();
  if (lingering >= LINGERING_MAX) {
    socket.destroySoon();
    return;
  }
  lingering += 1;
  const destroy = () => socket.destroy();
  const deadline = setTimeout(destroy, LINGER_MS_MAX).unref();
  socket.once('close', () => {
    lingering -= 1;
    clearTimeout(deadline);
  });
  let left = DISCARDED_BYTES_MAX;
  // Takes the bytes away from the HTTP parser, which may have failed on them.
  socket.removeAllListeners('data');
  socket.removeAllListeners('end');
  socket.removeAllListeners('timeout');
  socket.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) destroy();
  });
  socket.once('end', destroy);
  socket.setTimeout(SILENCE_MS_MAX, destroy);
  socket.resume();
  // While the parser reads for it, the stream believes that a read is under way. An empty chunk ends that.
  socket.push(Buffer.alloc(0));
}
