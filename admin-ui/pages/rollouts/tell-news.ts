import type { DecisionAnswer } from '@turnout/server/contracts';
import { VERDICT_WORDS } from './tell-rollout.ts';

type Told = Pick<DecisionAnswer, 'run' | 'entry' | 'action' | 'reason' | 'conditions' | 'guards'>;

/**
 * What a decision found that the one before it had not, where both say the same sentence: else the log would say it twice,
 * and nobody could see why. Undefined where the sentence itself is the news.
 */
export function tellNews(item: Told, before: Told | undefined): string | undefined {
  if (before === undefined || item.reason !== before.reason || item.action !== before.action) return undefined;
  if (item.run !== before.run || item.entry !== before.entry) return undefined;
  const was = new Map(before.conditions.map(({ id, met }) => [id, met]));
  const verdicts = new Map(before.guards.map(({ id, verdict }) => [id, verdict]));
  const ids = new Set(item.conditions.map(({ id }) => id));
  const news = [
    ...item.conditions
      .filter(({ id, met }) => was.get(id) !== met)
      .map(({ id, met }) => `${id} is ${met ? 'met' : 'open'}`),
    ...before.conditions.filter(({ id, met }) => !met && !ids.has(id)).map(({ id }) => `${id} is over`),
    ...item.guards
      .filter(({ id, verdict }) => verdicts.get(id) !== verdict)
      .map(({ id, verdict }) => `guard ${id} ${VERDICT_WORDS[verdict].name}`),
  ];
  return news.length === 0 ? 'It is still so.' : `It is still so, and ${news.join(', ')}.`;
}
