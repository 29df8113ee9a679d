import type { QueryAnswer } from '../metrics/query-answer.ts';
import type { LoopSources } from './loop-sources.ts';

/**
 * The same question is put to a source once for all runs that are looked at together: a hundred rollouts of one policy ask
 * as much as one. Only for one pass, so that nothing old is taken for what is.
 */
export function shareAnswers(ask: LoopSources['askSource']): LoopSources['askSource'] {
  const asked = new Map<string, Promise<QueryAnswer>>();
  return (projectId, source, query, now) => {
    const question = JSON.stringify([projectId, source, query]);
    const answer = asked.get(question) ?? ask(projectId, source, query, now);
    asked.set(question, answer);
    return answer;
  };
}
