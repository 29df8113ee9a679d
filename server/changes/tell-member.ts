import { asFields, joinWords, type Teller, type ToldChange } from './tell-change.ts';

/** Tells of members: `Ben: editor in staging`. */
export const memberTeller: Teller = { kind: 'member', tell: tellMember };

/** By name, for nobody knows a member by an id. Empty for what is not in the form in which members are logged. */
function tellMember({ action, before, after }: ToldChange): string {
  const [was, is] = [asFields(before), asFields(after)];
  const name = is?.name ?? was?.name ?? is?.login;
  if (typeof name !== 'string') return '';
  if (action === 'member.invite') return `${name}: a new link to set a password`;
  const [old, now] = [rolesOf(was), rolesOf(is)];
  if (was === undefined) return `${name}: ${now}`;
  return is === undefined ? `${name}: no longer ${old}` : `${name}: ${old} → ${now}`;
}

function rolesOf(member: ReturnType<typeof asFields>): string {
  const roles = Array.isArray(member?.roles) ? member.roles.map(String) : [];
  const where = member?.scope === 'installation' ? ' of the whole installation' : '';
  return `${joinWords(roles)}${typeof member?.environment === 'string' ? ` in ${member.environment}` : where}`;
}
