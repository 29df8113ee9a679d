import { Problem } from '../platform/problem.ts';

/** What is wrong with a context token; `expired` is what a fresh one mends. */
export type ContextFault = 'missing' | 'expired' | 'invalid';

/** Names the fault in the headers of a 401, for clients that act on it. */
export const CONTEXT_ERROR = 'Turnout-Context-Error';

/** A request with a key of signed contexts that did not say by a good token who it is for: 401. */
export class ContextRefusal extends Problem {
  readonly fault: ContextFault;

  /** `detail` is a sentence for the caller; it names nothing that the token should have said instead. */
  constructor(fault: ContextFault, detail: string) {
    super('unauthorized', detail);
    this.name = 'ContextRefusal';
    this.fault = fault;
  }
}
