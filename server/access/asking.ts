import type { Context } from 'hono';
import { Problem } from '../platform/problem.ts';
import type { HouseEnv } from './guard.ts';
import type { Principal } from './principal.ts';

/** Who asks for a change, why, under which name the request is known, and which version the caller believes to change. */
export interface Asking {
  principal: Principal;
  reason?: string | undefined;
  requestId?: string | undefined;
  expected?: number | undefined;
  /** The freezes in spite of which they go on. */
  overridesFreeze?: FreezeOverride | undefined;
}

/** Somebody goes on in spite of freezes, where they have the role that those name and say why. */
export interface FreezeOverride {
  ids: readonly string[];
  by: Principal;
  /** Written by the door: the freezes that held, and did not hold this change. */
  used: { freeze: string; name: string; environment: string }[];
}

/** The environment that a request is about, as the guard resolved it. */
export interface EnvironmentPlace {
  projectId: number;
  environment: { id: number; key: string };
}

/** Who asks, from the request. `expected` is what `expectedVersion` read of If-Match. */
export function askingOf(c: Context<HouseEnv>, reason: string | undefined, expected?: number): Asking {
  const overridesFreeze = c.get('overridesFreeze');
  return { principal: c.get('principal'), reason, requestId: c.get('requestId'), expected, overridesFreeze };
}

/** Throws 404 where the request names no environment. */
export function placeOf(c: Context<HouseEnv>): EnvironmentPlace {
  const { projectId, environment } = c.get('scope');
  if (!environment) throw new Problem('not_found', 'This is about an environment, and none was named.');
  return { projectId, environment };
}

/** The parts of a change order that come from the asking. */
export function orderOf({ principal, reason, requestId, overridesFreeze }: Asking) {
  return {
    principal,
    ...(reason === undefined ? {} : { reason }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(overridesFreeze === undefined ? {} : { overridesFreeze }),
  };
}
