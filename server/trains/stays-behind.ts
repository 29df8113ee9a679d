/** Why a car stays behind, in a sentence. */
export class StaysBehind extends Error {
  /** Time alone may mend it, so it waits for the next departure; otherwise somebody has to do something, and board again. */
  readonly waits: boolean;

  constructor(because: string, waits: boolean) {
    super(because);
    this.name = 'StaysBehind';
    this.waits = waits;
  }
}
