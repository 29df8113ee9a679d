import type { JsonValue } from '@turnout/core';
import type { Attachment } from './attachment.ts';
import type { ListedPolicy, PolicyAnswer } from './contract.ts';
import type { PolicyVersion, VersionRow } from './policy-store.ts';

/** How somebody is called whom the log names; undefined where nobody is known by that name. */
export type NameOf = (actor: string) => string | undefined;
const NOBODY: NameOf = () => undefined;

export function showPolicy(
  { row, version }: PolicyVersion,
  attachments: readonly Attachment[],
  nameOf: NameOf = NOBODY,
): PolicyAnswer {
  return {
    key: row.key,
    version: version.version,
    newest: row.newest,
    archived: row.archivedAt !== null,
    document: version.document,
    yaml: version.yaml,
    attachments: attachments.filter(({ policy }) => policy === row.key).map(({ by, value }) => ({ by, value })),
    ...showSaved(version, nameOf),
  };
}

export function listPolicy(
  { row, version }: PolicyVersion,
  attachments: readonly Attachment[],
  nameOf: NameOf = NOBODY,
): ListedPolicy {
  const { path, guards, gates, mode, reversible } = version.document;
  return {
    key: row.key,
    version: version.version,
    archived: row.archivedAt !== null,
    path: path.map(({ environment, stages }) => ({ environment, stages: stages.length })),
    ...{ guards: guards.length, gates: gates.length, mode, reversible },
    watches: guards.flatMap((guard): ListedPolicy['watches'] => {
      if ('metric' in guard) return [{ guard: guard.id, metric: guard.metric }];
      return 'source' in guard ? [{ guard: guard.id, source: guard.source }] : [];
    }),
    attachments: attachments.filter(({ policy }) => policy === row.key).map(({ by, value }) => ({ by, value })),
    ...showSaved(version, nameOf),
  };
}

export function showSaved(
  { reason, savedBy, savedAt }: Pick<VersionRow, 'reason' | 'savedBy' | 'savedAt'>,
  nameOf: NameOf = NOBODY,
) {
  return { reason, savedBy, savedByName: nameOf(savedBy) ?? null, savedAt: savedAt.toISOString() };
}

/** A version as the log keeps it. */
export function logVersion({ version, document }: VersionRow): JsonValue {
  return { version, document: JSON.parse(JSON.stringify(document)) as JsonValue };
}
