import type { AsRoot, Operation, Place, Sample } from './operations.fixture.ts';

export const PASSWORD = 'a password of these tests';

let count = 0;
const P = '/api/v1/projects/{project}';
const inProject = ({ project }: Place) => `/projects/${project}`;
const everywhere = () => '';

/** A new account with a membership, and the token of its link. */
async function invite(root: AsRoot, path: string, over: object = {}) {
  const body = { login: `somebody-${++count}`, roles: ['viewer'], ...over };
  const { member, invitation } = await root('POST', `${path}/members`, body);
  return { login: body.login, id: member.id, person: member.person.id, token: invitation.token };
}

/** Somebody who can sign in; whoever made them asks as nobody in particular. */
export async function makePerson(root: AsRoot, path: string, over: object = {}) {
  const made = await invite(root, path, over);
  await root('POST', '/invitations', { token: made.token, password: PASSWORD });
  return made;
}

const withMember =
  (where: (place: Place) => string, body?: unknown) =>
  async (root: AsRoot, place: Place): Promise<Sample> => {
    const { id } = await invite(root, where(place));
    return { params: { id }, body };
  };
const withPerson = async (root: AsRoot): Promise<Sample> => {
  const { person } = await invite(root, '');
  return { params: { id: person }, body: {} };
};
const newMember = async (): Promise<Sample> => ({ body: { login: `somebody-${++count}`, roles: ['viewer'] } });

/** Everything about people, accounts and sessions. */
export const PEOPLE_OPERATIONS: Record<string, Operation> = {
  'get /api/v1/setup': { need: 'open', of: 'installation' },
  'post /api/v1/setup': {
    need: 'link',
    of: 'installation',
    sample: async () => ({ body: { token: 'none', login: 'first', name: 'First', password: PASSWORD } }),
  },
  'post /api/v1/invitations': {
    need: 'open',
    of: 'installation',
    sample: async (root) => ({ body: { token: (await invite(root, '')).token, password: PASSWORD } }),
  },
  'post /api/v1/session': {
    need: 'open',
    of: 'installation',
    sample: async (root) => ({ body: { login: (await makePerson(root, '')).login, password: PASSWORD } }),
  },
  'get /api/v1/me': { need: 'self', of: 'installation' },
  'get /api/v1/me/sessions': { need: 'session', of: 'installation' },
  'delete /api/v1/session': { need: 'session', of: 'installation', endsCaller: true },
  'post /api/v1/session/end-all': { need: 'session', of: 'installation', endsCaller: true },
  'post /api/v1/me/password': { need: 'session', of: 'installation', endsCaller: true },
  'post /api/v1/me/sessions/{id}/end': {
    ...{ need: 'session', of: 'installation', endsCaller: true },
    sample: async () => ({ params: { id: '0'.repeat(64) } }),
  },

  'get /api/v1/people': { need: 'root', of: 'installation' },
  'post /api/v1/people/{id}/disable': { need: 'root', of: 'installation', sample: withPerson },
  'post /api/v1/people/{id}/enable': { need: 'root', of: 'installation', sample: withPerson },
  'post /api/v1/people/{id}/end-sessions': { need: 'root', of: 'installation', sample: withPerson },
  'get /api/v1/members': { need: 'root', of: 'installation' },
  'post /api/v1/members': { need: 'root', of: 'installation', sample: newMember },
  'patch /api/v1/members/{id}': {
    ...{ need: 'root', of: 'installation', sample: withMember(everywhere, { roles: ['editor'] }) },
  },
  'delete /api/v1/members/{id}': { need: 'root', of: 'installation', sample: withMember(everywhere) },
  'post /api/v1/members/{id}/invitation': { need: 'root', of: 'installation', sample: withMember(everywhere) },

  [`get ${P}/members`]: { need: 'admin', of: 'project' },
  [`post ${P}/members`]: { need: 'grant', of: 'project', sample: newMember },
  [`patch ${P}/members/{id}`]: { need: 'grant', of: 'project', sample: withMember(inProject, { roles: ['editor'] }) },
  [`delete ${P}/members/{id}`]: { need: 'grant', of: 'project', sample: withMember(inProject) },
  [`post ${P}/members/{id}/invitation`]: { need: 'grant', of: 'project', sample: withMember(inProject) },
};
