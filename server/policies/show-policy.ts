import type { JsonValue } from '@turnout/core';
import type { Attachment } from './attachment.ts';
import type { ListedPolicy, PolicyAnswer } from './contract.ts';
import type { PolicyVersion, VersionRow } from './policy-store.ts';

export function showPolicy({ row, version }: PolicyVersion, attachments: readonly Attachment[]): PolicyAnswer {
  return {
    key: row.key,
    version: version.version,
    newest: row.newest,
    archived: row.archivedAt !== null,
    document: version.document,
    yaml: version.yaml,
    attachments: attachments.filter(({ policy }) => policy === row.key).map(({ by, value }) => ({ by, value })),
    ...showSaved(version),
  };
}

export function listPolicy({ row, version }: PolicyVersion, attachments: readonly Attachment[]): ListedPolicy {
  const { path, guards, gates, mode, reversible } = version.document;
  return {
    key: row.key,
    version: version.version,
    archived: row.archivedAt !== null,
    path: path.map(({ environment, stages }) => ({ environment, stages: stages.length })),
    ...{ guards: guards.length, gates: gates.length, mode, reversible },
    attachments: attachments.filter(({ policy }) => policy === row.key).map(({ by, value }) => ({ by, value })),
    ...showSaved(version),
  };
}

export function showSaved({ reason, savedBy, savedAt }: Pick<VersionRow, 'reason' | 'savedBy' | 'savedAt'>) {
  return { reason, savedBy, savedAt: savedAt.toISOString() };
}

/** A version as the log keeps it. */
export function logVersion({ version, document }: VersionRow): JsonValue {
  return { version, document: JSON.parse(JSON.stringify(document)) as JsonValue };
}
