import type { JsonValue } from '@turnout/core';
import type { Entry } from './change-store.ts';
import type { ChangeItem, WholeChange } from './contract.ts';
import { seenSteps } from './seen-change.ts';

/** An entry of the log as it is shown to somebody who may see `only` one environment, or all. */
export function showChange(entry: Entry, only: number | undefined): ChangeItem {
  const { id, seq, actor, action, subject, killId, body } = entry;
  return {
    id,
    seq,
    at: entry.at.toISOString(),
    actor,
    action,
    subject,
    reason: body?.reason ?? null,
    killId,
    undoes: body?.undoes ?? null,
    erased: body === undefined,
    environments: showSteps(entry, only).map(({ key, position, direction }) => ({ key, position, direction })),
  };
}

/** The same with all that was changed, and the patches. */
export function showWholeChange(entry: Entry, only: number | undefined): WholeChange {
  const steps = showSteps(entry, only);
  const keys = only === undefined ? undefined : steps.map(({ key }) => key);
  return {
    ...showChange(entry, only),
    before: seenForm(entry.body?.before ?? null, keys),
    after: seenForm(entry.body?.after ?? null, keys),
    environments: steps,
  };
}

function showSteps(entry: Entry, only: number | undefined) {
  const { body } = entry;
  return seenSteps(entry, only).map(({ environmentId, key, position, patch }) => ({
    key,
    position,
    direction: body?.environments.find(({ id }) => id === environmentId)?.direction ?? null,
    patch: JSON.parse(patch) as JsonValue,
  }));
}

/** A logged form without what it says of other environments, which stands under `environments` (see `Undoer`). */
function seenForm(form: JsonValue, keys: readonly string[] | undefined): JsonValue {
  if (keys === undefined || typeof form !== 'object' || form === null || Array.isArray(form)) return form;
  const { environments } = form;
  if (typeof environments !== 'object' || environments === null || Array.isArray(environments)) return form;
  return {
    ...form,
    environments: Object.fromEntries(Object.entries(environments).filter(([key]) => keys.includes(key))),
  };
}
