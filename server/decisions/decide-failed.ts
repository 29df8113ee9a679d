import type { EvidenceTerms, FailAction } from '../policies/policy.ts';
import type { GuardGround } from './guard-ground.ts';
import { actionOnFail } from './guard-scope.ts';
import type { Judged } from './judge-guard.ts';
import { holds, type Outcome, pauses } from './outcome.ts';

const STRENGTH: Record<FailAction, number> = { kill: 3, rollBack: 2, pause: 1, hold: 0 };

/**
 * Failed enforced guards: the strongest action wins, whatever their order, and waits for nothing. A sample ratio is no
 * verdict on the variant and is not among them.
 */
export function decideFailed(ground: GuardGround, guards: readonly Judged[]): Outcome | undefined {
  const { policy, run } = ground;
  const failed = guards
    .filter(({ guard, verdict }) => isEnforced(guard) && guard.kind !== 'sample-ratio' && verdict.verdict === 'fail')
    .map((judged) => {
      const { mayBeForged } = judged.verdict;
      return { ...judged, does: actionOnFail(judged.guard, { policy, run, mayBeForged }) };
    })
    .sort((a, b) => STRENGTH[b.does] - STRENGTH[a.does] || compareIds(a, b));
  const first = failed[0];
  if (first === undefined) return undefined;
  const because = failed.map(({ guard, verdict }) => `Guard ${guard.id} failed. ${verdict.because}`);
  // One that asks for no more than a pause may come first by its name; that another asks for more is said all the same.
  const lessened = failed.filter(({ guard, does }) => does === first.does && does !== guard.onFail);
  const less = lessened[0] === undefined ? undefined : wasLessened(lessened[0].guard.onFail, first.does, ground);
  const isNews = lessened.some(({ guard }) => !Object.hasOwn(run.failed, guard.id));
  if (less !== undefined) because.push(less);
  const reason = `guard ${first.guard.id} failed. ${first.verdict.because}${less === undefined ? '' : ` ${less}`}`;
  switch (first.does) {
    case 'kill':
      return { action: 'kill', reason: `Kills the flag: ${reason}`, because, until: [] };
    case 'rollBack':
      return { action: 'rollBack', reason: `Rolls back: ${reason}`, because, until: [] };
    case 'pause':
      return pauses('guard', because, {
        reason: `Pauses: ${reason}`,
        page: 'stopped',
        isLess: less !== undefined,
        isNews,
      });
    case 'hold':
      return holds(because, { reason: `Holds: ${reason}`, page: 'stopped' });
  }
}

/** Why it did less than the policy asks for. */
function wasLessened(asked: FailAction, does: FailAction, { policy, run }: GuardGround): string | undefined {
  if (asked === does) return undefined;
  if (policy.reversible !== 'instant') {
    const book = policy.runbookUrl === undefined ? '' : ` The runbook: ${policy.runbookUrl}`;
    return `It cannot be reversed, so a person has to decide.${book}`;
  }
  if (run.stage < 0 && does === 'rollBack') return 'Nobody was served yet, so there is nothing to kill.';
  return 'What clients sent may be forged, so it does no more than pause here.';
}

/**
 * Whether the evidence can be believed: the arms are as they were cut, and what must report does. If not it holds, or
 * pauses where the policy says so. No data is not success, and an outage of the source is not a regression.
 */
export function decideIntegrity({ policy, now }: GuardGround, guards: readonly Judged[]): Outcome | undefined {
  const found = guards
    .filter(({ guard }) => isEnforced(guard))
    .flatMap((judged) => {
      const does = onDoubt(judged, policy.evidence, now);
      return does === undefined ? [] : [{ ...judged, does }];
    })
    .sort((a, b) => STRENGTH[b.does] - STRENGTH[a.does] || rank(a) - rank(b) || compareIds(a, b));
  const first = found[0];
  if (first === undefined) return undefined;
  const because = found.map(({ guard, verdict }) => `Guard ${guard.id}: ${verdict.because}`);
  if (first.does === 'pause') return pauses('evidence', because, { page: 'stopped' });
  // Only a person can go on past unequal arms, and nobody would know.
  return holds(because, found.some(isRatioAlarm) ? { page: 'stopped' } : {});
}

/** A source that fails once is asked again; only where it goes on failing for `maxAge` the policy is asked. */
function onDoubt({ guard, verdict, until }: Judged, terms: EvidenceTerms, now: Date): 'hold' | 'pause' | undefined {
  switch (verdict.verdict) {
    case 'fail':
      if (guard.kind !== 'sample-ratio') return undefined;
      return guard.onFail === 'hold' ? 'hold' : 'pause';
    case 'no-data':
      return terms.onNoData;
    case 'error':
      return until !== undefined && until > now ? 'hold' : terms.onError;
    default:
      return undefined;
  }
}

const isRatioAlarm = ({ guard, verdict }: Judged) => guard.kind === 'sample-ratio' && verdict.verdict === 'fail';
/** What explains most comes first. */
const rank = (judged: Judged) => (isRatioAlarm(judged) ? 0 : judged.verdict.verdict === 'error' ? 1 : 2);
const isEnforced = ({ mode }: { mode: string }) => mode === 'enforce';

/** By id, so that the order in which guards are written changes nothing, not even the sentence. */
function compareIds(a: Judged, b: Judged): number {
  return a.guard.id < b.guard.id ? -1 : a.guard.id > b.guard.id ? 1 : 0;
}
