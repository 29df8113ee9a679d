import type { EnvironmentPlace } from '../access/asking.ts';
import type { Db } from '../database/connect.ts';
import { invalid, Problem } from '../platform/problem.ts';
import type { ReleaseAnswer, ReleaseItemAnswer } from './contract.ts';
import type { JudgedRelease } from './find-known-good.ts';
import { readBody } from './form.ts';
import { judgeForm, type KnownForms } from './known-good.ts';
import type { Release } from './release.ts';
import { findRelease, readBodies, readOrigins } from './release-store.ts';

/** What releases are shown with. */
export interface ShowParts {
  db: Db;
  nameOf(actor: string): string | undefined;
}

/** The release, or 404; where a query names it, 422 that names the field. */
export async function requireRelease(
  db: Db,
  { environment }: EnvironmentPlace,
  tag: string,
  path?: string,
): Promise<Release> {
  const release = await findRelease(db, environment.id, tag);
  if (release !== undefined) return release;
  const missing = `There is no release ${tag} of ${environment.key}.`;
  if (path === undefined) throw new Problem('not_found', missing);
  throw invalid([{ path, code: 'unknown_release', expected: 'the tag of a release of this environment, or now' }]);
}

/** What a list needs of a release: not its flags, of which there may be ten thousand in each. */
export interface ReleaseHead extends Omit<Release, 'flags' | 'segments'> {
  flags: number;
  segments: number;
  unproven: number;
}

export function headOf({ release, unproven }: JudgedRelease): ReleaseHead {
  const [flags, segments] = [Object.keys(release.flags).length, Object.keys(release.segments).length];
  return { ...release, flags, segments, unproven: unproven.length };
}

/** Releases as a list shows them; `latest` is the tag of the newest that is known good. */
export async function showReleases(
  { db, nameOf }: ShowParts,
  environment: string,
  heads: readonly ReleaseHead[],
  latest: string | undefined,
): Promise<ReleaseItemAnswer[]> {
  const origins = await readOrigins(db, heads);
  return heads.map((head) => {
    const { tag, commit, origin: kind, originId, position, note, flags, segments, createdBy, unproven } = head;
    const { says, link } = origins.get(originId ?? '') ?? { says: SAYS[kind], link: null };
    return {
      ...{ tag, environment, commit, origin: { kind, says, link }, position, change: head.changeId, note },
      ...{ flags, segments, createdBy, createdByName: nameOf(createdBy) ?? null },
      createdAt: head.createdAt.toISOString(),
      ...{ knownGood: unproven === 0, latestKnownGood: tag === latest, unproven },
    };
  });
}

/** What is said where what a release comes from is not there any more, or was nothing but somebody's word. */
const SAYS = { manual: 'on demand', departure: 'a departure', rollout: 'a rollout' } as const;

/** A release with each flag, and why its form is known to be good, or why not. */
export async function showRelease(
  parts: ShowParts,
  environment: string,
  judged: JudgedRelease,
  { known, now, latest }: { known: KnownForms; now: Date; latest: string | undefined },
): Promise<ReleaseAnswer> {
  const [head] = await showReleases(parts, environment, [headOf(judged)], latest);
  if (head === undefined) throw new Error('a release that was read is shown');
  const { flags, projectId } = judged.release;
  const bodies = await readBodies(
    parts.db,
    projectId,
    Object.values(flags).map(({ body }) => body),
  );
  const items = Object.entries(flags).map(([key, released]) => {
    const { body, killed = false, inFlight = null, served } = released;
    const { state } = readBody(bodies.get(body) ?? '').configuration;
    return { key, state, killed, inFlight, served, ...judgeForm(key, released, known, now) };
  });
  return { ...head, unprovenFlags: judged.unproven, items };
}
