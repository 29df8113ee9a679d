import type { May, MyProject } from '../../client/me.ts';

const WRITERS = ['editor', 'release-manager', 'admin'];
const GUARDIANS = ['release-manager', 'admin'];

/**
 * Whether somebody may write a policy that goes through these environments, and why not. The server asks the same, also
 * of the way that it went before.
 */
export function mayWrite(
  { roles, environments }: Pick<MyProject, 'roles' | 'environments'>,
  path: readonly string[],
): May {
  if (!roles.some((role) => WRITERS.includes(role))) {
    return { yes: false, why: 'Writing policies needs the role editor in the whole project.' };
  }
  const guarded = environments.filter((one) => one.protected && path.includes(one.key));
  const refused = guarded.find((one) => !one.roles.some((role) => GUARDIANS.includes(role)));
  if (refused === undefined) return { yes: true };
  return {
    yes: false,
    why: `It goes through ${refused.name}, which is protected: that needs the role release manager or admin there.`,
  };
}
