import { NotCarried } from './not-carried.ts';

/** How much reading and writing one flag may cause: evaluators may be named often, and conditions stand in every branch. */
const MOST_FOR_FLAG = 20_000;
/** And all flags of one document. */
const MOST_FOR_DOCUMENT = 1_000_000;

/** What is left to spend. A document that names one long evaluator a thousand times costs as much as if written out. */
export class WorkAllowance {
  #document = MOST_FOR_DOCUMENT;
  #flag = MOST_FOR_FLAG;

  /** Called before each flag. */
  beginFlag(): void {
    this.#flag = MOST_FOR_FLAG;
  }

  spend(steps: number): void {
    this.#flag -= steps;
    this.#document -= steps;
    if (this.#flag < 0) throw new NotCarried('its targeting is too long when it is written out');
    if (this.#document < 0) throw new NotCarried('the document is too long when it is written out: import it in parts');
  }
}
