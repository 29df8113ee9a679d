import type { JsonValue, Patch } from '@turnout/core';
import type { Entry, EntryStep } from './change-store.ts';
import type { ChangeItem, WholeChange } from './contract.ts';
import { seenSteps } from './seen-change.ts';
import { asFields, type Teller, tellChange } from './tell-change.ts';

/** What it takes to tell of entries: who tells what was done, and how whoever did it is called. */
export interface ChangeWords {
  tellers: readonly Teller[];
  nameOf(actor: string): string | undefined;
}

/** An entry of the log as it is shown to somebody who may see `only` some environments, or all. */
export function showChange(entry: Entry, only: readonly number[] | undefined, words: ChangeWords): ChangeItem {
  const { id, seq, actor, action, subject, killId, body } = entry;
  const keys = seenKeys(entry, only);
  return {
    id,
    seq,
    at: entry.at.toISOString(),
    actor,
    actorName: words.nameOf(actor) ?? null,
    action,
    subject,
    reason: body?.reason ?? null,
    killId,
    undoes: body?.undoes ?? null,
    overrode: body?.overrode?.filter(({ environment }) => keys?.includes(environment) ?? true) ?? [],
    erased: body === undefined,
    summary: summarise(entry, only, words.tellers),
    environments: seenSteps(entry, only).map((step) => {
      return { key: step.key, position: step.position, direction: directionOf(entry, step) };
    }),
  };
}

/** The same with all that was changed, and the patches. */
export function showWholeChange(entry: Entry, only: readonly number[] | undefined, words: ChangeWords): WholeChange {
  const keys = seenKeys(entry, only);
  return {
    ...showChange(entry, only, words),
    before: seenForm(entry.body?.before ?? null, keys),
    after: seenForm(entry.body?.after ?? null, keys),
    environments: seenSteps(entry, only).map((step) => {
      const { key, position, patch } = step;
      return { key, position, direction: directionOf(entry, step), patch: JSON.parse(patch) as JsonValue };
    }),
  };
}

/** In words, and only of what the reader may see. */
export function summarise(entry: Entry, only: readonly number[] | undefined, tellers: readonly Teller[]): string {
  const { action, subject, body } = entry;
  const slash = subject.indexOf('/');
  const keys = seenKeys(entry, only);
  return tellChange(
    {
      action,
      kind: slash < 0 ? subject : subject.slice(0, slash),
      key: slash < 0 ? '' : subject.slice(slash + 1),
      before: seenForm(body?.before ?? null, keys),
      after: seenForm(body?.after ?? null, keys),
      undoes: body?.undoes ?? null,
      erased: body === undefined,
      places: seenSteps(entry, only).map(({ key, patch }) => ({ key, patch: () => JSON.parse(patch) as Patch })),
    },
    tellers,
  );
}

function directionOf({ body }: Entry, { environmentId }: EntryStep) {
  return body?.environments.find(({ id }) => id === environmentId)?.direction ?? null;
}

/** The environments of which the reader may be told; undefined for all. */
function seenKeys(entry: Entry, only: readonly number[] | undefined): string[] | undefined {
  return only === undefined ? undefined : seenSteps(entry, only).map(({ key }) => key);
}

function isSeen(item: JsonValue, keys: readonly string[]): boolean {
  const places = asFields(item)?.in;
  return !Array.isArray(places) || places.some((key) => keys.includes(String(key)));
}

/** A logged form without what it says of other environments, which stands under `environments` (see `Undoer`). */
function seenForm(form: JsonValue, keys: readonly string[] | undefined): JsonValue {
  if (keys === undefined || typeof form !== 'object' || form === null || Array.isArray(form)) return form;
  // A change that carries several has the form of each in its list, with where it was.
  if (Array.isArray(form.items)) {
    const seen = form.items.filter((item) => isSeen(item, keys));
    return { ...form, items: seen.map((item) => seenForm(item, keys)) };
  }
  const { environments } = form;
  if (typeof environments !== 'object' || environments === null || Array.isArray(environments)) return form;
  return {
    ...form,
    environments: Object.fromEntries(Object.entries(environments).filter(([key]) => keys.includes(key))),
  };
}
