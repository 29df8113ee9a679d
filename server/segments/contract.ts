import { z } from '@hono/zod-openapi';
import { type Condition, FLAGD_OPERATORS, OPERATORS, type Segment } from '@turnout/core';
import { directionName } from '../changes/contract.ts';
import { objectKey } from '../platform/object-key.ts';
import { pageOf, pageQuery } from '../platform/page.ts';
import { changeReceipt, moment, problem, reason } from '../platform/problem-contract.ts';
import { holdSame } from '../platform/same-type.ts';
import type { Dependent } from './dependents.ts';

const isObject = (value: unknown): value is Condition =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The shape is looked at by core, so that authoring refuses exactly what an evaluator would not understand, and names
 * the place inside; here it is only described.
 */
export const condition = z
  .custom<Condition>(isObject, { error: 'a condition: all, any, not, segment, or a test of an attribute' })
  .openapi('Condition', {
    type: 'object',
    description:
      'One of: `{all: [conditions]}`, `{any: [conditions]}`, `{not: condition}`, `{segment: key}`, or a test ' +
      '`{attribute, op, values, ignoreCase?}`, where `values` is "any of". A missing attribute, or one of the wrong ' +
      'type, never matches, and under `not` it does. What was imported from flagd has tests `{flagd, attribute, values}`, ' +
      'which compare as flagd does: `values` are the other operands.',
    properties: {
      all: { type: 'array', items: { $ref: '#/components/schemas/Condition' } },
      any: { type: 'array', items: { $ref: '#/components/schemas/Condition' } },
      not: { $ref: '#/components/schemas/Condition' },
      segment: { type: 'string' },
      attribute: { type: 'string' },
      flagd: { type: 'string', enum: [...FLAGD_OPERATORS] },
      op: { type: 'string', enum: [...OPERATORS] },
      values: { type: 'array', items: { type: ['string', 'number', 'boolean'] } },
      ignoreCase: { type: 'boolean', enum: [true] },
    },
    example: { all: [{ attribute: 'country', op: 'equals', values: ['CH', 'DE'] }, { segment: 'beta-testers' }] },
  });

const name = z.string().trim().max(200);
const description = z.string().max(5_000);
const by = z.string().min(1).max(256).openapi({ example: 'targetingKey' });
const members = z.array(z.string().min(1).max(1_024)).max(20_000);

const shown = {
  key: z.string(),
  environment: z.string(),
  name: z.string(),
  description: z.string(),
  by: z.string(),
  if: condition.nullable(),
  version: z.number().int(),
  createdAt: moment,
};
const example = {
  key: 'beta-testers',
  environment: 'production',
  name: 'Beta testers',
  description: 'People who asked to see things early',
  by: 'targetingKey',
  included: ['user-17', 'user-42'],
  excluded: [],
  if: { attribute: 'email', op: 'endsWith', values: ['@example.com'] },
  version: 3,
  createdAt: '2026-01-31T12:00:00.000Z',
};

const segmentAnswer = z
  .object({ ...shown, included: z.array(z.string()), excluded: z.array(z.string()) })
  .openapi('Segment', { example });
export type SegmentAnswer = z.infer<typeof segmentAnswer>;
holdSame<Pick<SegmentAnswer, 'key' | 'by' | 'included' | 'excluded'>, Omit<Segment, 'if'>>(true);
holdSame<NonNullable<SegmentAnswer['if']>, NonNullable<Segment['if']>>(true);

/** In lists and after changes of members: how many there are, for they may be thousands. */
const segmentSummary = z
  .object({ ...shown, members: z.object({ included: z.number().int(), excluded: z.number().int() }) })
  .openapi('SegmentSummary');
export type SegmentSummary = z.infer<typeof segmentSummary>;

/** Who names a segment: it cannot be deleted while somebody does. */
const usedBy = z.object({ flags: z.array(z.string()), segments: z.array(z.string()) });
export const segmentWithUsers = segmentAnswer.extend({ usedBy }).openapi('SegmentWithUsers');
export type SegmentWithUsers = z.infer<typeof segmentWithUsers>;

const listedSegment = segmentSummary.extend({ usedBy }).openapi('ListedSegment');
export type ListedSegment = z.infer<typeof listedSegment>;
export const segmentPage = pageOf(listedSegment);
export const segmentQuery = pageQuery.extend({
  q: z.string().max(200).optional().openapi({ description: 'Part of the key, the name or the description' }),
});

const through = z.union([
  z.object({ by: z.literal('prerequisite'), of: z.string() }).openapi({ description: 'A flag that it needs' }),
  z.object({ by: z.literal('rule'), rule: z.string(), of: z.string() }).openapi({
    description: 'The id of a rule, and a segment that it names',
  }),
  z.object({ by: z.literal('condition'), of: z.string() }).openapi({ description: 'A segment that a segment names' }),
]);
export const dependents = z.array(
  z
    .object({
      kind: z.enum(['flag', 'segment']),
      key: z.string(),
      direct: z.boolean().openapi({ description: 'False where it only names something else that is among these' }),
      through: z.array(through),
    })
    .openapi('Dependent'),
);
holdSame<z.infer<typeof dependents>, Dependent[]>(true);

/** What a dry run answers beside the thing as it would be. */
export const rehearsal = z
  .object({
    changes: z.boolean().openapi({ description: 'Whether anything would change' }),
    directions: z.record(z.string(), directionName).openapi({
      description: 'By environment whose ruleset would change; empty where only the log would know of it',
    }),
    dependents: z.record(z.string(), dependents).openapi({ description: 'By the same environments: who is reached' }),
    refusal: problem.nullable().openapi({
      description: 'What the change itself would be answered with, such as that an approval is missing',
    }),
  })
  .openapi('Rehearsal');
export type RehearsalAnswer = z.infer<typeof rehearsal>;

export const segmentDependents = z.object({ segment: z.string(), environment: z.string(), dependents });

const made = { change: changeReceipt.optional(), dryRun: rehearsal.optional() };
export const changedSegment = z.object({ segment: segmentAnswer, ...made });
export const changedMembers = z.object({ segment: segmentSummary, ...made });
export const deletedSegment = z.object({ segment: z.string(), change: changeReceipt.optional() });

const fields = { name, description, by, included: members, excluded: members, if: condition.nullable() };

export const newSegment = z
  .strictObject({ key: objectKey, ...optional(fields), reason: reason.optional() })
  .openapi({ example: { key: 'beta-testers', included: ['user-17'], if: example.if } });

/** What an answer shows and nobody sets: accepted, so that what was read can be written back, and ignored. */
const readOnly = { key: z.unknown(), environment: z.unknown(), version: z.unknown(), createdAt: z.unknown() };

/** Replaces the whole segment: what is left out becomes empty. */
export const segmentPut = z.strictObject({
  ...optional(fields),
  ...optional({ ...readOnly, usedBy: z.unknown() }),
  reason: reason.optional(),
});

/** RFC 7396: what is left out stays, null takes away, and a list is replaced whole. */
export const segmentPatch = z
  .strictObject({
    name: name.nullable(),
    description: description.nullable(),
    by: by.nullable(),
    included: members.nullable(),
    excluded: members.nullable(),
    if: condition.nullable(),
    reason,
  })
  .partial();
export type SegmentFields = Omit<z.infer<typeof segmentPatch>, 'reason'>;

const memberChange = z.strictObject({ add: members.optional(), remove: members.optional() });
/** Adds and removes some members and leaves the others as they are, whoever else edits them meanwhile. */
export const memberChanges = z
  .strictObject({ included: memberChange.optional(), excluded: memberChange.optional(), reason: reason.optional() })
  .openapi({ example: { included: { add: ['user-99'], remove: ['user-17'] } } });
export type MemberChanges = Omit<z.infer<typeof memberChanges>, 'reason'>;

function optional<T extends Record<string, z.ZodType>>(shape: T): { [K in keyof T]: z.ZodOptional<T[K]> } {
  return z.object(shape).partial().shape as { [K in keyof T]: z.ZodOptional<T[K]> };
}
