import type { JsonObject } from '@turnout/core';
import { asFields, changedFields, joinWords, type Teller } from '../changes/tell-change.ts';
import type { HookAnswer } from './contract.ts';
import type { HookRow, HookSecretRow } from './hook-store.ts';

/** Where the signals of a hook are posted. */
export const hookPath = ({ source, id }: Pick<HookRow, 'source' | 'id'>): string => `/hooks/v1/${source}/${id}`;

/** A hook as it is shown: never its secrets. */
export function showHook(
  row: HookRow,
  { secrets, lastSignalAt }: { secrets: readonly HookSecretRow[]; lastSignalAt: Date | undefined },
): HookAnswer {
  const { projectId: _project, deletedAt: _deleted, createdAt, ...shown } = row;
  return {
    ...shown,
    path: hookPath(row),
    secrets: secrets.map((secret) => ({
      id: secret.id,
      startsWith: secret.verifier === null ? null : `turnout_hook_${secret.id}`,
      createdAt: secret.createdAt.toISOString(),
      expiresAt: secret.expiresAt?.toISOString() ?? null,
    })),
    lastSignalAt: lastSignalAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}

/** A hook as the log keeps it. */
export function logHook({
  name,
  source,
  auth,
  environments,
  flags,
  tags,
  actions,
  maxFlipsPerHour,
}: HookRow): JsonObject {
  return { name, source, auth, environments, flags, tags, actions, maxFlipsPerHour };
}

/** Tells of hooks: `hook “Alerts of production”: may kill and incident, 3 flips an hour`. */
export const hookTeller: Teller = {
  kind: 'hook',
  tell: ({ action, before, after }) => {
    const [was, is] = [asFields(before), asFields(after)];
    const told = `hook “${(is ?? was)?.name ?? ''}”`;
    if (is === undefined) return `${told}: deleted`;
    if (action === 'hook.rotate') return `${told}: a new secret`;
    if (was !== undefined) return `${told}: ${changedFields(was, is).join(', ')}`;
    const may = Array.isArray(is.actions) ? is.actions.map(String) : [];
    const what = may.length === 0 ? 'trips guards' : `may ${joinWords(may)}, ${is.maxFlipsPerHour} flips an hour`;
    return `${told}: made for ${is.source}, ${what}`;
  },
};
