/** What the server, or the way to it, has against a request: RFC 9457, and what the screen adds. */
export interface ProblemAnswer {
  title: string;
  status: number;
  code: string;
  detail: string;
  errors?: { path: string; code: string; expected: string }[] | undefined;
  /** On 412 and on some 409: the object as it is now. */
  current?: unknown;
}

/** A request that did not get what it asked for. */
export class Refusal extends Error {
  readonly problem: ProblemAnswer;

  constructor(problem: ProblemAnswer) {
    super(problem.detail);
    this.name = 'Refusal';
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }

  get code(): string {
    return this.problem.code;
  }

  /** What is expected of the field with this JSON pointer; undefined where nothing is wrong with it. */
  expectedAt(path: string): string | undefined {
    return this.problem.errors?.find((fault) => fault.path === path)?.expected;
  }
}

/** The freezes that hold a change, and that whoever asked may go on in spite of; empty where they may not of all of them. */
export function passableFreezes({ code, current }: ProblemAnswer): { id: string; name: string }[] {
  const found = code === 'frozen' ? (current as { freezes?: HeldBy[] } | undefined)?.freezes : undefined;
  return found?.every(({ mayOverride }) => mayOverride) ? found : [];
}

interface HeldBy {
  id: string;
  name: string;
  mayOverride: boolean;
}

/** Whatever was thrown, as something that can be shown. */
export function asRefusal(thrown: unknown): Refusal {
  if (thrown instanceof Refusal) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new Refusal({ title: 'This screen made a mistake', status: 0, code: 'screen', detail });
}

const UNREACHABLE: ProblemAnswer = {
  title: 'Turnout cannot be reached',
  status: 0,
  code: 'unreachable',
  detail: 'Nobody answered. Nothing was changed that you have not seen changed. What you typed is still here.',
};

/** A fetch that failed before anybody answered. */
export function unreachable(): Refusal {
  return new Refusal(UNREACHABLE);
}

/** What a person can do about a problem, in one sentence. */
export function whatToDo({ code, status }: ProblemAnswer): string {
  const known = TO_DO[code];
  if (known !== undefined) return known;
  if (status === 403) return 'Ask somebody who may; an administrator of the project can give you the right.';
  if (status === 404) return 'It may have been renamed or archived. Go back to the list and look for it.';
  if (status >= 500) return 'Try again in a moment. If it stays, /readyz tells which part is down.';
  return 'Correct what is named and try again.';
}

const TO_DO: Record<string, string> = {
  unreachable: 'Try again; if it stays, see whether the server runs and whether this machine has a network.',
  unauthorized: 'Sign in again. What you typed stays on this page.',
  stale_version: 'Somebody was faster. Look at what is there now; nothing of yours is lost.',
  approval_required: 'Turning off and killing need no approval. For more, ask for one.',
  rollout_live: 'Open it from Rollouts, or from the page of its flag: roll it back there, or wait for its end.',
  frozen: 'Wait for its end, or ask whoever may end it early. Turning off and killing work as ever.',
  flag_killed: 'Restore the flag first: a kill is lifted by nothing else.',
  database_unavailable: 'A kill works now, too. Everything else waits for the database.',
  screen: 'Load the page again. What is stored is not touched by this.',
};
