import type { MemberAnswer } from '@turnout/server/contracts';

type Seen = Pick<MemberAnswer, 'id' | 'scope' | 'roles'> & {
  person: Pick<MemberAnswer['person'], 'id' | 'name' | 'state'>;
};

/** Oneself first, then by name; of one person the widest place first. */
export function sortMembers<M extends Seen>(members: readonly M[], me: string): M[] {
  const width = { installation: 0, project: 1, environment: 2 };
  const first = ({ person }: M) => Number(person.id !== me);
  return [...members].sort((a, b) => {
    const byName = a.person.name.localeCompare(b.person.name) || (a.person.id < b.person.id ? -1 : 1);
    return first(a) - first(b) || (a.person.id === b.person.id ? width[a.scope] - width[b.scope] : byName);
  });
}

/** Why somebody's roles cannot be changed by who looks at them; undefined where they can. The server says the same. */
export function whyFixed(
  member: Seen,
  all: readonly Seen[],
  mine: { grant: boolean; root: boolean },
): string | undefined {
  if (member.scope !== 'installation') {
    return mine.grant ? undefined : 'Only people with the role admin in the whole project hand out rights.';
  }
  if (!mine.root) return 'These roles hold in the whole installation: only its administrators change them.';
  if (!isAdmin(member)) return undefined;
  const others = all.filter((one) => isAdmin(one) && one.person.id !== member.person.id);
  if (others.length > 0) return undefined;
  return 'The last administrator of the installation stays: nobody could let anybody in any more. Make another one first.';
}

function isAdmin({ scope, roles, person }: Seen): boolean {
  return scope === 'installation' && roles.includes('admin') && person.state === 'active';
}
