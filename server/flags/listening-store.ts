import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Tx } from '../database/connect.ts';
import { environments, flags, hooks, rollouts } from '../database/tables.ts';
import type { Listener, Listing } from './listening.ts';

/**
 * The live rollouts of a project that go by signals, by the policies that they were started with; those of one flag where
 * one is given. Rollouts and hooks are kept in later rooms, and what they hear goes by tags of flags.
 */
export async function liveListeners(tx: Tx, projectId: number, flag?: string): Promise<Listener[]> {
  const rows = await tx
    .select({ rollout: rollouts.id, flag: rollouts.flag, tags: flags.tags, policy: rollouts.policy })
    .from(rollouts)
    .innerJoin(flags, and(eq(flags.projectId, rollouts.projectId), eq(flags.key, rollouts.flag)))
    .where(
      and(
        ...[eq(rollouts.projectId, projectId), inArray(rollouts.state, ['waiting', 'running', 'paused'])],
        flag === undefined ? undefined : eq(rollouts.flag, flag),
      ),
    );
  const listening = rows.map(({ policy, ...row }) => ({ ...row, ...listensIn(policy) }));
  if (listening.every(({ isListening }) => !isListening)) return [];
  const places = await tx
    .select({ key: environments.key, isProtected: environments.protected })
    .from(environments)
    .where(eq(environments.projectId, projectId));
  const guarded = places.filter(({ isProtected }) => isProtected).map(({ key }) => key);
  return listening.flatMap(({ isListening, named, protectedOf, ...row }) => {
    const all = [...named, ...protectedOf.filter((key) => guarded.includes(key))];
    return isListening && all.length > 0 ? [{ ...row, environments: [...new Set(all)] }] : [];
  });
}

/** A guard that names no environment listens in the protected ones of the path. */
function listensIn({ guards, path }: (typeof rollouts.$inferSelect)['policy']) {
  const own = guards.filter(({ kind, mode }) => kind === 'signal' && mode === 'enforce');
  return {
    isListening: own.length > 0,
    named: own.flatMap(({ environment }) => environment ?? []),
    protectedOf: own.some(({ environment }) => environment === undefined) ? path.map((step) => step.environment) : [],
  };
}

/** The hooks of a project that are not deleted. */
export async function listingsOf(tx: Tx, projectId: number): Promise<Listing[]> {
  const { name, environments: places, flags: keys, tags } = hooks;
  return tx
    .select({ name, environments: places, flags: keys, tags })
    .from(hooks)
    .where(and(eq(hooks.projectId, projectId), isNull(hooks.deletedAt)));
}
