import type { AccessContents } from './access-store.ts';

/**
 * Who may do what, once some projects are archived: for callers they are not there, and what opened them counts as
 * revoked, so that open streams end as they do for a revoked key. Brought back, everything is as it was.
 */
export function withoutArchived(contents: AccessContents, projectIds: readonly number[]): AccessContents {
  if (projectIds.length === 0) return contents;
  const archived = new Set(projectIds);
  const revoke = <T extends { projectId: number; revoked: boolean }>(listed: T[]): T[] =>
    listed.map((one) => (archived.has(one.projectId) ? { ...one, revoked: true } : one));
  return {
    ...contents,
    projects: contents.projects.filter(({ id }) => !archived.has(id)),
    environments: contents.environments.filter(({ projectId }) => !archived.has(projectId)),
    keys: revoke(contents.keys),
    tokens: revoke(contents.tokens),
  };
}
