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
}

/** The environment that a request is about, as the guard resolved it. */
export interface EnvironmentPlace {
  projectId: number;
  environment: { id: number; key: string };
}

/** Who asks, from the request. `expected` is what `expectedVersion` read of If-Match. */
export function askingOf(c: Context<HouseEnv>, reason: string | undefined, expected?: number): Asking {
  return { principal: c.get('principal'), reason, requestId: c.get('requestId'), expected };
}

/** Throws 404 where the request names no environment. */
export function placeOf(c: Context<HouseEnv>): EnvironmentPlace {
  const { projectId, environment } = c.get('scope');
  if (!environment) throw new Problem('not_found', 'This is about an environment, and none was named.');
  return { projectId, environment };
}

/** The parts of a change order that come from the asking. */
export function orderOf({ principal, reason, requestId }: Asking) {
  return {
    principal,
    ...(reason === undefined ? {} : { reason }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}
