import type { JsonValue } from '@turnout/core';
import { formOf, groundAfter, joinTouched } from '../changes/combine-works.ts';
import type { Ground, ReadRuleset, Touched } from '../changes/door.ts';
import type { LoggedChange, Undoer, Undone } from '../changes/undoer.ts';
import type { Db, Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { itemsOf } from './tell-request.ts';

/** Puts back what an applied request changed: each of its items, the last first, all or none. */
export const requestUndoer = (readRuleset: ReadRuleset, undoers: readonly Undoer[]): Undoer => ({
  kind: 'request',
  environments: (db, change) => environmentsOf(db, change, partsOf(change, undoers)),
  undo: (tx, change, ground) => undoItems(readRuleset, partsOf(change, undoers), [tx, ground], change),
});

async function environmentsOf(db: Db, change: LoggedChange, parts: readonly Part[]): Promise<number[]> {
  const ids = change.environments.map(({ id }) => id);
  for (const { undoer, part } of parts) {
    if (undoer.environments) ids.push(...(await undoer.environments(db, part)));
  }
  return [...new Set(ids)].sort((a, b) => a - b);
}

async function undoItems(
  readRuleset: ReadRuleset,
  parts: readonly Part[],
  [tx, ground]: [Tx, Ground],
  change: LoggedChange,
): Promise<Undone> {
  let now = ground;
  const touched: Touched[] = [];
  const after: NonNullable<Undone['afterEntry']>[] = [];
  for (const { undoer, part } of [...parts].reverse()) {
    const undone = await undoer.undo(tx, part, now);
    touched.push(undone.touched);
    if (undone.afterEntry) after.push(undone.afterEntry);
    now = await groundAfter(readRuleset, tx, now, undone.touched);
  }
  return {
    ...{ touched: joinTouched(touched), before: change.after, after: change.before },
    afterEntry: async (inside, changeId) => {
      for (const one of after) await one(inside, changeId);
    },
  };
}

/** The environments that an item was about; the others of the change are for other items. */
function placesOf({ environments }: LoggedChange, named: JsonValue | undefined) {
  return Array.isArray(named) ? environments.filter(({ key }) => named.includes(key)) : environments;
}

interface Part {
  undoer: Undoer;
  part: LoggedChange;
}

/** Each item as if it had been a change of its own. */
function partsOf(change: LoggedChange, undoers: readonly Undoer[]): Part[] {
  if (change.action !== 'request.apply') {
    throw new Problem('wrong_state', 'What was written of a request is not undone: edit or withdraw it.');
  }
  const was = itemsOf(change.before);
  return itemsOf(change.after).map((item, index) => {
    const [subject, action] = [String(item.subject), String(item.action)];
    const undoer = undoers.find(({ kind }) => subject.startsWith(`${kind}/`));
    if (action === 'flag.restore') throw new Problem('wrong_state', 'A restore is not undone: kill the flag again.');
    if (!undoer) throw new Problem('wrong_state', `A change of ${subject} is not undone: edit it instead.`);
    const key = subject.slice(subject.indexOf('/') + 1);
    const [before, after] = [formOf(was[index] ?? {}) ?? null, formOf(item) ?? null];
    const environments = placesOf(change, item.in);
    return { undoer, part: { ...change, subject, action, key, before, after, environments } };
  });
}
