/**
 * Closes a connection so that its last answer arrives (RFC 9112, section 9.6).
 *
 * A close with unread bytes makes our kernel send RST, and the client's kernel then drops the
 * answer. So we close our side, and discard incoming bytes until the client closes or a bound is
 * reached.
 */
import type { Socket } from 'node:net';

/** A client that sends more will not stop. */
const DISCARDED_BYTES_MAX = 64 * 1024 * 1024;
const LINGER_MS_MAX = 30_000;
/** A client that is silent this long has stopped. */
const SILENCE_MS_MAX = 2_000;
/** Beyond it, connections close without lingering. */
const LINGERING_MAX = 1_000;

let lingering = 0;

/** Flushes, sends FIN, and destroys the socket when the client closes too or a bound is reached. */
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
  let leftBytes = DISCARDED_BYTES_MAX;
  // Detach the HTTP parser, which may have failed on these bytes.
  socket.removeAllListeners('data');
  socket.removeAllListeners('end');
  socket.removeAllListeners('timeout');
  socket.on('data', (chunk: Buffer) => {
    leftBytes -= chunk.length;
    if (leftBytes < 0) destroy();
  });
  socket.once('end', destroy);
  socket.setTimeout(SILENCE_MS_MAX, destroy);
  socket.resume();
  // While the parser reads, the stream assumes a pending read. An empty chunk ends it.
  socket.push(Buffer.alloc(0));
}
