import { type Flag, type JsonValue, type Serve, weightsOf } from '@turnout/core';
import type { ConfigurationAnswer, ConfigurationIn, ServeAnswer, ServedToUsers, ServeIn } from './contract.ts';
import { describeServe } from './describe-serve.ts';
import type { flagEnvironments, flags } from './tables.ts';

export type FlagRow = typeof flags.$inferSelect;
export type ConfigurationRow = typeof flagEnvironments.$inferSelect;

/** What of a flag is set for each environment, without what only kill and restore may write. */
export type Configuration = Pick<
  ConfigurationRow,
  'state' | 'offVariant' | 'prerequisites' | 'rules' | 'fallthrough' | 'shedAt' | 'maxStalenessMs' | 'whenStale'
>;

/** What of the flag of the project its rulesets show. */
type ServedOfProject = Pick<FlagRow, 'key' | 'type' | 'variants' | 'clientVisible' | 'metadata'>;

/** What belongs to the flag of the project, and what to the flag in one environment, as one flag. */
export function servedFlag(
  flag: ServedOfProject,
  configuration: Configuration & Pick<ConfigurationRow, 'killed' | 'run'>,
): Flag {
  const { shedAt, maxStalenessMs, whenStale, run } = configuration;
  return {
    key: flag.key,
    type: flag.type,
    variants: flag.variants,
    state: configuration.state,
    ...(configuration.killed ? { killed: true as const } : {}),
    offVariant: configuration.offVariant,
    prerequisites: configuration.prerequisites,
    rules: configuration.rules,
    fallthrough: configuration.fallthrough,
    ...(shedAt === null ? {} : { shedAt }),
    clientVisible: flag.clientVisible,
    ...(maxStalenessMs === null ? {} : { maxStalenessMs }),
    ...(whenStale === null ? {} : { whenStale }),
    ...(flag.metadata === null ? {} : { metadata: flag.metadata }),
    ...(run === null ? {} : { run }),
  };
}

/**
 * What a new flag is in an environment, and every flag in a new environment: off, so that nobody gets anything before
 * somebody says so, and `on` for everybody once it is turned on.
 */
export function initialConfiguration(variants: Flag['variants']): Configuration {
  const [first = ''] = Object.keys(variants);
  return {
    state: 'off',
    offVariant: Object.hasOwn(variants, 'off') ? 'off' : null,
    prerequisites: [],
    rules: [],
    fallthrough: { variant: Object.hasOwn(variants, 'on') ? 'on' : first },
    shedAt: null,
    maxStalenessMs: null,
    whenStale: null,
  };
}

export function showConfiguration(
  flag: FlagRow,
  row: ConfigurationRow,
  environment: { key: string; shedLevel: number },
): ConfigurationAnswer {
  const { key, type, archived } = flag;
  const { state, killed, offVariant, prerequisites, shedAt, maxStalenessMs, whenStale, version } = row;
  return {
    key,
    environment: environment.key,
    type,
    archived,
    state,
    killed,
    offVariant,
    prerequisites,
    rules: row.rules.map((rule) => ({ ...rule, serve: showServe(rule.serve) })),
    fallthrough: showServe(row.fallthrough),
    shedAt,
    maxStalenessMs,
    whenStale,
    serves: describeServe(servedFlag(flag, row), environment.shedLevel).serves,
    version,
  };
}

/** What users get of a flag, in words. */
export function showServed(flag: FlagRow, row: ConfigurationRow, shedLevel: number): ServedToUsers {
  return describeServe(servedFlag(flag, row), shedLevel);
}

export function showServe(serve: Serve): ServeAnswer {
  return 'split' in serve ? { split: { ...serve.split, weights: weightsOf(serve.split.slices) } } : serve;
}

/** The present configuration as its author would write it: what a patch is laid on. */
export function asWritten(configuration: Configuration): ConfigurationIn {
  const { state, offVariant, prerequisites, rules, fallthrough, shedAt, maxStalenessMs, whenStale } = configuration;
  return {
    state,
    offVariant,
    prerequisites,
    rules: rules.map((rule) => ({ ...rule, serve: serveAsWritten(rule.serve) })),
    fallthrough: serveAsWritten(fallthrough),
    shedAt,
    maxStalenessMs,
    whenStale,
  };
}

function serveAsWritten(serve: Serve): ServeIn {
  if (!('split' in serve)) return serve;
  const { by, of, slices } = serve.split;
  return { split: { by, of, weights: weightsOf(slices) } };
}

/** A configuration as the log keeps it. `killed` is not in it: no undo may touch it. */
export function logConfiguration(configuration: Configuration): { [field: string]: JsonValue } {
  const { state, offVariant, prerequisites, rules, fallthrough, shedAt, maxStalenessMs, whenStale } = configuration;
  return asJson({ state, offVariant, prerequisites, rules, fallthrough, shedAt, maxStalenessMs, whenStale });
}

/** What belongs to the flag of the project, as the log keeps it. */
export function logFlag(flag: FlagContent & Pick<FlagRow, 'archived'>): { [field: string]: JsonValue } {
  const { type, variants, name, description, owner, tags, kind, clientVisible, metadata, signalKill, archived } = flag;
  return asJson({
    ...{ type, variants, name, description, owner, tags, kind, clientVisible, metadata, signalKill, archived },
  });
}

function asJson(value: object): { [field: string]: JsonValue } {
  return JSON.parse(JSON.stringify(value));
}

/** What an author writes of the flag of the project. */
export type FlagContent = Pick<
  FlagRow,
  'type' | 'variants' | 'name' | 'description' | 'owner' | 'tags' | 'kind' | 'clientVisible' | 'metadata' | 'signalKill'
>;
