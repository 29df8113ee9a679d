import type { SetupState } from '@turnout/server/contracts';
import { live } from './live.ts';
import type { Me } from './me.ts';
import { Refusal } from './problem.ts';
import { send, unsigned } from './send-request.ts';
import { Store } from './store.ts';

export type Session =
  | { state: 'unknown' }
  /**
   * `needsSetup`: nobody can sign in yet, for there is no administrator. `isPrivate`: nobody on the way could read a
   * session; where it is false the server signs nobody in.
   */
  | { state: 'out'; needsSetup: boolean; ended: boolean; isPrivate: boolean }
  | { state: 'in'; me: Me }
  | { state: 'unreachable'; refusal: Refusal };

/** Who looks at this screen. */
export const session = new Store<Session>({ state: 'unknown' });

/** Asks who this is; where nobody is signed in, whether anybody could be. */
export async function readSession(): Promise<void> {
  try {
    session.value = { state: 'in', me: await send<Me>('/me') };
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) await beSignedOut();
    else if (error instanceof Refusal) session.value = { state: 'unreachable', refusal: error };
    else throw error;
  }
}

export async function signIn(login: string, password: string): Promise<void> {
  session.value = { state: 'in', me: await send<Me>('/session', { method: 'POST', body: { login, password } }) };
}

/** The first administrator, by the link that the server printed. */
export async function setUp(body: { token: string; login: string; name: string; password: string }): Promise<void> {
  session.value = { state: 'in', me: await send<Me>('/setup', { method: 'POST', body }) };
}

export async function acceptInvitation(token: string, password: string): Promise<void> {
  session.value = { state: 'in', me: await send<Me>('/invitations', { method: 'POST', body: { token, password } }) };
}

export async function signOut(everywhere = false): Promise<void> {
  if (everywhere) await send('/session/end-all', { method: 'POST' });
  else await send('/session', { method: 'DELETE' });
  await beSignedOut();
}

async function beSignedOut(): Promise<void> {
  const unknown: SetupState = { needed: false, https: true };
  const { needed, https } = await send<SetupState>('/setup').catch(() => unknown);
  session.value = { state: 'out', needsSetup: needed, ended: false, isPrivate: https };
}

// A session that ended while somebody worked: the page stays, and asks for the password over it.
unsigned.addEventListener('unsigned', () => {
  if (session.value.state !== 'in') return;
  live.follow(undefined);
  session.value = { state: 'out', needsSetup: false, ended: true, isPrivate: true };
});

/** Asks again what this person may do. A session that is no more stands at the door, through `unsigned`. */
async function readRights(): Promise<void> {
  const me = await send<Me>('/me').catch(() => undefined);
  if (me !== undefined && session.value.state === 'in') session.value = { state: 'in', me };
}

// Places, and who may do what in them, are part of what every page shows.
live.on('change', ({ subject }) => {
  if (/^(project|environment|member|person)\//.test(subject)) void readRights();
});
live.on('revoked', () => void readRights());

/** The signed-in person; throws where nobody is, which no page can be. */
export function requireMe(): Me {
  if (session.value.state !== 'in') throw new Error('Nobody is signed in.');
  return session.value.me;
}
