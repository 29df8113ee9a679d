import type { ProjectAnswer } from './contract.ts';
import type { ProjectRow } from './project-store.ts';

/** A project as it is shown. */
export function showProject({ key, name, archivedAt, demo, version, createdAt }: ProjectRow): ProjectAnswer {
  return { key, name, archived: archivedAt !== null, demo, version, createdAt: createdAt.toISOString() };
}

/** A project as the log keeps it: what an author decided, and nothing that follows from that. */
export function logProject({ key, name, demo }: ProjectRow): { key: string; name: string; demo?: true } {
  return { key, name, ...(demo ? { demo } : {}) };
}
