import type { Prerequisite } from '@turnout/core';
import { sameValue } from '../../parts/same-value.ts';
import { tellCondition } from '../../parts/tell-condition.ts';
import type { Draft, DraftRule, DraftServe } from './draft.ts';
import { ruleIdOf, takeApart } from './draft-pieces.ts';
import { ORDER } from './merge-pieces.ts';
import { toPercent } from './weights.ts';

/** One thing that a draft changes, in words: what it was, and what it is. */
export interface ToldChange {
  place: string;
  title: string;
  was: string | undefined;
  is: string | undefined;
}

const TITLES: Record<string, string> = {
  offVariant: 'Off variant',
  prerequisites: 'Prerequisites',
  fallthrough: 'Everybody else',
  shedAt: 'Shed under load',
  maxStalenessMs: 'Longest staleness',
  whenStale: 'When stale',
  [ORDER]: 'Order of rules',
};

export function tellServe(serve: DraftServe): string {
  if ('variant' in serve) return serve.variant;
  if ('coded' in serve) return 'the coded default';
  const { by, of, weights, reseed } = serve.split;
  const shares = Object.entries(weights)
    .filter(([, weight]) => weight > 0)
    .map(([variant, weight]) => `${variant} ${toPercent(weight, of)} %`);
  return `${shares.join(', ')} by ${by}${reseed ? ', drawn anew' : ''}`;
}

export function tellRule({ if: condition, serve }: DraftRule): string {
  return `${tellCondition(condition)} → ${tellServe(serve)}`;
}

function tellPrerequisites(prerequisites: readonly Prerequisite[]): string {
  if (prerequisites.length === 0) return 'none';
  return prerequisites.map(({ flag, variants }) => `${flag} gives ${variants.join(' or ') || '…'}`).join(', ');
}

/** A piece of a draft, as a person reads it. Where a rule is not there, it says so. */
export function tellPiece(place: string, value: unknown): string {
  if (ruleIdOf(place) !== undefined) return value === undefined ? 'taken out' : tellRule(value as DraftRule);
  if (place === 'fallthrough') return tellServe(value as DraftServe);
  if (place === 'prerequisites') return tellPrerequisites(value as Prerequisite[]);
  if (place === 'offVariant') return value === null ? 'the coded default' : String(value);
  if (place === 'shedAt') return value === null ? 'never' : `from level ${value}`;
  if (place === 'maxStalenessMs') return value === null ? 'as the client says' : `${value} ms`;
  if (place === 'whenStale')
    return value === null ? 'as the client says' : value === 'keep' ? 'keeps its value' : 'off';
  return JSON.stringify(value);
}

/** What a piece is called; a rule by its place among the first rules that have it, for ids say nothing to people. */
export function titleOf(place: string, ...drafts: readonly Pick<Draft, 'rules'>[]): string {
  const id = ruleIdOf(place);
  if (id === undefined) return TITLES[place] ?? place;
  const found = drafts.map(({ rules }) => rules.findIndex((rule) => rule.id === id)).find((at) => at >= 0);
  return found === undefined ? `Rule ${id}` : `Rule ${found + 1}`;
}

/** An order of rules by what each asks. */
export function tellOrder(order: readonly string[], ...drafts: readonly Pick<Draft, 'rules'>[]): string {
  const rules = new Map(drafts.flatMap((draft) => draft.rules.map((rule) => [rule.id, rule] as const)));
  return order
    .map((place) => rules.get(ruleIdOf(place) ?? ''))
    .flatMap((rule, at) => (rule ? [`${at + 1}. ${tellCondition(rule.if)}`] : []))
    .join('; ');
}

/** What a draft changes, one thing a line; nothing where it is as it was. */
export function tellChanges(before: Draft, after: Draft): ToldChange[] {
  const [was, is] = [takeApart(before), takeApart(after)];
  const places = [...new Set([...was.parts.keys(), ...is.parts.keys()])];
  const changes = places.flatMap((place): ToldChange[] => {
    const [old, now] = [was.parts.get(place), is.parts.get(place)];
    if (sameValue(old, now)) return [];
    const tell = (value: unknown) => (value === undefined ? undefined : tellPiece(place, value));
    return [{ place, title: titleOf(place, after, before), was: tell(old), is: tell(now) }];
  });
  const both = (order: readonly string[]) => order.filter((place) => was.parts.has(place) && is.parts.has(place));
  if (sameValue(both(was.order), both(is.order))) return changes;
  const tell = (order: readonly string[]) => tellOrder(order, before, after);
  return [...changes, { place: ORDER, title: titleOf(ORDER), was: tell(was.order), is: tell(is.order) }];
}
