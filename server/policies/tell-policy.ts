import type { JsonValue } from '@turnout/core';
import { differences } from '../changes/require-unchanged.ts';
import { asFields, countOf, joinWords, plain, type Teller, type ToldChange } from '../changes/tell-change.ts';

/** Tells of policies: `web-standard: version 4 saved, path/1/stages/1/bake 30m → 1h`. */
export const policyTeller: Teller = { kind: 'policy', tell: tellPolicy };

/** Tells of what a project asks of its policies: `the floor of all policies: bake none → 10m`. */
export const floorTeller: Teller = {
  kind: 'policy-floor',
  tell: ({ before, after }) => {
    const told = tellFields(asFields(before)?.floor ?? {}, asFields(after)?.floor ?? {});
    return `the floor of all policies: ${told || 'changed'}`;
  },
};

function tellPolicy({ action, key, before, after }: ToldChange): string {
  const [was, is] = [asFields(before), asFields(after)];
  if (action === 'policy.archive') return `${key}: archived${tellDetached(was?.attachments)}`;
  if (action === 'policy.unarchive') return `${key}: brought back`;
  if (action === 'policy.attach' || action === 'policy.detach') {
    const [first, second] = action === 'policy.attach' ? [is, was] : [was, is];
    const done = action === 'policy.attach' ? 'attached to' : 'detached from';
    return `${key}: ${done} ${joinWords(selectedOnly(first?.attachments, second?.attachments)) || 'nothing'}`;
  }
  const version = `version ${plain(is?.version) ?? '?'} saved`;
  if (was === undefined) return `${key}: ${version}`;
  const told = tellFields(was.document ?? {}, is?.document ?? {});
  return `${key}: ${version}${told === '' ? ', with other words' : `, ${told}`}`;
}

const MOST_TOLD = 6;

/** Each field that differs, by where it stands; what has parts is only named. */
function tellFields(was: JsonValue, is: JsonValue): string {
  const places = leaves(was, is, '');
  const told = places.slice(0, MOST_TOLD).map(({ path, from, to }) => {
    const [before, after] = [plain(from), plain(to)];
    const name = path.slice(1);
    return before === undefined || after === undefined ? `${name} changed` : `${name} ${before} → ${after}`;
  });
  const more = places.length - told.length;
  return [...told, ...(more > 0 ? [`${countOf(more, 'field')} more`] : [])].join(', ');
}

interface Leaf {
  path: string;
  from: JsonValue | undefined;
  to: JsonValue | undefined;
}

/** Lists are gone through item by item: of a guard whose margin changed, the margin is told. */
function leaves(was: JsonValue | undefined, is: JsonValue | undefined, path: string): Leaf[] {
  const [from, to] = [partsOf(was), partsOf(is)];
  if (from === undefined || to === undefined) {
    return differences({ it: was ?? null }, { it: is ?? null }, '').length > 0 ? [{ path, from: was, to: is }] : [];
  }
  return [...new Set([...from.keys(), ...to.keys()])].flatMap((name) =>
    leaves(from.get(name), to.get(name), `${path}/${name}`),
  );
}

function partsOf(value: JsonValue | undefined): Map<string, JsonValue> | undefined {
  if (Array.isArray(value)) return new Map(value.map((one, at) => [String(at), one]));
  const fields = asFields(value);
  return fields && new Map(Object.entries(fields));
}

function selected(attachments: JsonValue | undefined): string[] {
  return Array.isArray(attachments)
    ? attachments.map((one) => `${plain(asFields(one)?.by)} ${plain(asFields(one)?.value)}`)
    : [];
}

function selectedOnly(some: JsonValue | undefined, others: JsonValue | undefined): string[] {
  const there = new Set(selected(others));
  return selected(some).filter((one) => !there.has(one));
}

function tellDetached(attachments: JsonValue | undefined): string {
  const names = selected(attachments);
  return names.length === 0 ? '' : `, detached from ${joinWords(names)}`;
}
