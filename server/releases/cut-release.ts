import { newId } from '../access/mint-secret.ts';
import { sha256 } from '../changes/canonical.ts';
import type { Ground, LockedEnvironment } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { bodyHash, isOff, servedHash, writeBody } from './form.ts';
import { formsInForceOf, putInForce } from './good-store.ts';
import { type PresentForm, readForms, readSegmentForms } from './read-forms.ts';
import type { Release, ReleasedFlag } from './release.ts';
import { findRelease, insertRelease, keepBodies, tagsBeginning } from './release-store.ts';

/** What is to be kept under a tag. */
export interface Cut extends Pick<Release, 'commit' | 'origin' | 'originId' | 'note' | 'position'> {
  environment: Pick<LockedEnvironment, 'id' | 'projectId' | 'key' | 'shedLevel'>;
  /** Left out: the day and a number. */
  tag?: string | undefined;
  by: string;
  /** The change that led to `position`; left out where none did. */
  changeId?: number | undefined;
}

/**
 * Keeps what an environment is, as of this moment of a transaction that holds its lock, or that of its project. Flags
 * that nothing was known of are in force from now on.
 */
export async function cutRelease(tx: Tx, { now }: Pick<Ground, 'now'>, cut: Cut): Promise<Release> {
  const { environment, tag, by, changeId, commit, origin, originId, note, position } = cut;
  const { projectId, id: environmentId, shedLevel } = environment;
  if (tag !== undefined && (await findRelease(tx, environmentId, tag))) throw taken(tag, environment.key);
  const bodies = new Map<string, string>();
  const flags: Record<string, ReleasedFlag> = {};
  for (const [key, present] of await readForms(tx, { projectId, environmentId })) {
    flags[key] = keepFlag(bodies, key, present);
  }
  const segments: Record<string, string> = {};
  for (const [key, form] of await readSegmentForms(tx, environmentId)) {
    const body = JSON.stringify(form);
    segments[key] = sha256(body);
    bodies.set(segments[key], body);
  }
  await keepBodies(tx, projectId, bodies);
  // What is killed, or under a run, is not in force by itself.
  const standing = Object.entries(flags).filter(([, { killed, inFlight }]) => !killed && inFlight === undefined);
  const known = await formsInForceOf(tx, environmentId);
  const missing = standing.filter(([flag]) => !known.has(flag));
  await putInForce(
    tx,
    missing.map(([flag, { served }]) => ({ environmentId, flag, served, since: now })),
  );
  return insertRelease(tx, {
    ...{ id: newId(), projectId, environmentId, tag: tag ?? (await nextTag(tx, environmentId, now)) },
    ...{ commit, origin, originId, note, position, changeId: changeId ?? null, shedLevel, flags, segments },
    ...{ createdBy: by, createdAt: now },
  });
}

function keepFlag(bodies: Map<string, string>, key: string, { form, killed, inFlight }: PresentForm): ReleasedFlag {
  const body = bodyHash(form);
  bodies.set(body, writeBody(form));
  return {
    ...{ body, served: servedHash(key, form) },
    ...(isOff(form) ? { off: true as const } : {}),
    ...(killed ? { killed: true as const } : {}),
    ...(inFlight === null ? {} : { inFlight }),
  };
}

/** `2026-11-25.1`, by the day in UTC; the next free number of the day. */
export async function nextTag(tx: Db | Tx, environmentId: number, now: Date): Promise<string> {
  const start = `${now.toISOString().slice(0, 10)}.`;
  const numbers = (await tagsBeginning(tx, environmentId, start)).map((tag) => Number(tag.slice(start.length)));
  return `${start}${Math.max(0, ...numbers.filter(Number.isInteger)) + 1}`;
}

const taken = (tag: string, environment: string) =>
  new Problem('duplicate', `There is a release ${tag} of ${environment} already.`, {
    errors: [{ path: '/tag', code: 'duplicate', expected: `a tag that no other release of ${environment} has` }],
  });
