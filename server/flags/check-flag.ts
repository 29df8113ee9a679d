import { type Flag, type JsonValue, type Ruleset, type Serve, serveFaults } from '@turnout/core';
import { escapePointer } from '../platform/json-pointer.ts';
import type { FieldFault } from '../platform/problem.ts';
import { missingSegments } from '../segments/named-segments.ts';
import { tangleFaults } from '../segments/refuse-tangles.ts';
import { jsonBytes, MOST_RULESET_BYTES } from '../segments/sizes.ts';
import { unknownVariant } from './check-configuration.ts';

const MOST_FLAG_BYTES = 256 * 1024;

/**
 * What is wrong with a flag among everything else of its environment: names of flags, variants and segments that do not
 * exist, a circle of prerequisites, too long a chain of them, too many bytes. Asked under the lock, on the whole ruleset
 * as it was before.
 */
export function flagFaultsIn(flag: Flag, ruleset: Ruleset): FieldFault[] {
  const flags = { ...ruleset.flags, [flag.key]: flag };
  const faults = nameFaults(flag, { flags, segments: ruleset.segments });
  // What asks as before tangles nothing anew, and a circle was told already.
  if (faults.length === 0 && asksOtherwise(flag, ruleset)) {
    const path = flag.prerequisites.length > 0 ? '/prerequisites' : '/rules';
    faults.push(...tangleFaults(ruleset, { ...ruleset, flags }, path));
  }
  faults.push(...flagSizeFaults(flag));
  const bytes = jsonBytes(flag);
  const before = Object.hasOwn(ruleset.flags, flag.key) ? jsonBytes(ruleset.flags[flag.key]) : 0;
  // Weighing a whole environment costs more than the rest of a flip; what does not grow cannot outgrow it.
  if (bytes > before) faults.push(...rulesetSizeFaults(ruleset, bytes - before));
  return faults;
}

/** What a flag names that is not there, among the flags (itself one of them) and segments of its environment. */
export function nameFaults(flag: Flag, { flags, segments }: Pick<Ruleset, 'flags' | 'segments'>): FieldFault[] {
  return [
    ...flag.rules.flatMap((rule, index) => [
      ...missingSegments(rule.if, `/rules/${index}/if`, segments),
      ...serveFaults(rule.serve, flag.variants, `/rules/${index}/serve`),
    ]),
    ...serveFaults(flag.fallthrough, flag.variants, '/fallthrough'),
    ...prerequisiteFaults(flag, flags),
  ];
}

export function flagSizeFaults(flag: Flag): FieldFault[] {
  const bytes = jsonBytes(flag);
  if (bytes <= MOST_FLAG_BYTES) return [];
  const expected = `a flag of at most ${MOST_FLAG_BYTES} bytes of JSON, not ${bytes}`;
  return [{ path: '/', code: 'too_large', expected }];
}

/** Whether what it needs or what its rules ask is not what it was; a flag without either comes to nothing. */
function asksOtherwise({ key, prerequisites, rules }: Flag, { flags }: Ruleset): boolean {
  const was = Object.hasOwn(flags, key) ? flags[key] : undefined;
  const asked = (flag: Pick<Flag, 'prerequisites' | 'rules'>) =>
    JSON.stringify([flag.prerequisites, flag.rules.map((rule) => rule.if)]);
  return asked({ prerequisites, rules }) !== asked(was ?? { prerequisites: [], rules: [] });
}

/** A whole environment has its limit too. */
export function rulesetSizeFaults(ruleset: Ruleset, growth: number): FieldFault[] {
  const bytes = jsonBytes(ruleset) + growth;
  if (bytes <= MOST_RULESET_BYTES) return [];
  const expected = `an environment of at most ${MOST_RULESET_BYTES} bytes of JSON; it would have ${bytes}`;
  return [{ path: '/', code: 'ruleset_too_large', expected }];
}

function prerequisiteFaults(flag: Flag, flags: Ruleset['flags']): FieldFault[] {
  // Shared by all prerequisites, so that each flag is walked once: none leads back that did not the first time.
  const seen = new Set<string>();
  return flag.prerequisites.flatMap((prerequisite, index): FieldFault[] => {
    const path = `/prerequisites/${index}`;
    const { flag: key, variants } = prerequisite;
    const needed = Object.hasOwn(flags, key) ? flags[key] : undefined;
    if (needed === undefined) {
      return [{ path: `${path}/flag`, code: 'unknown_flag', expected: 'the key of a flag that is not archived' }];
    }
    if (flag.prerequisites.findIndex((other) => other.flag === key) < index) {
      return [{ path: `${path}/flag`, code: 'duplicate', expected: 'each flag once' }];
    }
    const circle = wayTo(flag.key, key, flags, seen);
    if (circle !== undefined) {
      const expected = `a flag that does not need this one: ${[flag.key, ...circle].join(' → ')}`;
      return [{ path: `${path}/flag`, code: 'cycle', expected }];
    }
    return variants.flatMap((variant, at) => {
      if (!Object.hasOwn(needed.variants, variant)) {
        const { expected, code } = unknownVariant('', needed.variants);
        return [{ path: `${path}/variants/${at}`, code, expected: expected.replace('this flag', key) }];
      }
      const twice = variants.indexOf(variant) < at;
      return twice ? [{ path: `${path}/variants/${at}`, code: 'duplicate', expected: 'each variant once' }] : [];
    });
  });
}

/** The flags from `from` to `target` by their prerequisites, both named; undefined where no way leads there. */
function wayTo(target: string, from: string, flags: Ruleset['flags'], seen: Set<string>): string[] | undefined {
  if (from === target) return [from];
  if (seen.has(from)) return undefined;
  seen.add(from);
  for (const { flag } of (Object.hasOwn(flags, from) ? flags[from]?.prerequisites : undefined) ?? []) {
    const way = wayTo(target, flag, flags, seen);
    if (way !== undefined) return [from, ...way];
  }
  return undefined;
}

/** Keys of the flags that need this one; with `variant` those that need it to give that variant. */
export function flagUsers(key: string, ruleset: Pick<Ruleset, 'flags'>, variant?: string): string[] {
  return Object.values(ruleset.flags)
    .filter((other) => other.key !== key)
    .filter(({ prerequisites }) =>
      prerequisites.some((one) => one.flag === key && (variant === undefined || one.variants.includes(variant))),
    )
    .map((other) => other.key);
}

/** What in an environment names a variant of a flag, in words; the flag's own places first. */
export function variantUses(flag: Flag, variant: string, ruleset: Pick<Ruleset, 'flags'>): string[] {
  const gives = (serve: Serve) =>
    'variant' in serve
      ? serve.variant === variant
      : 'split' in serve && serve.split.slices.some(([, , name]) => name === variant);
  const { run } = flag;
  return [
    ...(flag.offVariant === variant ? ['offVariant'] : []),
    ...flag.rules.filter((rule) => gives(rule.serve)).map((rule) => `rule ${rule.id}`),
    ...(gives(flag.fallthrough) ? ['fallthrough'] : []),
    ...(run !== undefined && (run.from === variant || run.to === variant) ? [`run ${run.id}`] : []),
    ...flagUsers(flag.key, ruleset, variant).map((other) => `prerequisite of flag ${other}`),
  ];
}

/** A fault for each variant that would go while something in an environment names it. */
export function goneVariantFaults(flag: Flag, variants: Record<string, JsonValue>, ruleset: Ruleset): FieldFault[] {
  return Object.keys(flag.variants)
    .filter((variant) => !Object.hasOwn(variants, variant))
    .flatMap((variant) => {
      const uses = variantUses(flag, variant, ruleset);
      if (uses.length === 0) return [];
      const path = `/variants/${escapePointer(variant)}`;
      const expected = `this variant kept, for in ${ruleset.environment} it is named by: ${uses.join(', ')}`;
      return [{ path, code: 'in_use', expected }];
    });
}
