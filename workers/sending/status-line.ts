/**
 * Reads the status of a response from the bytes of its connection. Node's parser gives a status
 * only with all headers. When a response is malformed or breaks off behind its status line, this
 * reader alone has the status.
 */

/** A status line, or the head of an interim response; a longer text is no response. */
const TEXT_BYTES_MAX = 16 * 1_024;
const LINE = /^(?:\r?\n)*HTTP\/1\.[01] ([1-9]\d\d)(?: [^\r\n]*)?\r?\n/;
const HEAD_END = /\r?\n\r?\n/;

export class StatusLine {
  /** Status of the final response; `undefined` until its status line is complete. */
  status: number | undefined;
  /** Bytes that were read. */
  bytes = 0;
  #text = '';

  /** Whether the text so far is too long. */
  get isTooLong(): boolean {
    return this.#text.length > TEXT_BYTES_MAX;
  }

  read(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.status !== undefined || this.isTooLong) return;
    this.#text += chunk.toString('latin1');
    for (;;) {
      const status = Number(LINE.exec(this.#text)?.[1] ?? Number.NaN);
      if (Number.isNaN(status)) return;
      // 101 is final: the protocol behind it is not HTTP. Others below 200 announce a response.
      if (status === 101 || status >= 200) {
        this.status = status;
        this.#text = '';
        return;
      }
      const end = HEAD_END.exec(this.#text);
      if (end === null) return;
      this.#text = this.#text.slice(end.index + end[0].length);
    }
  }
}
