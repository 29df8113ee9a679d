import type { DepartureAnswer } from '@turnout/server/contracts';
import type { May, MyEnvironment, MyProject, Role } from '../../client/me.ts';

/** What is done with a train or with one of its departures. */
export type Act = 'manage' | 'board' | 'depart' | 'start' | 'stop' | 'eject' | 'recall' | 'chemspill' | 'postmortem';

const MANAGERS: readonly Role[] = ['release-manager', 'admin'];
const GROWERS: readonly Role[] = ['editor', 'release-manager', 'admin'];
const STOPPERS: readonly Role[] = ['editor', 'killer', 'release-manager', 'admin'];

const WHO: Record<Act, { roles: readonly Role[] | undefined; why: string }> = {
  manage: { roles: MANAGERS, why: 'Trains are made and changed by release managers and admins' },
  board: { roles: GROWERS, why: 'Boarding needs the role editor, release manager or admin' },
  depart: { roles: ['release-manager'], why: 'Only a release manager lets it leave' },
  start: { roles: ['release-manager'], why: 'Anybody stops the line; only a release manager starts it again' },
  // Whoever sees that something is wrong stops it, and is thanked.
  stop: { roles: undefined, why: '' },
  eject: { roles: STOPPERS, why: 'Ejecting needs any role but viewer' },
  recall: { roles: STOPPERS, why: 'A recall needs any role but viewer' },
  chemspill: { roles: ['release-manager'], why: 'An emergency departure is begun by a release manager' },
  postmortem: { roles: STOPPERS, why: 'Writing it needs any role but viewer' },
};

type Place = Pick<MyEnvironment, 'name' | 'roles'>;

/** Whether somebody may do this where the train goes, and why not. The server asks the same when it is done. */
export function mayDepart(place: Place | undefined, act: Act): May {
  if (place === undefined) return { yes: false, why: 'You have no right where it goes.' };
  const { roles, why } = WHO[act];
  if (roles === undefined || place.roles.some((role) => roles.includes(role))) return { yes: true };
  return { yes: false, why: `${why} in ${place.name}.` };
}

/** Whether there is any environment for which somebody may make a train. */
export function mayMakeTrain({ environments }: Pick<MyProject, 'environments'>): May {
  const places = environments.map((place) => mayDepart(place, 'manage'));
  return places.find(({ yes }) => yes) ?? { yes: false, why: 'Trains are made by release managers and admins.' };
}

type Verb = DepartureAnswer['may'][number];

/** Whether the cut-off is over: also where no node has closed the manifest yet, for the server goes by the clock. */
export function isLate(
  { kind, state, closesAt }: Pick<DepartureAnswer, 'kind' | 'state' | 'closesAt'>,
  now: number,
): boolean {
  if (kind === 'chemspill' || (state !== 'boarding' && state !== 'closed')) return false;
  return state === 'closed' || (closesAt !== null && Date.parse(closesAt) <= now);
}

/** What the departure itself allows now; undefined where it does. */
export function refusedNow({ may, state }: Pick<DepartureAnswer, 'may' | 'state'>, verb: Verb): string | undefined {
  if (may.includes(verb)) return undefined;
  if (verb === 'board') return state === 'scheduled' ? 'It does not board yet.' : 'Its manifest is closed.';
  return undefined;
}
