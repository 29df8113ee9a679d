import type { JsonValue } from '@turnout/core';
import {
  asFields,
  changedFields,
  countOf,
  nameWithPlaces,
  type Teller,
  type ToldChange,
} from '../changes/tell-change.ts';

/** Tells of segments: `beta-testers in production: 2 members added`. */
export const segmentTeller: Teller = { kind: 'segment', tell: tellSegmentChange };

type Fields = { [name: string]: JsonValue };
const LISTS = { included: 'member', excluded: 'excluded unit' } as const;

function tellSegmentChange({ key, before, after }: ToldChange): string {
  const [was, is] = [sidesOf(before), sidesOf(after)];
  const told = [...new Set([...Object.keys(was), ...Object.keys(is)])].map(
    (environment) => `${nameWithPlaces(key, [environment])}: ${tellSides(was[environment], is[environment])}`,
  );
  return told.join('; ');
}

function sidesOf(side: JsonValue): Record<string, Fields> {
  const named = Object.entries(asFields(asFields(side)?.environments) ?? {});
  return Object.fromEntries(
    named.flatMap(([key, fields]) => (asFields(fields) ? [[key, asFields(fields) ?? {}]] : [])),
  );
}

function tellSides(was: Fields | undefined, is: Fields | undefined): string {
  if (is === undefined) return 'deleted';
  if (was === undefined) return `made with ${countOf(membersIn(is.included), 'member')}`;
  const { included: _included, excluded: _excluded, if: condition, ...rest } = is;
  const told = [
    ...(['included', 'excluded'] as const).flatMap((list) => tellMembers(was[list], is[list], LISTS[list])),
    ...(condition === undefined ? [] : [tellCondition(was.if, condition)]),
    ...changedFields(was, rest),
  ];
  return told.length === 0 ? 'nothing changed' : told.join(', ');
}

const membersIn = (list: JsonValue | undefined) => (Array.isArray(list) ? list.length : 0);

/** An edit logs of each member that moved whether it was and is in the list; an undone import may hold whole lists. */
function tellMembers(was: JsonValue | undefined, is: JsonValue | undefined, one: string): string[] {
  if (is === undefined) return [];
  const [old, now] = [namesIn(was), namesIn(is)];
  const [added, removed] = [missing(now, old), missing(old, now)];
  return [
    ...(added === 0 ? [] : [`${countOf(added, one)} added`]),
    ...(removed === 0 ? [] : [`${countOf(removed, one)} removed`]),
  ];
}

function namesIn(list: JsonValue | undefined): Set<string> {
  if (Array.isArray(list)) return new Set(list.map(String));
  return new Set(Object.entries(asFields(list) ?? {}).flatMap(([name, isIn]) => (isIn ? [name] : [])));
}

const missing = (some: Set<string>, others: Set<string>) => [...some].filter((name) => !others.has(name)).length;

function tellCondition(was: JsonValue | undefined, is: JsonValue): string {
  if (is === null) return 'condition removed';
  return was === null || was === undefined ? 'condition added' : 'condition changed';
}
