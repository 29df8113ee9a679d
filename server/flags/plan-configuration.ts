import type { Serve } from '@turnout/core';
import type { Configuration } from './configuration.ts';
import type { ConfigurationIn } from './contract.ts';
import { planServe } from './plan-serve.ts';

/** Where new names come from; the planning itself throws no dice. */
export interface Names {
  salt(): string;
  ruleId(): string;
}

export interface PlannedConfiguration {
  configuration: Configuration;
  salts: Record<string, string>;
  /** By rule id or `fallthrough`: the share of users who get another variant there. */
  moved: Record<string, number>;
}

/** Salts of rules that are gone are kept, for a rule may come back; but not without end. */
const MOST_SALTS = 200;

/** What is stored for what an author wants: rules get ids where they have none, and weights become slices. */
export function planConfiguration(
  wanted: ConfigurationIn,
  previous: Configuration | undefined,
  salts: Readonly<Record<string, string>>,
  names: Names,
): PlannedConfiguration {
  const moved: Record<string, number> = {};
  const plan = (target: string, serve: ConfigurationIn['fallthrough'], was: Serve | undefined): Serve => {
    const planned = planServe(serve, { target, previous: was, salts, newSalt: names.salt });
    if (planned.moved !== undefined) moved[target] = planned.moved;
    return planned.serve;
  };
  const { state, offVariant, prerequisites, shedAt, maxStalenessMs, whenStale } = wanted;
  const configuration: Configuration = {
    state,
    offVariant,
    prerequisites,
    rules: wanted.rules.map((rule) => {
      const id = rule.id ?? names.ruleId();
      const was = previous?.rules.find((other) => other.id === id)?.serve;
      return { id, if: rule.if, serve: plan(id, rule.serve, was) };
    }),
    fallthrough: plan('fallthrough', wanted.fallthrough, previous?.fallthrough),
    shedAt,
    maxStalenessMs,
    whenStale,
  };
  return { configuration, salts: saltsOf(configuration, salts), moved };
}

/** The salts of a configuration's splits, with those that were known before. */
export function saltsOf(
  configuration: Pick<Configuration, 'rules' | 'fallthrough'>,
  known: Readonly<Record<string, string>>,
): Record<string, string> {
  const places: [string, Serve][] = [
    ['fallthrough', configuration.fallthrough],
    ...configuration.rules.map(({ id, serve }): [string, Serve] => [id, serve]),
  ];
  const salts = new Map<string, string>(Object.entries(known));
  for (const [target, serve] of places) if ('split' in serve) salts.set(target, serve.split.salt);
  const present = new Set(places.map(([target]) => target));
  for (const target of salts.keys()) {
    if (salts.size <= MOST_SALTS) break;
    if (!present.has(target)) salts.delete(target);
  }
  return Object.fromEntries(salts);
}
