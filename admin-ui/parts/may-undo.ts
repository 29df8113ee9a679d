import type { May, MyProject } from '../client/me.ts';
import { splitSubject, type ToldChange } from './change-words.ts';

/** Changes that have a way back of their own, and what it is. */
const WAY_BACK: Record<string, string> = {
  'flag.kill': 'A kill is not undone: restore the flag.',
  'flag.restore': 'A restore is not undone: kill the flag again.',
  'rollback.undo': 'An undone rollback is not undone again: roll back to where you want to be.',
  'environment.new-epoch': 'An epoch that has begun goes on: apps hold its positions.',
};
const UNDOABLE = ['flag', 'segment', 'rollback'];
/** For how long whoever took a step towards safe may take it back. */
const GRACE_MS = 60_000;

/**
 * Whether this person may put back what a change found, and why not. The way back of what made things safer grows, so
 * it takes the right to grow, unless the same person did it within the last minute. What has changed since is for the
 * server to say.
 */
export function mayUndo(
  change: ToldChange,
  project: Pick<MyProject, 'environments' | 'rights'>,
  me: { actor: string; now: number },
): May {
  const { action, subject, environments } = change;
  const { kind } = splitSubject(subject);
  const wayBack = WAY_BACK[action];
  if (wayBack !== undefined) return { yes: false, why: wayBack };
  if (change.erased) return { yes: false, why: 'What it found was erased from the log, so it cannot be put back.' };
  if (!UNDOABLE.includes(kind) || action === 'flag.import') {
    return {
      yes: false,
      why: 'Only changes of flags and segments, and rollbacks, are undone. Edit this one where it is shown.',
    };
  }
  const mine = change.actor === me.actor && me.now - Date.parse(change.at) < GRACE_MS;
  for (const { key, direction } of environments) {
    const place = project.environments.find((one) => one.key === key);
    if (place === undefined) return { yes: false, why: `It also changed ${key}, where you have no right.` };
    const right = direction === 'safe' && !mine ? 'grow' : 'safe';
    const may = place.may[right];
    if (!may.yes) return { yes: false, why: may.why ?? `You may not do that in ${place.name}.` };
  }
  if (environments.length === 0 && !project.rights.includes('change')) {
    return { yes: false, why: 'You may read here, and change nothing.' };
  }
  return { yes: true };
}

/** Whether one of the environments that it changed asks for a reason. */
export function undoAsksReason(change: ToldChange, project: Pick<MyProject, 'environments'>): boolean {
  const changed = new Set(change.environments.map(({ key }) => key));
  return project.environments.some(({ key, reasonRequired }) => reasonRequired && changed.has(key));
}
