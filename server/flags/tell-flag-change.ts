import type { Flag, JsonValue, Rule, Serve } from '@turnout/core';
import {
  changedFields,
  countOf,
  joinWords,
  nameWithPlaces,
  plain,
  type Teller,
  type ToldChange,
} from '../changes/tell-change.ts';
import type { Configuration } from './configuration.ts';
import { describeRules, nameServe } from './describe-serve.ts';
import { type LoggedFields, readSide } from './log-flag-change.ts';

/** Tells of flags: `new-checkout in production: off → on for everyone`. */
export const flagTeller: Teller = { kind: 'flag', tell: tellFlagChange };

const FIELD_NAMES: Record<string, string> = {
  clientVisible: 'shown to browsers',
  signalKill: 'killed by signals',
  shedAt: 'shed at level',
  maxStalenessMs: 'longest staleness in ms',
  whenStale: 'when stale',
};

function tellFlagChange(change: ToldChange): string {
  const { key } = change;
  const [before, after] = [readSide(change.before), readSide(change.after)];
  const made = before === undefined && after?.flag !== undefined;
  const ofProject = made ? ['made'] : tellFields(before?.flag ?? {}, after?.flag ?? {});
  const told = new Map<string, string[]>();
  for (const [environment, is] of Object.entries(after?.environments ?? {})) {
    const flag = change.places.find((place) => place.key === environment)?.patch().flags[key];
    const was = before?.environments?.[environment] ?? {};
    const text = made ? briefly(is, flag) : tellConfiguration(was, is, flag) || 'nothing changed';
    told.set(text, [...(told.get(text) ?? []), environment]);
  }
  const [only] = told;
  if (ofProject.length === 0 && told.size === 1 && only) return `${nameWithPlaces(key, only[1])}: ${only[0]}`;
  const places = [...told].map(([text, environments]) => `${text} in ${joinWords(environments)}`);
  const all = [...(ofProject.length > 0 ? [ofProject.join(', ')] : []), ...places];
  return all.length === 0 ? '' : `${key}: ${all.join('; ')}`;
}

/** What changed of a flag in one environment. Fields that the entry does not name are taken from where it led. */
function tellConfiguration(was: LoggedFields, is: LoggedFields, flag: Flag | undefined): string {
  const [from, to] = [briefly(was, flag), briefly(is, flag)];
  const { state: _state, killed: _killed, fallthrough, rules, prerequisites, ...rest } = is;
  const parts = from === to ? [] : [`${from} → ${to}`];
  if (from === to && is.killed !== undefined) parts.push(is.killed ? 'killed already' : 'a kill was lifted');
  // What a flag that is off would give is in none of the two words.
  if (fallthrough !== undefined && from === to) {
    parts.push(
      `fallthrough ${nameServe(configured(was).fallthrough ?? NO_SERVE)} → ${nameServe(configured(is).fallthrough ?? NO_SERVE)}`,
    );
  }
  if (rules !== undefined) parts.push(...tellRules(configured(was).rules ?? [], configured(is).rules ?? []));
  if (prerequisites !== undefined) parts.push(tellPrerequisites(prerequisites));
  return [...parts, ...tellFields(was, rest)].join(', ');
}

/** One word or two for what users get; the fields of a side lie over the flag as the change left it. */
function briefly(fields: LoggedFields, flag: Flag | undefined): string {
  const seen = { ...flag, ...fields } as Partial<Flag>;
  if (seen.killed) return 'killed';
  if (seen.state !== 'on') return 'off';
  return seen.fallthrough === undefined
    ? 'on'
    : describeRules({ rules: seen.rules ?? [], fallthrough: seen.fallthrough });
}

function tellRules(was: readonly Rule[], is: readonly Rule[]): string[] {
  const [old, now] = [new Map(was.map((rule) => [rule.id, rule])), new Map(is.map((rule) => [rule.id, rule]))];
  const same = (one: Rule, other: Rule) => JSON.stringify(one) === JSON.stringify(other);
  const told = [
    ...nameRules(
      is.filter(({ id }) => !old.has(id)),
      'added',
    ),
    ...nameRules(
      was.filter(({ id }) => !now.has(id)),
      'removed',
    ),
    ...nameRules(
      is.filter((rule) => same(old.get(rule.id) ?? rule, rule) === false),
      'changed',
    ),
  ];
  return told.length > 0 ? told : ['rules in another order'];
}

function nameRules(rules: readonly Rule[], done: string): string[] {
  const [first] = rules;
  if (first === undefined) return [];
  return [rules.length === 1 ? `rule ${first.id} ${done}` : `${countOf(rules.length, 'rule')} ${done}`];
}

function tellPrerequisites(prerequisites: JsonValue): string {
  const keys = (prerequisites as { flag: string }[]).map(({ flag }) => flag);
  return keys.length === 0 ? 'needs no other flag any more' : `needs ${joinWords(keys)}`;
}

/** Fields that need no words of their own, and those of the flag of the project that do. */
function tellFields(was: LoggedFields, is: LoggedFields): string[] {
  const { archived, variants, offVariant, ...rest } = is;
  const told: string[] = [];
  if (archived !== undefined && was.archived !== archived) told.push(archived ? 'archived' : 'brought back');
  if (variants !== undefined) told.push(...tellVariants(was.variants, variants));
  if (offVariant !== undefined) told.push(`off variant ${plain(was.offVariant)} → ${plain(offVariant)}`);
  const renamed = (fields: LoggedFields) =>
    Object.fromEntries(Object.entries(fields).map(([field, value]) => [FIELD_NAMES[field] ?? field, value]));
  return [...told, ...changedFields(renamed(was), renamed(rest))];
}

function tellVariants(was: JsonValue | undefined, is: JsonValue): string[] {
  const [old, now] = [(was ?? {}) as Flag['variants'], is as Flag['variants']];
  const name = (keys: string[], done: string) =>
    keys.length === 0 ? [] : [`${keys.length === 1 ? 'variant' : 'variants'} ${joinWords(keys)} ${done}`];
  const told = [
    ...name(
      Object.keys(now).filter((key) => !Object.hasOwn(old, key)),
      'added',
    ),
    ...name(
      Object.keys(old).filter((key) => !Object.hasOwn(now, key)),
      'removed',
    ),
    ...name(
      Object.keys(now).filter(
        (key) => Object.hasOwn(old, key) && JSON.stringify(old[key]) !== JSON.stringify(now[key]),
      ),
      'changed',
    ),
  ];
  return told.length > 0 ? told : ['variants in another order'];
}

const NO_SERVE: Serve = { coded: true };
/** Fields of one environment are of a configuration: `logConfiguration` wrote them. */
const configured = (fields: LoggedFields) => fields as Partial<Configuration>;
