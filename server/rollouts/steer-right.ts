import { hasRole } from '../access/permissions.ts';
import type { Principal, Role } from '../access/principal.ts';
import { Problem } from '../platform/problem.ts';

/** An environment of a path, as it is now. */
export interface PathPlace {
  projectId: number;
  environmentId: number;
  key: string;
  isProtected: boolean;
}

const MAY_GROW: readonly Role[] = ['editor', 'release-manager', 'admin'];
const MAY_RELEASE: readonly Role[] = ['release-manager'];
const MAY_MAKE_SAFE: readonly Role[] = ['editor', 'killer', 'release-manager', 'admin'];

/** Whether somebody may let a rollout grow there: what is protected takes a release manager. */
export function mayGrow(principal: Principal, { key: _key, isProtected, ...place }: PathPlace): boolean {
  return principal.kind === 'root' || hasRole(principal, place, isProtected ? MAY_RELEASE : MAY_GROW);
}

/** Throws 403 where somebody may not let a rollout grow there. */
export function requireMayGrow(principal: Principal, places: readonly PathPlace[]): void {
  for (const place of places) {
    if (mayGrow(principal, place)) continue;
    const { key, isProtected } = place;
    throw new Problem(
      'forbidden',
      isProtected
        ? `${key} is protected: this needs the role release-manager there.`
        : `This needs the role editor, release-manager or admin in ${key}.`,
    );
  }
}

/** Throws 403 for a viewer: everybody else may make things safe. */
export function requireMayStop(principal: Principal, { key, isProtected: _isProtected, ...place }: PathPlace): void {
  if (principal.kind === 'root' || hasRole(principal, place, MAY_MAKE_SAFE)) return;
  throw new Problem('forbidden', `This needs any role but viewer in ${key}.`);
}

/** Throws 403 unless somebody is a release manager there: what an alarm says is not waved aside by everybody. */
export function requireMayOverride(principal: Principal, { key, isProtected: _is, ...place }: PathPlace): void {
  if (principal.kind === 'root' || hasRole(principal, place, MAY_RELEASE)) return;
  throw new Problem('forbidden', `This needs the role release-manager in ${key}.`);
}
