import { canonicalJson, sha256 } from '../changes/canonical.ts';
import type { StartedRollout } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import type { RolloutParts } from './rollout-parts.ts';
import type { PinnedRollout } from './rollout-store.ts';

/**
 * A rollout as whoever approves of its start is told of it: by which version of which policy, how far, and by what its
 * guards go. A name alone would stand for another policy, or for a guard that looks elsewhere, when it is carried out.
 */
export async function tellStarted(
  { sources }: Pick<RolloutParts, 'sources'>,
  db: Db | Tx,
  { projectId, flag, target, from, to, commit, policy, pinned }: PinnedRollout,
): Promise<StartedRollout> {
  const named = new Set(
    pinned.guards.flatMap((guard) => [
      ...('metric' in guard ? [`metric/${guard.metric}`] : []),
      ...('source' in guard ? [`source/${guard.source}`] : []),
    ]),
  );
  const metrics = (await sources.listMetrics(db, projectId)).map((metric): [string, unknown] => {
    const { key, kind, event, denominator = null, direction, cap = null, source } = metric;
    return [`metric/${key}`, { kind, event, denominator, direction, cap, source }];
  });
  const asked = (await sources.listSources(db, projectId)).map(({ key, kind, url }): [string, unknown] => [
    `source/${key}`,
    { kind, url },
  ]);
  const all: [string, unknown][] = [['policy', pinned], ...[...metrics, ...asked].filter(([name]) => named.has(name))];
  const actsBy = Object.fromEntries(all.map(([name, what]) => [name, sha256(canonicalJson(what))]));
  const path = pinned.path.map(({ environment }) => environment);
  return { flag, target, from, to, commit, policy, path, actsBy };
}
