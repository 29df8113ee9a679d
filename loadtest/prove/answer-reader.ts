/**
 * Reads HTTP/1.1 answers from the bytes of one connection that has one request under way. It knows what our own
 * servers send: a Content-Length or chunks, and 304 without a body. Anything else throws, so that a load run that
 * measures errors fails loudly.
 */
export class AnswerReader {
  #held: Buffer | undefined;

  /** Takes the next bytes; answers the status once the whole answer has come, else undefined. */
  take(bytes: Buffer): number | undefined {
    const all = this.#held === undefined ? bytes : Buffer.concat([this.#held, bytes]);
    const end = all.indexOf('\r\n\r\n');
    if (end < 0) return this.#wait(all);
    const head = all.toString('latin1', 0, end);
    const status = Number(head.slice(9, 12));
    const start = end + 4;
    if (status === 304 || status === 204) return this.#done(all, start, status);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head);
    if (length !== null) {
      const whole = start + Number(length[1]);
      return all.length < whole ? this.#wait(all) : this.#done(all, whole, status);
    }
    if (!/\r\ntransfer-encoding: *chunked/i.test(head)) throw new Error(`no length in this answer:\n${head}`);
    const last = all.indexOf('\r\n0\r\n\r\n', end + 2);
    return last < 0 ? this.#wait(all) : this.#done(all, last + 7, status);
  }

  #wait(all: Buffer): undefined {
    this.#held = all;
    return undefined;
  }

  #done(all: Buffer, whole: number, status: number): number {
    if (all.length !== whole) throw new Error('more bytes came than the answer has');
    this.#held = undefined;
    return status;
  }
}
