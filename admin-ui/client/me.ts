import type { Me, MyEnvironment, MyProject } from '@turnout/server/contracts';

export type { Me, MyEnvironment, MyProject };
export type Role = MyProject['roles'][number];
/** Whether something may be done and, where not, the sentence that says why. */
export type May = MyEnvironment['may']['read'];

/** Production looks different: what is protected, and what calls itself so. */
export function isProduction(environment: Pick<MyEnvironment, 'key' | 'protected'>): boolean {
  return environment.protected || /^prod/i.test(environment.key);
}

/** How the log calls somebody. */
export function actorOf({ kind, id }: Me['principal']): string {
  return kind === 'root' ? 'root' : `${kind}:${id}`;
}
