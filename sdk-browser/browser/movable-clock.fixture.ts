import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Run before a server: every moment that it asks for is then as far ahead as the file says, looked at often. */
const PRELUDE = `
import { readFileSync } from 'node:fs';
const Real = Date;
let ahead = 0;
const look = () => { try { ahead = Number(readFileSync(process.env.CLOCK_FILE, 'utf8')); } catch {} };
setInterval(look, 50).unref();
globalThis.Date = class Date extends Real {
  constructor(...given) { if (given.length === 0) super(Real.now() + ahead); else super(...given); }
  static now() { return Real.now() + ahead; }
};
`;

/** The wall clock of a server process, which a test puts forward. Durations go on as they are. */
export class MovableClock {
  readonly #file = join(tmpdir(), `turnout-clock-${process.pid}-${Math.random().toString(36).slice(2)}`);

  /** What the server is started with. */
  get settings(): Record<string, string> {
    const prelude = `data:text/javascript,${encodeURIComponent(PRELUDE)}`;
    return { NODE_OPTIONS: `--import ${prelude}`, CLOCK_FILE: this.#file };
  }

  /** From now on, or a moment later, the server's clock is this far ahead. */
  setAhead(ms: number): void {
    writeFileSync(this.#file, String(ms));
  }
}
