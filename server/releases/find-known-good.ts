import type { Db, Tx } from '../database/connect.ts';
import { formsInForceOf, goodFormsOf } from './good-store.ts';
import { findUnproven, type KnownForms, type Unproven } from './known-good.ts';
import type { Release } from './release.ts';
import { listReleases } from './release-store.ts';

/** A release of ten thousand flags is two megabytes, and mostly one of the newest is known to be good. */
const AT_ONCE = 5;
/** Further back nobody wants to go, and whoever waits for a rollback does not wait for that search. */
const MOST = 200;

export async function readKnownForms(db: Db | Tx, environmentId: number): Promise<KnownForms> {
  const [goods, inForce] = await Promise.all([goodFormsOf(db, environmentId), formsInForceOf(db, environmentId)]);
  return { goods, inForce };
}

/** What was found of the newest release, where none is known to be good. */
export interface NoneGood {
  release: undefined;
  newest: { tag: string; unproven: Unproven[] } | undefined;
}

/** The newest release of an environment of which every form is known to be good, as of now. */
export async function findLatestKnownGood(
  db: Db | Tx,
  { environmentId }: { environmentId: number },
  now: Date,
): Promise<{ release: Release } | NoneGood> {
  const known = await readKnownForms(db, environmentId);
  let newest: NoneGood['newest'];
  let before: number | undefined;
  for (let seen = 0; seen < MOST; seen += AT_ONCE) {
    const page = await listReleases(db, environmentId, { limit: AT_ONCE, before });
    for (const release of page.slice(0, AT_ONCE)) {
      const unproven = findUnproven(release.flags, known, now);
      if (unproven.length === 0) return { release };
      newest ??= { tag: release.tag, unproven };
      before = release.seq;
    }
    if (page.length <= AT_ONCE) break;
  }
  return { release: undefined, newest };
}
