import type { FieldFault } from '../platform/problem.ts';
import { idleTime } from './check-gates.ts';
import { checkGuard, tooManyTested } from './check-guards.ts';
import type { FloorDocument } from './document-contract.ts';
import type { Floor } from './floor.ts';
import type { PolicyGround } from './ground.ts';
import { readDuration, readExposure } from './quantity.ts';
import { readGate, readGuard } from './read-document.ts';

/** A floor as it acts, and what is wrong with it in its project. */
export function checkFloor(document: FloorDocument, ground: PolicyGround): { floor: Floor; faults: FieldFault[] } {
  const { bake, firstExposure, alpha, approvals } = document;
  const floor: Floor = {
    ...(bake === undefined ? {} : { bakeMs: readDuration(bake) ?? 0 }),
    ...(firstExposure === undefined ? {} : { firstExposure: readExposure(firstExposure) ?? 0 }),
    ...(alpha === undefined ? {} : { alpha }),
    guards: document.guards.map((guard) => readGuard(guard, ground.metrics)),
    gates: document.gates.map(readGate),
    approvals: approvals.map(({ role, count, expires }) => ({ role, count, expiresMs: readDuration(expires) ?? 0 })),
  };
  // It holds wherever something is protected: a guard that names an environment would hold there alone.
  const everywhere = ground.environments.map(({ key }) => ({ environment: key, stages: [] }));
  const faults = document.guards.flatMap((guard, at) => {
    const path = `/guards/${at}`;
    if ('environment' in guard && guard.environment !== undefined) {
      return [
        { path: `${path}/environment`, code: 'not_used', expected: 'none: a floor holds in every protected one' },
      ];
    }
    // Nothing may be protected yet.
    return checkGuard(guard, path, { path: everywhere }, ground).filter(({ code }) => code !== 'never_applies');
  });
  const times = document.gates.flatMap((gate, at) => idleTime(gate, `/gates/${at}`));
  return { floor, faults: [...tooManyTested(document.guards), ...faults, ...times] };
}
