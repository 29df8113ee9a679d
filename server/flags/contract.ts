import { z } from '@hono/zod-openapi';
import type { Flag, FlagType, JsonValue, Metadata, Prerequisite, Serve, Split } from '@turnout/core';
import { objectKey } from '../platform/object-key.ts';
import { pageOf, pageQuery } from '../platform/page.ts';
import { changeReceipt, moment, reason } from '../platform/problem-contract.ts';
import { flipReceipts } from '../platform/receipts-contract.ts';
import { holdSame } from '../platform/same-type.ts';
import { condition, dependents, rehearsal } from '../segments/contract.ts';
import type { FlagKind } from './tables.ts';

const FLAG_TYPES = ['boolean', 'string', 'number', 'object'] as const;
const FLAG_KINDS = ['release', 'experiment', 'ops', 'permission'] as const;
const STATES = ['on', 'off'] as const;
const WHEN_STALE = ['keep', 'off'] as const;
holdSame<(typeof FLAG_TYPES)[number], FlagType>(true);
holdSame<(typeof FLAG_KINDS)[number], FlagKind>(true);
holdSame<(typeof STATES)[number], Flag['state']>(true);
holdSame<(typeof WHEN_STALE)[number], NonNullable<Flag['whenStale']>>(true);

const variantName = z.string().min(1).max(128);
const type = z.enum(FLAG_TYPES);
const kind = z.enum(FLAG_KINDS);
const state = z.enum(STATES);
/** Whether each value has the flag's type is asked of the whole flag (check-variants.ts). */
const jsonValue = z
  .custom<JsonValue>(() => true)
  .openapi({
    type: ['boolean', 'string', 'number', 'object'],
    description: 'Any JSON value of the type of the flag',
  });
const variants = z
  .record(variantName, jsonValue)
  .openapi({ example: { on: true, off: false }, description: '1 to 32 named values, all of the type of the flag' });
const scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'a string, a number or a boolean' });
const metadata = z.record(z.string().min(1).max(128), scalar);
holdSame<z.infer<typeof metadata>, Metadata>(true);
holdSame<z.infer<typeof variants>, Flag['variants']>(true);

// ---- What a flag gives to whom: answers

const splitAnswer = z
  .object({
    by: z.string(),
    salt: z.string(),
    of: z.number().int(),
    slices: z.array(z.tuple([z.number().int(), z.number().int(), z.string()])),
    hash: z.exactOptional(z.enum(['flagd', 'flagdCat', 'unleash', 'launchdarkly', 'growthbook2'])),
    /** What the slices of each variant sum to: this is what an author edits. */
    weights: z.record(z.string(), z.number().int()),
  })
  .openapi('Split');
holdSame<Omit<z.infer<typeof splitAnswer>, 'weights'>, Split>(true);

export const serveAnswer = z
  .union([
    z.object({ variant: z.string() }),
    z.object({ split: splitAnswer }),
    z.object({ coded: z.literal(true) }).openapi({ description: 'The default that the caller wrote in the code' }),
  ])
  .openapi('Serve');
export type ServeAnswer = z.infer<typeof serveAnswer>;
holdSame<Exclude<ServeAnswer, { split: unknown }>, Exclude<Serve, { split: Split }>>(true);

const prerequisite = z
  .strictObject({ flag: z.string().min(1).max(128), variants: z.array(variantName).min(1).max(32) })
  .openapi({ description: 'Met where that flag is neither off, killed nor shed and gives one of these variants' });
holdSame<z.infer<typeof prerequisite>, Prerequisite>(true);

const shedAt = z.union([z.literal(1), z.literal(2), z.literal(3)], { error: '1, 2 or 3' });
holdSame<z.infer<typeof shedAt>, NonNullable<Flag['shedAt']>>(true);
const maxStalenessMs = z.number().int().min(1).max(2_147_483_647);
const whenStale = z.enum(WHEN_STALE);

export const configurationAnswer = z
  .object({
    key: z.string(),
    environment: z.string(),
    type,
    archived: z.boolean(),
    state,
    killed: z.boolean().openapi({ description: 'Only kill sets it, and only restore clears it' }),
    offVariant: z.string().nullable(),
    prerequisites: z.array(prerequisite),
    rules: z.array(z.object({ id: z.string(), if: condition, serve: serveAnswer })),
    fallthrough: serveAnswer,
    shedAt: shedAt.nullable(),
    maxStalenessMs: maxStalenessMs.nullable(),
    whenStale: whenStale.nullable(),
    serves: z.string().openapi({ description: 'What users get, in words', example: 'split on 30 %, off 70 %' }),
    version: z.number().int(),
  })
  .openapi('FlagInEnvironment');
export type ConfigurationAnswer = z.infer<typeof configurationAnswer>;
type SameInBoth = 'key' | 'type' | 'state' | 'offVariant' | 'prerequisites';
holdSame<Pick<ConfigurationAnswer, SameInBoth>, Pick<Flag, SameInBoth>>(true);
holdSame<Omit<ConfigurationAnswer['rules'][number], 'serve'>, Omit<Flag['rules'][number], 'serve'>>(true);

// ---- What a flag gives to whom: what an author writes

const by = z.string().min(1).max(256);
const weights = z.record(variantName, z.number().int().min(0)).openapi({ example: { on: 30_000, off: 70_000 } });
const of = z.number().int().min(1).max(2_147_483_647);
/** Shown in answers and made by the server: accepted, so that what was read can be written back, and ignored. */
const madeHere = { salt: z.unknown().optional(), slices: z.unknown().optional(), hash: z.unknown().optional() };
const reseed = z
  .literal(true)
  .openapi({ description: 'Draws everybody anew. Users move that no change of weights would have moved' });

const splitIn = z
  .strictObject({ by: by.optional(), weights, of: of.optional(), reseed: reseed.optional(), ...madeHere })
  .openapi({ description: 'Weights sum to `of` (100000 where it is left out); by is targetingKey where left out' });

const ONE_OF = { error: 'exactly one of variant, split and coded' };
const hasOne = (serve: object) => Object.values(serve).filter((member) => member !== undefined).length === 1;
const serveIn = z
  .strictObject({ variant: variantName.optional(), split: splitIn.optional(), coded: z.literal(true).optional() })
  .refine(hasOne, ONE_OF)
  .openapi('ServeIn', { example: { split: { weights: { on: 30_000, off: 70_000 } } } });
export type ServeIn = z.infer<typeof serveIn>;

const servePatch = z
  .strictObject({
    variant: variantName.optional(),
    split: z
      .strictObject({
        by: by.nullable().optional(),
        weights: weights.optional(),
        of: of.nullable().optional(),
        reseed: reseed.optional(),
        ...madeHere,
      })
      .optional(),
    coded: z.literal(true).optional(),
  })
  .refine(hasOne, ONE_OF)
  .openapi({ description: 'Replaces the serve; but a split keeps its `by`, `of` and weights where they are left out' });
export type ServePatch = z.infer<typeof servePatch>;

const ruleId = objectKey
  .refine((id) => id !== 'fallthrough', 'another id: fallthrough names what no rule catches')
  .openapi({ type: 'string', example: 'staff-first' });
const ruleIn = z
  .strictObject({ id: ruleId.optional(), if: condition, serve: serveIn })
  .openapi('RuleIn', { example: { if: { segment: 'beta-testers' }, serve: { variant: 'on' } } });
const rules = z.array(ruleIn).max(1_000);
const prerequisites = z.array(prerequisite).max(100);

const written = {
  state,
  offVariant: variantName.nullable(),
  prerequisites: prerequisites.default([]),
  rules: rules.default([]),
  fallthrough: serveIn,
  shedAt: shedAt.nullable().default(null),
  maxStalenessMs: maxStalenessMs.nullable().default(null),
  whenStale: whenStale.nullable().default(null),
};
const wholeConfiguration = z.strictObject(written);
/** What an author wants of a flag in an environment, every field of it. */
export type ConfigurationIn = z.output<typeof wholeConfiguration>;

/** Replaces everything: rules that are left out are gone. Fields that answers show and nobody sets are ignored. */
export const configurationPut = z.strictObject({
  ...written,
  ...unknownFields('key', 'environment', 'type', 'archived', 'killed', 'serves', 'version'),
  reason: reason.optional(),
});

const configurationFields = {
  state: state.optional(),
  offVariant: variantName.nullable().optional(),
  prerequisites: prerequisites.nullable().optional(),
  rules: rules.nullable().optional(),
  fallthrough: servePatch.optional(),
  shedAt: shedAt.nullable().optional(),
  maxStalenessMs: maxStalenessMs.nullable().optional(),
  whenStale: whenStale.nullable().optional(),
};
const configurationFieldsOnly = z.strictObject(configurationFields);
export type ConfigurationPatch = z.infer<typeof configurationFieldsOnly>;

/** RFC 7396: what is left out stays, null takes away, and lists (rules too) are replaced whole. */
export const configurationPatch = z
  .strictObject({ ...configurationFields, reason: reason.optional() })
  .openapi({ example: { fallthrough: { split: { weights: { on: 30_000, off: 70_000 } } }, reason: 'Next step' } });

const rolloutAfter = z
  .string()
  .optional()
  .openapi({ description: 'What became by it of the rule that a rollout had put there for its audience, in words' });

export const changedConfiguration = z.object({
  flag: configurationAnswer,
  moved: z
    .record(z.string(), z.number())
    .optional()
    .openapi({ description: 'By rule id or `fallthrough`: the share of users who get another variant there' }),
  rollout: rolloutAfter,
  change: changeReceipt.optional(),
  receipts: flipReceipts.optional(),
  dryRun: rehearsal.optional(),
});

export const configurationPage = pageOf(configurationAnswer);

// ---- Verbs

export const serveBody = z
  .strictObject({ variant: variantName, reason: reason.optional() })
  .openapi({ example: { variant: 'on', reason: 'The fix is out' } });

export const servedToUsers = z
  .object({ state, killed: z.boolean(), serves: z.string() })
  .openapi('ServedToUsers', { example: { state: 'on', killed: false, serves: 'on for everyone' } });
export type ServedToUsers = z.infer<typeof servedToUsers>;

export const turnedFlag = z.object({
  flag: z.string(),
  environment: z.string(),
  before: servedToUsers,
  after: servedToUsers,
  changed: z.boolean(),
  rollout: rolloutAfter,
  change: changeReceipt.optional(),
  receipts: flipReceipts.optional(),
  dryRun: rehearsal.optional(),
});

// ---- The flag of the project

const share = z.number().min(0).max(1);
const environmentSummary = servedToUsers.extend({
  shares: z
    .record(z.string(), share)
    .openapi({ description: 'What the fallthrough gives of each variant, of 1; empty where it is the coded default' }),
  rules: z.number().int().openapi({ description: 'How many rules come before the fallthrough' }),
  rollout: share.nullable().openapi({
    description: 'How much of the fallthrough is not the off variant; null where there is no variant to compare with',
  }),
  offVariant: z.string().nullable(),
  version: z.number().int(),
});

export const flagAnswer = z
  .object({
    key: z.string(),
    type,
    variants,
    name: z.string(),
    description: z.string(),
    owner: z.string(),
    tags: z.array(z.string()),
    kind,
    clientVisible: z.boolean(),
    metadata: metadata.nullable(),
    signalKill: z.boolean(),
    archived: z.boolean(),
    version: z.number().int(),
    createdAt: moment,
    environments: z.record(z.string(), environmentSummary),
  })
  .openapi('Flag');
export type FlagAnswer = z.infer<typeof flagAnswer>;
type SameOfProject = 'key' | 'type' | 'variants' | 'clientVisible';
holdSame<Pick<FlagAnswer, SameOfProject>, Pick<Flag, SameOfProject>>(true);

export const flagPage = pageOf(flagAnswer);
export const changedFlag = z.object({
  flag: flagAnswer,
  change: changeReceipt.optional(),
  dryRun: rehearsal.optional(),
});

export const flagDependents = z.object({
  flag: z.string(),
  environments: z.record(z.string(), z.object({ dependents })),
});

export const flagQuery = pageQuery.extend({
  q: z.string().max(200).optional().openapi({ description: 'Part of the key, the name or the description' }),
  tag: z.string().max(128).optional(),
  kind: kind.optional(),
  type: type.optional(),
  archived: z.enum(['false', 'true', 'any']).default('false'),
});
export type FlagQuery = z.infer<typeof flagQuery>;

const tags = z
  .array(z.string().trim().min(1).max(128))
  .max(50)
  .refine((names) => new Set(names).size === names.length, 'each tag once');
const flagFields = {
  name: z.string().trim().max(200),
  description: z.string().max(5_000),
  owner: z.string().trim().max(200),
  tags,
  kind,
  clientVisible: z.boolean().openapi({ description: 'May its value be given to browsers?' }),
  metadata,
  signalKill: z.boolean().openapi({ description: 'May signals kill it?' }),
};

export const newFlag = z
  .strictObject({
    key: objectKey,
    type,
    variants: variants.optional(),
    ...optionalFields(),
    environments: z.record(z.string().max(128), configurationFieldsOnly).optional(),
    reason: reason.optional(),
  })
  .openapi({
    example: {
      key: 'new-cart',
      type: 'boolean',
      name: 'New cart',
      tags: ['checkout'],
      environments: { staging: { state: 'on' } },
    },
  });
export type NewFlag = Omit<z.infer<typeof newFlag>, 'reason'>;

export const flagPut = z.strictObject({
  type,
  variants,
  ...optionalFields(),
  ...unknownFields('key', 'archived', 'version', 'createdAt', 'environments'),
  reason: reason.optional(),
});
const flagPatchFields = z.strictObject({
  type: type.optional(),
  variants: z.record(variantName, jsonValue).optional(),
  name: flagFields.name.nullable().optional(),
  description: flagFields.description.nullable().optional(),
  owner: flagFields.owner.nullable().optional(),
  tags: tags.nullable().optional(),
  kind: kind.nullable().optional(),
  clientVisible: flagFields.clientVisible.nullable().optional(),
  metadata: z.record(z.string().min(1).max(128), scalar.nullable()).nullable().optional(),
  signalKill: flagFields.signalKill.nullable().optional(),
});
export type FlagPatch = z.infer<typeof flagPatchFields>;
/** RFC 7396: what is left out stays, null takes away; so `{variants: {old: null}}` removes one variant. */
export const flagPatch = z
  .strictObject({ ...flagPatchFields.shape, reason: reason.optional() })
  .openapi({ example: { description: 'The cart with fewer steps', tags: ['checkout'] } });

function optionalFields() {
  const { name, description, owner, clientVisible, signalKill } = flagFields;
  return {
    name: name.optional(),
    description: description.optional(),
    owner: owner.optional(),
    tags: tags.optional(),
    kind: kind.optional(),
    clientVisible: clientVisible.optional(),
    metadata: metadata.nullable().optional(),
    signalKill: signalKill.optional(),
  };
}

function unknownFields<K extends string>(...names: K[]): Record<K, z.ZodOptional<z.ZodUnknown>> {
  return Object.fromEntries(names.map((name) => [name, z.unknown().optional()])) as Record<
    K,
    z.ZodOptional<z.ZodUnknown>
  >;
}
