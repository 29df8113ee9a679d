import type { Condition, Prerequisite } from '@turnout/core';
import type { ConfigurationAnswer, ConfigurationIn, ServeAnswer, ServeIn } from '@turnout/server/contracts';

/** The buckets of a split that is made here: weights are thousandths of a per cent. */
export const BUCKETS = 100_000;

export interface DraftSplit {
  by: string;
  of: number;
  weights: Record<string, number>;
  /** Draws everybody anew. */
  reseed?: true;
}
export type DraftServe = { variant: string } | { split: DraftSplit } | { coded: true };

export interface DraftRule {
  id: string;
  if: Condition;
  serve: DraftServe;
}

/** What somebody has typed of a flag in an environment. Whether it is on is no part of it: the switch says that. */
export interface Draft {
  offVariant: string | null;
  prerequisites: Prerequisite[];
  rules: DraftRule[];
  fallthrough: DraftServe;
  shedAt: 1 | 2 | 3 | null;
  maxStalenessMs: number | null;
  whenStale: 'keep' | 'off' | null;
}

/** What is stored, as one would have typed it. */
export function readDraft(stored: ConfigurationAnswer): Draft {
  const { offVariant, prerequisites, rules, fallthrough, shedAt, maxStalenessMs, whenStale } = stored;
  return {
    offVariant,
    prerequisites,
    rules: rules.map(({ id, if: condition, serve }) => ({ id, if: condition, serve: readServe(serve) })),
    fallthrough: readServe(fallthrough),
    shedAt,
    maxStalenessMs,
    whenStale,
  };
}

export function readServe(serve: ServeAnswer): DraftServe {
  if (!('split' in serve)) return serve;
  const { by, of, weights } = serve.split;
  return { split: { by, of, weights } };
}

/** What was typed, as it is sent. */
export function writeDraft(draft: Draft, state: 'on' | 'off'): ConfigurationIn {
  return {
    ...draft,
    state,
    rules: draft.rules.map(({ id, if: condition, serve }) => ({ id, if: condition, serve: writeServe(serve) })),
    fallthrough: writeServe(draft.fallthrough),
  };
}

/** A variant that gets nobody is not in the split; it was there only while somebody typed. */
function writeServe(serve: DraftServe): ServeIn {
  if (!('split' in serve)) return serve;
  return { split: { ...serve.split, weights: withoutNothing(serve.split.weights) } };
}

export function withoutNothing(weights: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(weights).filter(([, weight]) => weight !== 0));
}

/** The rules with one of them at another place. A place beyond the ends is the end. */
export function moveRule(rules: readonly DraftRule[], from: number, to: number): DraftRule[] {
  const moved = rules[from];
  if (moved === undefined) return [...rules];
  const others = rules.filter((_rule, at) => at !== from);
  const place = Math.min(Math.max(to, 0), others.length);
  return [...others.slice(0, place), moved, ...others.slice(place)];
}

/** A serve of another kind, with what can be kept: a split begins with everybody where everybody was. */
export function turnServe(
  serve: DraftServe,
  kind: 'variant' | 'split' | 'coded',
  variants: readonly string[],
): DraftServe {
  if (kind in serve) return serve;
  if (kind === 'coded') return { coded: true };
  if (kind === 'variant') return { variant: biggestOf(serve) ?? variants[0] ?? '' };
  const [first = ''] = variants;
  const given = 'variant' in serve ? serve.variant : first;
  const weights = Object.fromEntries(variants.map((variant) => [variant, variant === given ? BUCKETS : 0]));
  return { split: { by: 'targetingKey', of: BUCKETS, weights } };
}

function biggestOf(serve: DraftServe): string | undefined {
  if (!('split' in serve)) return undefined;
  const [first, ...rest] = Object.entries(serve.split.weights);
  return rest.reduce((most, one) => (most && one[1] > most[1] ? one : most), first)?.[0];
}
