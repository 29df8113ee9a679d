/** Where a text stops being JSON: a place for a person to look at, and never a piece of the text itself. */
export interface JsonFault {
  line: number;
  column: number;
}

const SPACE = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside of strings
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const LITERAL = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/**
 * Finds the place that JSON.parse stumbled over; only called when it did. The engine's own message names a position in
 * some cases only, and quotes the text, which must not come back. The text is nested 32 deep at most by now.
 */
export function findJsonFault(text: string): JsonFault {
  const at = new Reader(text).firstFault();
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return { line, column: at - before.lastIndexOf('\n') };
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  firstFault(): number {
    if (this.#value()) this.#skip(SPACE);
    return this.#at;
  }

  #value(): boolean {
    this.#skip(SPACE);
    const next = this.#text[this.#at];
    if (next === '{') return this.#members('}', () => this.#string() && this.#colon() && this.#value());
    if (next === '[') return this.#members(']', () => this.#value());
    return next === '"' ? this.#string() : this.#skip(LITERAL);
  }

  /** By hand: one pattern for a whole string would need a stack as long as the string. */
  #string(): boolean {
    if (!this.#take('"')) return false;
    do this.#skip(PLAIN);
    while (this.#skip(ESCAPE));
    return this.#take('"');
  }

  #colon(): boolean {
    this.#skip(SPACE);
    return this.#take(':');
  }

  #members(close: string, member: () => boolean): boolean {
    this.#at++;
    this.#skip(SPACE);
    if (this.#take(close)) return true;
    for (;;) {
      this.#skip(SPACE);
      if (!member()) return false;
      this.#skip(SPACE);
      if (this.#take(close)) return true;
      if (!this.#take(',')) return false;
    }
  }

  #take(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) return false;
    this.#at += found[0].length;
    return true;
  }
}
