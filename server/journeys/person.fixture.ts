import type { ServerProcess } from './server-process.fixture.ts';

/** Somebody with these roles in all of a project; answers the cookie of their session, as a header. */
export async function addPerson(
  server: ServerProcess,
  project: string,
  person: { login: string; name: string; roles: string[] },
): Promise<string> {
  const { status, body } = await server.api('POST', `/projects/${project}/members`, person);
  if (status >= 300) throw new Error(`the member ${person.login} answered ${status}: ${JSON.stringify(body)}`);
  const response = await fetch(`${server.url}/api/v1/invitations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ token: body.invitation.token, password: 'a pass phrase of some length' }),
  });
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
  if (!response.ok || cookie === '') throw new Error(`the invitation of ${person.login} answered ${response.status}`);
  return cookie;
}
