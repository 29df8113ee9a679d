import { asFields, plain, type Teller, type ToldChange } from '../changes/tell-change.ts';

/** Tells of what was done to rollouts and served nobody anything else: they were started, pressed, paused. */
export const rolloutTeller: Teller = { kind: 'rollout', tell: tellRollout };

const WORDS: Record<string, string> = {
  'rollout.advance': 'Advance was pressed',
  'rollout.pause': 'paused',
  'rollout.resume': 'resumed',
  'rollout.rollback': 'rolled back before anybody was served',
  'rollout.override-ratio': 'goes on past unequal arms',
  'rollout.ask-again': 'the approval of its next stage was asked for again',
  'rollout.end': 'ended, for what it owned was edited',
  'rollout.finish': 'finished',
  'rollout.undo': 'rolled back, for its start was undone',
};

function tellRollout({ action, after, key }: ToldChange): string {
  const is = asFields(after) ?? {};
  const named = typeof is.flag === 'string' ? `the rollout of ${is.flag}` : `rollout ${key}`;
  if (action === 'rollout.start') {
    const { from, to, target, policy, stage } = is;
    const where = target === 'fallthrough' ? '' : ` in the rule ${plain(target)}`;
    const entered = typeof stage === 'string' ? `, at ${stage} already` : '';
    return `${named}: started, ${plain(from)} → ${plain(to)}${where} by ${plain(policy)}${entered}`;
  }
  const done = WORDS[action];
  if (done === undefined) return '';
  return typeof is.environment === 'string' ? `${named} in ${is.environment}: ${done}` : `${named}: ${done}`;
}
