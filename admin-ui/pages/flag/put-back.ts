import { type Flag, type Serve, weightsOf } from '@turnout/core';
import type { ConfigurationAnswer, ConfigurationIn, ServeAnswer, ServeIn } from '@turnout/server/contracts';

/** How a flag is set in an environment, as its author would write it: with weights in place of slices. */
export type Written = ConfigurationIn;

/** The flag as a ruleset had it, as somebody would write it today. Whether it was killed is no part of it. */
export function writtenOf(flag: Flag): Written {
  return {
    state: flag.state,
    offVariant: flag.offVariant,
    prerequisites: flag.prerequisites,
    rules: flag.rules.map(({ id, if: condition, serve }) => ({ id, if: condition, serve: writeServe(serve) })),
    fallthrough: writeServe(flag.fallthrough),
    shedAt: flag.shedAt ?? null,
    maxStalenessMs: flag.maxStalenessMs ?? null,
    whenStale: flag.whenStale ?? null,
  };
}

/** The same of what is stored now. */
export function writtenNow(stored: ConfigurationAnswer): Written {
  const { state, offVariant, prerequisites, rules, fallthrough, shedAt, maxStalenessMs, whenStale } = stored;
  return {
    state,
    offVariant,
    prerequisites,
    rules: rules.map(({ id, if: condition, serve }) => ({ id, if: condition, serve: writeServe(serve) })),
    fallthrough: writeServe(fallthrough),
    shedAt,
    maxStalenessMs,
    whenStale,
  };
}

function writeServe(serve: Serve | ServeAnswer): ServeIn {
  if (!('split' in serve)) return serve;
  const { by, of, slices } = serve.split;
  return { split: { by, of, weights: weightsOf(slices) } };
}

/** Variants that a configuration gives, and the flag has no more. */
export function missingVariants(written: Written, variants: readonly string[]): string[] {
  const named = new Set<string>();
  const note = (serve: ServeIn) => {
    if (serve.variant !== undefined) named.add(serve.variant);
    for (const variant of Object.keys(serve.split?.weights ?? {})) named.add(variant);
  };
  for (const { serve } of written.rules) note(serve);
  note(written.fallthrough);
  if (written.offVariant !== null) named.add(written.offVariant);
  return [...named].filter((variant) => !variants.includes(variant));
}
