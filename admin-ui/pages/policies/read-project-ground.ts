import type { ListedPolicy, MetricAnswer, SegmentAnswer, SourceAnswer } from '@turnout/server/contracts';
import type { Here } from '../../client/here.ts';
import { isProduction } from '../../client/me.ts';
import { send } from '../../client/send-request.ts';
import type { Choice, Offered } from './policy-fields.ts';

/** What of a project a policy can name. */
export interface ProjectGround {
  environments: { key: string; name: string; production: boolean; guarded: boolean; segments: string[] }[];
  metrics: Pick<MetricAnswer, 'key' | 'kind' | 'event' | 'direction' | 'source'>[];
  sources: string[];
  /** Keys of the policies that there are. */
  policies: string[];
  /** Events that metrics count. */
  events: string[];
}

interface Listed<T> {
  items: T[];
}

/** Read once for the page; what cannot be read is not offered, and the server knows it all the same. */
export async function readProjectGround({ project }: Here): Promise<ProjectGround> {
  const path = `/projects/${encodeURIComponent(project.key)}`;
  const list = async <T>(under: string): Promise<T[]> => {
    const answer = await send<Listed<T>>(`${path}/${under}`, { query: { limit: 200 } }).catch(() => undefined);
    return answer?.items ?? [];
  };
  const [metrics, sources, policies, segments] = await Promise.all([
    list<MetricAnswer>('metrics'),
    list<SourceAnswer>('sources'),
    list<ListedPolicy>('policies'),
    Promise.all(project.environments.map(({ key }) => list<SegmentAnswer>(`environments/${key}/segments`))),
  ]);
  return {
    environments: project.environments.map((environment, at) => ({
      ...{ key: environment.key, name: environment.name, production: isProduction(environment) },
      guarded: environment.protected,
      segments: (segments[at] ?? []).map(({ key }) => key),
    })),
    metrics,
    sources: sources.map(({ key }) => key),
    policies: policies.map(({ key }) => key),
    events: [...new Set(metrics.map(({ event }) => event))],
  };
}

/** What a field offers, each with a word on it. */
export function offersOf(ground: ProjectGround, offered: Offered, environment: string): Choice[] {
  const plain = (all: readonly string[]): Choice[] => all.map((value) => ({ value, words: '' }));
  const metrics = ground.metrics.map(({ key, kind, event }) => ({ value: key, words: `${kind} of ${event}`, kind }));
  switch (offered) {
    case 'metrics':
      return metrics.filter(({ kind }) => kind !== 'ratio');
    case 'rates':
      return metrics.filter(({ kind }) => kind === 'rate');
    case 'environments':
      return ground.environments.map(({ key, name }) => ({ value: key, words: name }));
    case 'segments':
      return plain(ground.environments.find(({ key }) => key === environment)?.segments ?? []);
    case 'sources':
      return plain(ground.sources);
    case 'events':
      return plain(ground.events);
    case 'attributes':
      return plain(['targetingKey']);
  }
}
