import type { JsonValue } from '@turnout/core';
import type { Ground } from '../changes/door.ts';
import { requireUnchanged } from '../changes/require-unchanged.ts';
import type { LoggedChange, Undoer, Undone } from '../changes/undoer.ts';
import type { Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { requireSound, requireUnused, rulesetOf } from './change-segment.ts';
import { applyLogged, isJsonObject, logLike, logSegment, readContent } from './segment.ts';
import {
  findSegment,
  insertSegment,
  removeSegment,
  type SegmentContent,
  type SegmentRow,
  updateSegment,
} from './store.ts';

/** Puts a segment back as it was before a change: what was made goes, what was deleted comes, what was edited returns. */
export const segmentUndoer: Undoer = { kind: 'segment', undo: undoSegmentChange };

async function undoSegmentChange(tx: Tx, change: LoggedChange, ground: Ground): Promise<Undone> {
  const [environment] = change.environments;
  if (!environment) throw new Problem('wrong_state', 'This change altered no environment.');
  const { key } = change;
  const place = { projectId: change.projectId, environmentId: environment.id, key };
  const ruleset = rulesetOf(ground, environment.id);
  const row = await findSegment(tx, environment.id, key);
  const content = segmentBefore(change, environment.key, row);
  const [before, after] = [sideOf(change.before, environment.key), sideOf(change.after, environment.key)];
  const undone: Undone = {
    touched: { flags: [], segments: [key] },
    before: row ? { environments: { [environment.key]: logLike(row, after) } } : null,
    after: before === null ? null : { environments: { [environment.key]: before } },
  };
  if (content === null) {
    requireUnused(key, ruleset);
    await removeSegment(tx, environment.id, key);
    return undone;
  }
  if (row && JSON.stringify(logSegment(content)) === JSON.stringify(logSegment(row)))
    return { ...undone, unchanged: true };
  requireSound(key, content, ruleset);
  if (row) await updateSegment(tx, environment.id, key, content);
  else await insertSegment(tx, place, content);
  return undone;
}

/**
 * What a segment was before a change of it; null where there was none. Throws where it is not as the change left it. Whether
 * that still fits is for whoever writes it.
 */
export function segmentBefore(
  change: LoggedChange,
  environment: string,
  row: SegmentRow | undefined,
): SegmentContent | null {
  const [before, after] = [sideOf(change.before, environment), sideOf(change.after, environment)];
  requireUnchanged(change, row ? { environments: { [environment]: logLike(row, after) } } : null);
  return before === null ? null : applyLogged(row ?? readContent({}), before);
}

function sideOf(side: JsonValue, environmentKey: string): JsonValue {
  if (!isJsonObject(side) || !isJsonObject(side.environments)) return null;
  return side.environments[environmentKey] ?? null;
}
