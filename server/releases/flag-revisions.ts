import { type Flag, parsePosition } from '@turnout/core';
import type { EnvironmentPlace } from '../access/asking.ts';
import type { Db, Tx } from '../database/connect.ts';
import { leaveRun } from '../decisions/grow-run.ts';
import type { Configuration } from '../flags/configuration.ts';
import { requireFlag } from '../flags/flag-place.ts';
import { Problem } from '../platform/problem.ts';
import type { FlagForm } from './release.ts';
import { changeAt, runsSince, type Touching, touching } from './rollback-store.ts';

/** So many are shown; whoever wants an older one names its position. */
const MOST_SHOWN = 50;

/** A flag as it was served from a position on; where a run was live, as that run had found it. */
export interface FlagRevision {
  position: string;
  at: Date;
  changeId: number;
  action: string;
  /** Null where it was archived, so that nobody got it. */
  was: { form: FlagForm; killed: boolean } | null;
}

type Runs = Awaited<ReturnType<typeof runsSince>>;

/** What a flag was over time in an environment, newest first. */
export async function flagRevisions(db: Db | Tx, place: EnvironmentPlace, key: string): Promise<FlagRevision[]> {
  const { content } = { content: await requireFlag(db, place.projectId, key) };
  const found = await touching(db, place.environment.id, key, { limit: MOST_SHOWN });
  const oldest = found.at(-1)?.at ?? new Date();
  const runs = await runsSince(db, place.environment.id, key, oldest);
  return found.map((one) => revisionOf(key, content, one, runs));
}

/** What it was at a position of the environment, whichever change led there. */
export async function flagAt(tx: Tx, place: EnvironmentPlace, key: string, position: string) {
  const parsed = parsePosition(position);
  const { id, key: environment } = place.environment;
  const changeId = parsed && (await changeAt(tx, id, parsed));
  if (!changeId) throw new Problem('not_found', `${environment} was never at ${position}.`);
  const content = await requireFlag(tx, place.projectId, key);
  const [found] = await touching(tx, id, key, { limit: 1, upTo: changeId });
  const revision = found && revisionOf(key, content, found, await runsSince(tx, id, key, found.at));
  if (!revision?.was) throw new Problem('wrong_state', `${key} was not there when ${environment} was at ${position}.`);
  return { was: revision.was, to: { tag: null, position, at: revision.at, knownGood: false } };
}

function revisionOf(
  key: string,
  content: FlagForm['content'],
  { changeId, at, position, action, patch }: Touching,
  runs: Runs,
): FlagRevision {
  const served = Object.hasOwn(patch.flags, key) ? patch.flags[key] : undefined;
  if (served === undefined) return { changeId, at, position, action, was: null };
  const { type, variants, clientVisible } = served;
  const form = {
    content: { ...content, type, variants, clientVisible, metadata: served.metadata ?? null },
    configuration: atAnchor(served, runs, at),
  };
  return { changeId, at, position, action, was: { form, killed: served.killed === true } };
}

/** What an author had written of it, without what a run that was live then had. */
function atAnchor(flag: Flag, runs: Runs, at: Date): Configuration {
  const own = pickConfiguration(flag);
  const run = runs.find(({ startedAt, endedAt }) => startedAt <= at && (endedAt === null || endedAt > at));
  const wrote = run?.wrote;
  if (run === undefined || wrote == null) return own;
  if (wrote.target !== 'fallthrough' && !own.rules.some(({ id }) => id === wrote.target)) return own;
  const { rules, fallthrough } = leaveRun({ ...own, run: null }, wrote, run.anchor);
  return { ...own, rules, fallthrough };
}

/** What of a flag, as it is served, is set for each environment. */
export function pickConfiguration(flag: Flag): Configuration {
  const { state, offVariant, prerequisites, rules, fallthrough, shedAt, maxStalenessMs, whenStale } = flag;
  return {
    ...{ state, offVariant, prerequisites, rules, fallthrough },
    ...{ shedAt: shedAt ?? null, maxStalenessMs: maxStalenessMs ?? null, whenStale: whenStale ?? null },
  };
}
