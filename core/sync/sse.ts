/** One event of a stream. Comments and lone `retry` lines are none. */
export interface Frame {
  event: string;
  /** Only where the event itself has one. */
  id?: string;
  data: string;
}

/** An event as text of `text/event-stream`. Data of several lines stays so; a name or an id has one. */
export function writeFrame({ event, id, data }: Frame): string {
  for (const line of [event, id ?? '']) {
    if (/[\r\n\0]/.test(line)) throw new Error('the name and the id of an event are one line');
  }
  const lines = data.split(/\r\n|\n|\r/).map((line) => `data: ${line}\n`);
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}${lines.join('')}\n`;
}

/** A ruleset of 8 MiB, escaped, with room to spare. */
const LONGEST_FRAME = 32 * 1_024 * 1_024;

/**
 * Makes events of the text of a stream, which may come in pieces that end anywhere. What is kept of an unfinished event
 * is bounded: a longer one throws, and then there is nothing to do but to close the stream.
 */
export class FrameReader {
  /** The last `retry` that the stream named, in ms. */
  retryMs: number | undefined;
  readonly #longest: number;
  /** Pieces of a line that has no end yet. They are joined once, or a long line would cost its square. */
  #pieces: string[] = [];
  /** Length of what is kept: of the unfinished line and of the data before it. */
  #kept = 0;
  #data: string[] = [];
  #event = '';
  #id: string | undefined;
  #isFirstLine = true;
  #isAfterCr = false;

  constructor(longest = LONGEST_FRAME) {
    this.#longest = longest;
  }

  push(text: string): Frame[] {
    const frames: Frame[] = [];
    if (text === '') return frames;
    // A line may end in CR, in LF or in both, and a piece between the two.
    let start = this.#isAfterCr && text[0] === '\n' ? 1 : 0;
    this.#isAfterCr = text.endsWith('\r');
    const ends = /\r\n|\n|\r/g;
    ends.lastIndex = start;
    for (let end = ends.exec(text); end !== null; end = ends.exec(text)) {
      this.#keep(text.slice(start, end.index));
      start = ends.lastIndex;
      this.#endLine(frames);
    }
    this.#keep(text.slice(start));
    return frames;
  }

  #keep(piece: string): void {
    if (piece === '') return;
    this.#kept += piece.length;
    if (this.#kept > this.#longest) throw new Error(`an event is longer than ${this.#longest} characters`);
    this.#pieces.push(piece);
  }

  #endLine(frames: Frame[]): void {
    let line = this.#pieces.length === 1 ? this.#pieces[0]! : this.#pieces.join('');
    this.#pieces = [];
    if (this.#isFirstLine && line.startsWith('\uFEFF')) line = line.slice(1);
    this.#isFirstLine = false;
    if (line === '') {
      this.#endFrame(frames);
      return;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') this.#data.push(value);
    else {
      // Only data is kept until the event ends; a stream of comments may go on for ever.
      this.#kept -= line.length;
      this.#takeField(field, value);
    }
  }

  #takeField(field: string, value: string): void {
    if (field === 'event') this.#event = value;
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    else if (field === 'retry' && /^[0-9]{1,9}$/.test(value)) this.retryMs = Number(value);
  }

  #endFrame(frames: Frame[]): void {
    if (this.#data.length > 0) {
      const frame: Frame = { event: this.#event === '' ? 'message' : this.#event, data: this.#data.join('\n') };
      if (this.#id !== undefined) frame.id = this.#id;
      frames.push(frame);
    }
    this.#data = [];
    this.#event = '';
    this.#id = undefined;
    this.#kept = 0;
  }
}
