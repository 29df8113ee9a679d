import { ROOT } from '../access/principal.ts';
import { type DraftCall, type DraftKind, draftKind } from '../changes/draft.ts';
import { withReason } from '../platform/problem-contract.ts';
import { editFreezeWork, endFreezeWork } from './change-freeze.ts';
import { environmentPatch } from './contract.ts';
import { editEnvironmentWork } from './edit-environment.ts';
import { findEnvironment } from './environment-store.ts';
import { freezePatch } from './freeze-contract.ts';
import { findFreeze } from './freeze-store.ts';

/** The door looks who agreed before anything of this is kept; so the work itself asks nobody. */
const agreed = (base: number | undefined) => ({
  ...{ principal: ROOT, reason: 'agreed', expected: base, approved: true as const },
});

const freezeVersion =
  ({ projectId, params }: DraftCall<unknown>) =>
  async (db: Parameters<typeof findFreeze>[0]) =>
    (await findFreeze(db, projectId, params.freeze ?? ''))?.version;

/** Calls that take away what protects, and so may wait for a second admin. */
export const environmentDrafts: readonly DraftKind[] = [
  draftKind({
    ...{ method: 'PATCH', path: '/environments/{environment}', body: environmentPatch, protection: true },
    plan: (call) => {
      const { reason: _reason, ...patch } = call.body;
      const place = call.place();
      return {
        ...{ action: 'environment.update', subject: `environment/${place.environment.key}`, alters: 'nothing' },
        version: async (db) => (await findEnvironment(db, call.projectId, place.environment.id))?.version,
        work: editEnvironmentWork(place, patch, agreed(call.base)),
      };
    },
  }),
  draftKind({
    ...{ method: 'PATCH', path: '/freezes/{freeze}', body: freezePatch, protection: true },
    plan: (call) => {
      const { reason: _reason, ...patch } = call.body;
      const id = call.params.freeze ?? '';
      return {
        ...{ action: 'freeze.update', subject: `freeze/${id}`, alters: 'nothing', version: freezeVersion(call) },
        work: editFreezeWork(call.projectId, id, patch, agreed(call.base)),
      };
    },
  }),
  draftKind({
    ...{ method: 'DELETE', path: '/freezes/{freeze}', body: withReason, protection: true },
    plan: (call) => {
      const id = call.params.freeze ?? '';
      return {
        ...{ action: 'freeze.end', subject: `freeze/${id}`, alters: 'nothing', version: freezeVersion(call) },
        work: endFreezeWork(call.projectId, id, agreed(call.base)),
      };
    },
  }),
];
