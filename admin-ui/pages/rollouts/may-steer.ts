import type { May, MyEnvironment, MyProject } from '../../client/me.ts';
import type { Verb } from './tell-rollout.ts';

const GROWERS = ['editor', 'release-manager', 'admin'];
const STOPPERS = ['editor', 'killer', 'release-manager', 'admin'];

type Place = Pick<MyEnvironment, 'name' | 'protected' | 'roles'>;

const has = ({ roles }: Pick<MyEnvironment, 'roles'>, wanted: readonly string[]) =>
  roles.some((role) => wanted.includes(role));

/** Whether somebody may let a rollout grow there, and why not: what is protected takes a release manager. */
function mayGrow(place: Place): May {
  if (has(place, place.protected ? ['release-manager'] : GROWERS)) return { yes: true };
  return {
    yes: false,
    why: place.protected
      ? `${place.name} is protected: this needs the role release manager there.`
      : `This needs the role editor, release manager or admin in ${place.name}.`,
  };
}

/** Whether somebody may do this to a rollout that is there, and why not. The server asks the same when it is done. */
export function maySteer(place: Place | undefined, verb: Verb): May {
  if (place === undefined) return { yes: false, why: 'You have no right where it is.' };
  if (verb === 'pause' || verb === 'rollback') {
    if (has(place, STOPPERS)) return { yes: true };
    return { yes: false, why: `This needs any role but viewer in ${place.name}.` };
  }
  if (verb !== 'override-ratio') return mayGrow(place);
  if (has(place, ['release-manager'])) return { yes: true };
  return { yes: false, why: `This needs the role release manager in ${place.name}.` };
}

/** Whether somebody may start one through all of these environments. */
export function mayStartOn(places: readonly Place[]): May {
  return places.map(mayGrow).find(({ yes }) => !yes) ?? { yes: true };
}

/** Whether there is any environment in which somebody may start one; where exactly, the policy says. */
export function mayStart({ environments }: Pick<MyProject, 'environments'>): May {
  if (environments.some((one) => mayGrow(one).yes)) return { yes: true };
  return { yes: false, why: 'Starting a rollout needs the role editor, and release manager where it is protected.' };
}

/** Pausing, resuming and overriding always say why; the others where the environment asks for it. */
export function asksReason(
  verb: Verb,
  place: Pick<MyEnvironment, 'reasonRequired'> | undefined,
): 'required' | 'optional' {
  if (verb === 'pause' || verb === 'resume' || verb === 'override-ratio') return 'required';
  return place?.reasonRequired ? 'required' : 'optional';
}
