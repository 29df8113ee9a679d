import { type DraftKind, draftKind } from '../changes/draft.ts';
import { restoreBody } from './kill-contract.ts';
import { newestKill, restoreWork } from './restore-flag.ts';

/** Lifting kills may wait in a request until it is approved; killing never waits. */
export const restoreDrafts: readonly DraftKind[] = [
  draftKind({
    ...{ method: 'POST', path: '/environments/{environment}/flags/{flag}/restore', body: restoreBody },
    plan: (call) => {
      const place = { ...call.place(), flag: call.params.flag ?? '' };
      return {
        ...{ action: 'flag.restore', subject: `flag/${place.flag}`, alters: 'environment', bindsVersion: true },
        version: (db) => newestKill(db, place),
        work: restoreWork(place, call.base),
      };
    },
  }),
];
