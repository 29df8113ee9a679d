import type { ConfigurationIn, ConfigurationPatch, ServeIn, ServePatch } from './contract.ts';

/**
 * RFC 7396 on a flag in an environment, with care where members mean something only together: a serve is replaced by
 * the serve of the patch, except that a split keeps its `by`, its `of` and its weights where they are left out. Rules
 * are a list and replaced whole; one that keeps its id keeps its salt, and its users.
 */
export function patchConfiguration(now: ConfigurationIn, patch: ConfigurationPatch): ConfigurationIn {
  const keep = <T>(present: T, given: T | undefined) => (given === undefined ? present : given);
  return {
    state: patch.state ?? now.state,
    offVariant: keep(now.offVariant, patch.offVariant),
    prerequisites: keep(now.prerequisites, patch.prerequisites === null ? [] : patch.prerequisites),
    rules: keep(now.rules, patch.rules === null ? [] : patch.rules),
    fallthrough: patch.fallthrough === undefined ? now.fallthrough : patchServe(now.fallthrough, patch.fallthrough),
    shedAt: keep(now.shedAt, patch.shedAt),
    maxStalenessMs: keep(now.maxStalenessMs, patch.maxStalenessMs),
    whenStale: keep(now.whenStale, patch.whenStale),
  };
}

function patchServe(now: ServeIn, patch: ServePatch): ServeIn {
  if (patch.split === undefined) return { variant: patch.variant, coded: patch.coded };
  const { by, of, weights, reseed } = patch.split;
  const before = now.split;
  return {
    split: {
      by: by === null ? undefined : (by ?? before?.by),
      of: of === null ? undefined : (of ?? before?.of),
      // Without any weights there is nothing to sum, and the check says what is missing.
      weights: weights ?? before?.weights ?? {},
      reseed,
    },
  };
}
