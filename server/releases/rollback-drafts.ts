import { type DraftKind, draftKind } from '../changes/draft.ts';
import { findFlagIn } from '../flags/flag-store.ts';
import { environmentRollback, flagRollback } from './contract.ts';
import { rollBackEnvironment, rollBackFlag } from './rollback-work.ts';

/** Going back to a release, or of a flag to a revision, may wait in a request until it is approved. */
export const rollbackDrafts: readonly DraftKind[] = [
  draftKind({
    ...{ method: 'POST', path: '/environments/{environment}/rollback', body: environmentRollback },
    plan: (call) => {
      const place = call.place();
      return {
        ...{ action: 'environment.rollback', subject: `rollback/${place.environment.key}`, alters: 'environment' },
        version: async () => undefined,
        work: (tx, ground) => rollBackEnvironment({ tx, ground, place, part: 'all' }, call.body.to),
      };
    },
  }),
  draftKind({
    ...{ method: 'POST', path: '/environments/{environment}/flags/{flag}/rollback', body: flagRollback },
    plan: (call) => {
      const [place, flag] = [call.place(), call.params.flag ?? ''];
      return {
        ...{ action: 'flag.rollback', subject: `flag/${flag}`, alters: 'environment' },
        version: async (db) =>
          (await findFlagIn(db, place.projectId, place.environment.id, flag))?.configuration.version,
        work: (tx, ground) => rollBackFlag({ tx, ground, place, part: 'all' }, flag, call.body.to),
      };
    },
  }),
];
