import type { ConfigurationAnswer, FlagAnswer } from '@turnout/server/contracts';
import type { ProblemAnswer } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';

/** What would come of a change: which way it goes, whom it reaches, and what it would be refused for. */
export interface Rehearsal {
  changes: boolean;
  directions: Record<string, 'safe' | 'growing' | 'none'>;
  dependents: Record<string, { kind: 'flag' | 'segment'; key: string; direct: boolean }[]>;
  refusal: ProblemAnswer | null;
}

/** What a change answers, done or only tried. */
export interface Tried {
  change?: { id: number };
  /** What becomes by it of the rule that a rollout had put there for its audience. */
  rollout?: string;
  dryRun?: Rehearsal;
}

/** What a change of a flag answers. */
export interface Changed<A> extends Tried {
  flag: A;
  moved?: Record<string, number>;
}

export type AnyFlagAnswer = ConfigurationAnswer | FlagAnswer;

/** Stores a whole, where nobody was faster; with `dry` it is only said what would come of it. */
export function putFlag<A extends AnyFlagAnswer>(
  address: string,
  body: object,
  { version, reason, dry = false }: { version: number; reason: string | undefined; dry?: boolean },
): Promise<Changed<A>> {
  const sent = { ...body, ...(reason === undefined ? {} : { reason }) };
  return send<Changed<A>>(address, { method: 'PUT', body: sent, version, query: dry ? { dryRun: true } : {} });
}
