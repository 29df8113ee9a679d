import type { Condition, Flag, JsonValue, Reweighed, Ruleset, Segment, Serve, Slice } from '@turnout/core';
import type { ConfigurationAnswer, FlagAnswer, ServeAnswer } from '@turnout/server/contracts';
import { nodeOf } from '../../parts/condition-tree.ts';
import type { Draft, DraftServe } from './draft.ts';
import { planMoves } from './plan-moves.ts';

/** What the API says of a flag: what belongs to the project, and what to the environment. */
export interface ReadFlag {
  flag: Pick<FlagAnswer, 'key' | 'type' | 'variants' | 'clientVisible' | 'metadata'>;
  configuration: ConfigurationAnswer;
}

/** What the API says of a segment. */
export type ReadSegment = Pick<Segment, 'key' | 'by' | 'included' | 'excluded'> & { if: Condition | null };

export interface Reachable {
  flags: readonly ReadFlag[];
  segments: readonly ReadSegment[];
}

/** The part of an environment's ruleset that was read, so that it evaluates as the server and the apps do. */
export function rulesetFrom(project: string, environment: string, { flags, segments }: Reachable): Ruleset {
  return {
    ...{ schema: 1, project, environment, epoch: 'playground', revision: 0, view: 'main', shedLevel: 0 },
    flags: Object.fromEntries(flags.map((read) => [read.flag.key, flagFrom(read)])),
    segments: Object.fromEntries(segments.map((segment) => [segment.key, segmentFrom(segment)])),
  };
}

/** The flag as its ruleset has it. */
export function flagFrom({ flag, configuration }: ReadFlag): Flag {
  const { state, killed, offVariant, prerequisites, shedAt, maxStalenessMs, whenStale } = configuration;
  return {
    ...{ key: flag.key, type: flag.type, variants: flag.variants, clientVisible: flag.clientVisible },
    ...{ state, offVariant, prerequisites },
    ...(killed ? { killed: true as const } : {}),
    rules: configuration.rules.map(({ id, if: condition, serve }) => ({ id, if: condition, serve: serveFrom(serve) })),
    fallthrough: serveFrom(configuration.fallthrough),
    ...(shedAt === null ? {} : { shedAt }),
    ...(maxStalenessMs === null ? {} : { maxStalenessMs }),
    ...(whenStale === null ? {} : { whenStale }),
    ...(flag.metadata === null ? {} : { metadata: flag.metadata }),
  };
}

function serveFrom(serve: ServeAnswer): Serve {
  if (!('split' in serve)) return serve;
  const { by, salt, of, slices, hash } = serve.split;
  return { split: { by, salt, of, slices, ...(hash === undefined ? {} : { hash }) } };
}

function segmentFrom({ key, by, included, excluded, if: condition }: ReadSegment): Segment {
  return { key, by, included, excluded, ...(condition === null ? {} : { if: condition }) };
}

/** Core's own, handed in because it is fetched when it is first needed. */
type Reweigh = (slices: readonly Slice[], weights: Record<string, number>, of: number) => Reweighed;

/** A split whose users are drawn when it is stored: until then nobody knows who gets what. */
const NOT_DRAWN = 'not drawn yet';

/**
 * The flag as it would be once a draft is stored. `undrawn` names the places (rule ids, or `fallthrough`) whose users
 * the server draws only then, so that what is said of one user there is an example.
 */
export function flagFromDraft(read: ReadFlag, draft: Draft, reweigh: Reweigh): { flag: Flag; undrawn: string[] } {
  const stored = read.configuration;
  const undrawn: string[] = [];
  const plan = (target: string, wanted: DraftServe, was: ServeAnswer | undefined): Serve => {
    if (!('split' in wanted)) return wanted;
    const { by, of, reseed } = wanted.split;
    const before = was !== undefined && 'split' in was ? was.split : undefined;
    const slices = [...(planMoves(was ?? { coded: true }, wanted, reweigh)?.slices ?? [])];
    if (before === undefined || reseed) undrawn.push(target);
    const salt = before === undefined || reseed ? NOT_DRAWN : before.salt;
    return { split: { by, of, salt, slices, ...(before?.hash === undefined ? {} : { hash: before.hash }) } };
  };
  const { shedAt: _shed, maxStalenessMs: _age, whenStale: _stale, ...kept } = flagFrom(read);
  const { offVariant, prerequisites, shedAt, maxStalenessMs, whenStale } = draft;
  const flag: Flag = {
    ...kept,
    ...{ offVariant, prerequisites },
    rules: draft.rules.map(({ id, if: condition, serve }) => {
      const was = stored.rules.find((rule) => rule.id === id)?.serve;
      return { id, if: condition, serve: plan(id, serve, was) };
    }),
    fallthrough: plan('fallthrough', draft.fallthrough, stored.fallthrough),
    ...(shedAt === null ? {} : { shedAt }),
    ...(maxStalenessMs === null ? {} : { maxStalenessMs }),
    ...(whenStale === null ? {} : { whenStale }),
  };
  return { flag, undrawn };
}

/** The segments that a condition names. */
export function segmentsNamed(condition: Condition): string[] {
  const node = nodeOf(condition);
  if (node.kind === 'segment') return [node.key];
  if (node.kind === 'not') return segmentsNamed(node.inner);
  return node.kind === 'all' || node.kind === 'any' ? node.parts.flatMap(segmentsNamed) : [];
}

/** An attribute that something looks at, and the values that it is compared with. */
export interface NamedAttribute {
  name: string;
  values: JsonValue[];
}

/** Everything that a ruleset looks at in a context, what names the user first. */
export function attributesNamed({ flags, segments }: Ruleset): NamedAttribute[] {
  const found = new Map<string, Set<JsonValue>>([['targetingKey', new Set()]]);
  const note = (name: string, values: readonly JsonValue[]) => {
    const known = found.get(name) ?? new Set();
    for (const value of values) known.add(value);
    found.set(name, known);
  };
  const noteCondition = (condition: Condition): void => {
    const node = nodeOf(condition);
    if (node.kind === 'test' || node.kind === 'flagd') note(node.test.attribute, node.test.values);
    else if (node.kind === 'not') noteCondition(node.inner);
    else if (node.kind !== 'segment') for (const part of node.parts) noteCondition(part);
  };
  const noteServe = (serve: Serve) => 'split' in serve && note(serve.split.by, []);
  for (const { rules, fallthrough } of Object.values(flags)) {
    for (const { if: condition, serve } of rules) {
      noteCondition(condition);
      noteServe(serve);
    }
    noteServe(fallthrough);
  }
  for (const { by, included, if: condition } of Object.values(segments)) {
    note(by, included.slice(0, 5));
    if (condition) noteCondition(condition);
  }
  return [...found].filter(([name]) => name !== '').map(([name, values]) => ({ name, values: [...values] }));
}
