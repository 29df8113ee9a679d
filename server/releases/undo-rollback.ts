import type { JsonValue, Ruleset } from '@turnout/core';
import type { EnvironmentPlace } from '../access/asking.ts';
import { formOf, groundAfter } from '../changes/combine-works.ts';
import type { Ground, ReadRuleset } from '../changes/door.ts';
import { requireUnchanged } from '../changes/require-unchanged.ts';
import type { LoggedChange, Undoer, Undone } from '../changes/undoer.ts';
import type { Tx } from '../database/connect.ts';
import { flagSizeFaults, nameFaults, rulesetSizeFaults } from '../flags/check-flag.ts';
import { type Configuration, logConfiguration } from '../flags/configuration.ts';
import { requireLive } from '../flags/flag-place.ts';
import { findFlags, placesOfFlags } from '../flags/flag-store.ts';
import { asLogged, type LoggedFields, pickFields, readSide } from '../flags/log-flag-change.ts';
import { saltsOf } from '../flags/plan-configuration.ts';
import { runAfter } from '../flags/run-after.ts';
import { escapePointer } from '../platform/json-pointer.ts';
import { type FieldFault, invalid, Problem } from '../platform/problem.ts';
import { itemsOf } from '../requests/tell-request.ts';
import { requireSound, requireUnused, rulesetOf } from '../segments/change-segment.ts';
import { tangleFaults } from '../segments/refuse-tangles.ts';
import { logSegment } from '../segments/segment.ts';
import { findSegments, type SegmentContent } from '../segments/store.ts';
import { segmentBefore } from '../segments/undo-segment-change.ts';
import { type WrittenBack, writeBack } from './rollback-store.ts';
import { writeSegmentForm } from './write-form.ts';

/**
 * Puts back what a rollback of an environment found. All of it is read, written and held against the rest of the
 * environment at once: thousands of flags go back in one, and piece by piece two of them could need each other on the way.
 */
export const rollbackUndoer = (readRuleset: ReadRuleset): Undoer => ({
  kind: 'rollback',
  undo: (tx, change, ground) => undoRollback(readRuleset, tx, change, ground),
});

async function undoRollback(readRuleset: ReadRuleset, tx: Tx, change: LoggedChange, ground: Ground): Promise<Undone> {
  if (change.action !== 'environment.rollback') {
    throw new Problem('wrong_state', 'An undone rollback is not undone again: roll back to where you want to be.');
  }
  const [environment] = change.environments;
  if (environment === undefined) throw new Problem('wrong_state', 'This change altered no environment.');
  const place = { projectId: change.projectId, environment };
  const pieces = piecesOf(change);
  const flags = await flagsBefore(tx, place, aboutA('flag', pieces));
  const segments = await segmentsBefore(tx, place, aboutA('segment', pieces));
  for (const [key, content] of segments) {
    await writeSegmentForm(tx, place, key, content === null ? null : logSegment(content));
  }
  await writeBack(tx, environment.id, [...flags.values()]);
  const touched = { flags: [...flags.keys()], segments: [...segments.keys()] };
  const after = await groundAfter(readRuleset, tx, ground, touched);
  requireFits(rulesetOf(ground, environment.id), rulesetOf(after, environment.id), { flags, segments });
  return { touched, before: change.after, after: change.before };
}

/** Each piece of the change as if it had been one of its own. */
function piecesOf(change: LoggedChange): LoggedChange[] {
  const was = itemsOf(change.before);
  return itemsOf(change.after).map((item, index) => {
    const subject = String(item.subject);
    const [before, after] = [formOf(was[index] ?? {}) ?? null, formOf(item) ?? null];
    return { ...change, subject, key: subject.slice(subject.indexOf('/') + 1), before, after };
  });
}

const aboutA = (kind: string, pieces: readonly LoggedChange[]) =>
  new Map(pieces.filter(({ subject }) => subject.startsWith(`${kind}/`)).map((piece) => [piece.key, piece]));

/** What is written of each flag. Throws where one of them is not as the rollback left it. */
async function flagsBefore(
  tx: Tx,
  { projectId, environment: { id, key: environment } }: EnvironmentPlace,
  pieces: ReadonlyMap<string, LoggedChange>,
): Promise<Map<string, WrittenBack>> {
  const rows = new Map((await findFlags(tx, projectId, [...pieces.keys()])).map((row) => [row.key, row]));
  const places = await placesOfFlags(
    tx,
    [...rows.values()].map((row) => row.id),
    [id],
  );
  const configurations = new Map(places.map(({ configuration }) => [configuration.flagId, configuration]));
  const fieldsOf = (side: JsonValue): LoggedFields => readSide(side)?.environments?.[environment] ?? {};
  const found = new Map<string, WrittenBack>();
  for (const [key, piece] of pieces) {
    const flag = rows.get(key);
    const row = flag && configurations.get(flag.id);
    if (flag === undefined || row === undefined) {
      throw new Problem('not_found', `There is no flag ${key} in this project any more.`);
    }
    const now = pickFields(logConfiguration(row), Object.keys(fieldsOf(piece.after)));
    requireUnchanged(piece, asLogged({ environments: { [environment]: now } }));
    requireLive(flag);
    const configuration = { ...row, ...(fieldsOf(piece.before) as Partial<Configuration>) };
    const run = runAfter(row.run, row, configuration);
    found.set(key, { ...configuration, run, salts: saltsOf(configuration, row.salts) });
  }
  return found;
}

/** The same of segments; null where there was none. */
async function segmentsBefore(
  tx: Tx,
  { environment: { id, key: environment } }: EnvironmentPlace,
  pieces: ReadonlyMap<string, LoggedChange>,
): Promise<Map<string, SegmentContent | null>> {
  const rows = new Map((await findSegments(tx, id, [...pieces.keys()])).map((row) => [row.key, row]));
  return new Map([...pieces].map(([key, piece]) => [key, segmentBefore(piece, environment, rows.get(key))]));
}

/** What fitted before the rollback may not fit among what came since. */
function requireFits(
  before: Ruleset,
  after: Ruleset,
  { flags, segments }: { flags: ReadonlyMap<string, unknown>; segments: ReadonlyMap<string, SegmentContent | null> },
): void {
  for (const [key, content] of segments) {
    if (content === null) requireUnused(key, after);
    else requireSound(key, content, after);
  }
  const faults = [...flags.keys()].flatMap((key): FieldFault[] => {
    const flag = Object.hasOwn(after.flags, key) ? after.flags[key] : undefined;
    if (flag === undefined) return [];
    const found = [...nameFaults(flag, after), ...flagSizeFaults(flag)];
    return found.map((fault) => ({ ...fault, path: `/flags/${escapePointer(key)}${fault.path}` }));
  });
  faults.push(...tangleFaults(before, after, '/flags'), ...rulesetSizeFaults(after, 0));
  if (faults.length > 0) throw invalid(faults);
}
