import type { Db, Tx } from '../database/connect.ts';
import { formsInForceOf, goodFormsOf } from './good-store.ts';
import { findUnproven, type KnownForms, type Unproven } from './known-good.ts';
import type { Release } from './release.ts';
import { listReleases } from './release-store.ts';

/** A release of ten thousand flags is two megabytes, and mostly one of the newest is known to be good. */
const AT_ONCE = 5;
/** Further back nobody wants to go, and whoever waits for a rollback does not wait for that search. */
export const MOST_LOOKED = 200;

/** What is known of all forms of an environment. */
export async function readKnownForms(db: Db | Tx, environmentId: number): Promise<KnownForms> {
  return { goods: await goodFormsOf(db, environmentId), inForce: await formsInForceOf(db, environmentId) };
}

/** A release with the flags of it that are not known to be good, most telling first. */
export interface JudgedRelease {
  release: Release;
  unproven: Unproven[];
}

/** The releases of an environment, newest first, below `before`, each judged as of now; a few of them are read at once. */
export async function* judgeReleases(
  db: Db | Tx,
  environmentId: number,
  { now, known, before }: { now: Date; known: KnownForms; before?: number | undefined },
): AsyncGenerator<JudgedRelease> {
  let below = before;
  for (;;) {
    const page = await listReleases(db, environmentId, { limit: AT_ONCE, before: below });
    for (const release of page.slice(0, AT_ONCE)) {
      yield { release, unproven: findUnproven(release.flags, known, now) };
      below = release.seq;
    }
    if (page.length <= AT_ONCE) return;
  }
}

/** What was found of the newest release, where none is known to be good. */
export interface NoneGood {
  release: undefined;
  newest: JudgedRelease | undefined;
}

/** The newest release of an environment of which every form is known to be good, as of now. */
export async function findLatestKnownGood(
  db: Db | Tx,
  { environmentId }: { environmentId: number },
  now: Date,
  known?: KnownForms,
): Promise<{ release: Release } | NoneGood> {
  let newest: JudgedRelease | undefined;
  let seen = 0;
  const all = judgeReleases(db, environmentId, { now, known: known ?? (await readKnownForms(db, environmentId)) });
  for await (const judged of all) {
    if (judged.unproven.length === 0) return { release: judged.release };
    newest ??= judged;
    seen += 1;
    if (seen === MOST_LOOKED) break;
  }
  return { release: undefined, newest };
}

const MOST_NAMED = 3;

/** Why there is none, in sentences that name the flags which tell most. */
export function sayNoneGood(environment: string, { newest }: NoneGood): string {
  if (newest === undefined) return `There is no release of ${environment} yet, so none is known to be good.`;
  const { release, unproven } = newest;
  const named = unproven.slice(0, MOST_NAMED).map(({ flag, because }) => `${flag}: ${because}`);
  const more = unproven.length > MOST_NAMED ? ` And ${unproven.length - MOST_NAMED} more.` : '';
  return (
    `No release of ${environment} is known to be good. Of the newest, ${release.tag}, these flags are not. ` +
    `${named.join(' ')}${more}`
  );
}
