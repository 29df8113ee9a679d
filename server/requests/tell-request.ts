import type { JsonValue } from '@turnout/core';
import { formOf } from '../changes/combine-works.ts';
import { asFields, type Teller, type ToldChange } from '../changes/tell-change.ts';

const DONE: Record<string, string> = {
  'request.create': 'asked for',
  'request.update': 'edited, so what was approved is void',
  'request.rebase': 'rebased',
  'request.approve': 'approved',
  'request.reject': 'rejected',
  'request.withdraw': 'withdrawn',
};

/** Tells of requests: what was applied in the words of what it changed. `tellers` are those of the other rooms. */
export function requestTeller(tellers: readonly Teller[]): Teller {
  return {
    kind: 'request',
    tell: (change) => {
      const done = DONE[change.action];
      if (done === undefined) return tellItems(change, tellers);
      const title = asFields(change.after)?.title;
      return `request “${typeof title === 'string' ? title : change.key}”: ${done}`;
    },
  };
}

function tellItems(change: ToldChange, tellers: readonly Teller[]): string {
  const [was, is] = [itemsOf(change.before), itemsOf(change.after)];
  const told = is.flatMap((item, index) => {
    const [subject, action] = [String(item.subject), String(item.action)];
    const [kind = '', key = ''] = [subject.slice(0, subject.indexOf('/')), subject.slice(subject.indexOf('/') + 1)];
    const teller = tellers.find((one) => one.kind === kind);
    const [before, after] = [formOf(was[index] ?? {}) ?? null, formOf(item) ?? null];
    const text = teller?.tell({ ...change, action, kind, key, before, after });
    return text ? [text] : [`${kind} ${key} changed`];
  });
  return [...new Set(told)].join('; ');
}

type Item = { [field: string]: JsonValue };

/** The pieces of a change that carries several. */
export function itemsOf(form: JsonValue): Item[] {
  const items = asFields(form)?.items;
  if (!Array.isArray(items)) return [];
  return items.map(asFields).filter((item): item is Item => item !== undefined);
}
