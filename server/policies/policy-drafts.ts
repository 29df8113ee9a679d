import { ROOT } from '../access/principal.ts';
import { type DraftKind, draftKind } from '../changes/draft.ts';
import { floorSave, policySave } from './contract.ts';
import { findFloor } from './floor-store.ts';
import type { PolicyParts } from './policy-parts.ts';
import { findPolicy } from './policy-store.ts';
import { saveFloorWork, writtenFloor } from './save-floor.ts';
import { savePolicyWork } from './save-policy.ts';

/** The door looks who agreed before anything of this is kept; so the work itself asks nobody. */
const agreed = (base: number | undefined, reason: string | undefined) => ({
  ...{ principal: ROOT, reason: reason ?? 'agreed', expected: base, approved: true as const },
});

/** Calls that ask for less than before, and so may wait for a second person. */
export function policyDrafts(parts: PolicyParts): readonly DraftKind[] {
  return [
    draftKind({
      ...{ method: 'PUT', path: '/policies/{policy}', body: policySave, protection: true },
      plan: ({ projectId, params, body, base }) => {
        const key = params.policy ?? '';
        const { document, yaml, acceptTooFewUnits = false, reason } = body;
        const written = yaml === undefined ? { document } : { yaml };
        const save = { written, acceptTooFewUnits, mustBeNew: base === undefined };
        return {
          ...{ action: 'policy.save', subject: `policy/${key}`, alters: 'nothing' },
          version: async (db) => (await findPolicy(db, projectId, key))?.newest,
          work: savePolicyWork(parts, projectId, key, save, agreed(base, reason)),
        };
      },
    }),
    draftKind({
      ...{ method: 'PUT', path: '/policy-floor', body: floorSave, protection: true },
      plan: ({ projectId, body, base }) => ({
        ...{ action: 'policy-floor.save', subject: 'policy-floor/all', alters: 'nothing' },
        version: async (db) => (await findFloor(db, projectId))?.version,
        work: saveFloorWork(parts, projectId, writtenFloor(body), agreed(base, body.reason)),
      }),
    }),
  ];
}
