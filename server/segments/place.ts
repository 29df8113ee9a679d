import type { Context } from 'hono';
import type { HouseEnv } from '../access/guard.ts';
import type { Principal } from '../access/principal.ts';
import { Problem } from '../platform/problem.ts';

/** The environment that a request is about, as the guard resolved it. */
export interface EnvironmentPlace {
  projectId: number;
  environment: { id: number; key: string };
}

/** Who asks for a change, why, under which name the request is known, and which version the caller believes to change. */
export interface Asking {
  principal: Principal;
  reason: string | undefined;
  requestId: string | undefined;
  expected: number | undefined;
}

export function placeOf(c: Context<HouseEnv>): EnvironmentPlace {
  const { projectId, environment } = c.get('scope');
  if (!environment) throw new Problem('not_found', 'This is about an environment, and none was named.');
  return { projectId, environment };
}

/** Who asks, from the request. `expected` is what `expectedVersion` read of If-Match. */
export function askingOf(c: Context<HouseEnv>, reason: string | undefined, expected?: number): Asking {
  return { principal: c.get('principal'), reason, requestId: c.get('requestId'), expected };
}

/** The parts of a change order that come from the asking. */
export function orderOf(asking: Asking): { principal: Principal; reason?: string; requestId?: string } {
  return {
    principal: asking.principal,
    ...(asking.reason === undefined ? {} : { reason: asking.reason }),
    ...(asking.requestId === undefined ? {} : { requestId: asking.requestId }),
  };
}
