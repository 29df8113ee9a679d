import type {
  ConfigurationAnswer,
  FlagAnswer,
  ListedPolicy,
  PolicyCheckAnswer,
  PolicyWithVersions,
  ServeAnswer,
} from '@turnout/server/contracts';
import { send } from '../../client/send-request.ts';

export type Outlook = Pick<PolicyCheckAnswer, 'begins' | 'foresight'>;
type Attached = Pick<FlagAnswer, 'key' | 'tags' | 'kind' | 'type'>;

/** The policy that a flag gets where none is named: the most specific attachment, of several tags the first. */
export function attachedPolicy(
  flag: Attached,
  policies: readonly Pick<ListedPolicy, 'key' | 'attachments'>[],
): string | undefined {
  const values = { flag: [flag.key], tag: flag.tags, kind: [flag.kind as string], type: [flag.type as string] };
  for (const by of ['flag', 'tag', 'kind', 'type'] as const) {
    const [first] = policies
      .flatMap(({ key, attachments }) => attachments.map((one) => ({ ...one, policy: key })))
      .filter((one) => one.by === by && values[by].includes(one.value))
      .sort((a, b) => (a.value < b.value ? -1 : 1));
    if (first !== undefined) return first.policy;
  }
  return undefined;
}

/** The variant that most get of a serve, to begin with; undefined where the caller's own default is served. */
export function mostServed(serve: ServeAnswer | undefined): string | undefined {
  if (serve === undefined || 'coded' in serve) return undefined;
  if ('variant' in serve) return serve.variant;
  const [most] = Object.entries(serve.split.weights).sort(([, a], [, b]) => b - a);
  return most?.[0];
}

export async function readPolicies(project: string): Promise<ListedPolicy[]> {
  const policies: ListedPolicy[] = [];
  let cursor: string | undefined;
  do {
    const path = `/projects/${encodeURIComponent(project)}/policies`;
    const page = await send<{ items: ListedPolicy[]; next: string | null }>(path, { query: { limit: 200, cursor } });
    policies.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return policies;
}

/** What the flag is in an environment. */
export function readConfiguration(project: string, environment: string, flag: string): Promise<ConfigurationAnswer> {
  const where = `/projects/${encodeURIComponent(project)}/environments/${encodeURIComponent(environment)}`;
  return send<ConfigurationAnswer>(`${where}/flags/${encodeURIComponent(flag)}`);
}

/**
 * What starting a rollout by a policy does at once, and what its guards will see of a flag, and after how long, at the
 * traffic of the last days.
 */
export async function readOutlook(project: string, policy: string, flag: string): Promise<Outlook> {
  const path = `/projects/${encodeURIComponent(project)}/policies`;
  const { document } = await send<PolicyWithVersions>(`${path}/${encodeURIComponent(policy)}`);
  return send<PolicyCheckAnswer>(`${path}/check`, { method: 'POST', body: { document, flag } });
}
