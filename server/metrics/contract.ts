import { z } from '@hono/zod-openapi';
import { type JsonValue, MOST_EVENTS, type Report, UNIT_BYTES } from '@turnout/core';
import { pageOf, pageQuery } from '../platform/page.ts';
import { moment, momentIn } from '../platform/problem-contract.ts';
import { holdSame } from '../platform/same-type.ts';
import type { ToldBy } from './evaluation-store.ts';
import { LIFECYCLE_STATES } from './lifecycle.ts';
import { isBase64Of, recordsIn } from './read-units.ts';

// ---- What an SDK reports

/** Nobody evaluates more than that between two reports, and sums of it stay whole numbers. */
const count = z.number().int().min(0).max(1_000_000_000_000);
const duration = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const jsonValue = z
  .custom<JsonValue>(() => true)
  .openapi({
    type: ['boolean', 'string', 'number', 'object', 'array', 'null'],
    description: 'Any JSON value',
  });

/** Names are free here: what is no flag of the project, or no variant of the flag, is counted as unknown. */
const flagReport = z.object({
  flag: z.string(),
  variants: z.record(z.string(), count).openapi({ example: { on: 41, off: 3 } }),
  coded: count.openapi({ description: 'How often the caller’s coded default held' }),
  codedDefaults: z.array(jsonValue).max(16),
});
const flagReports = z.array(flagReport).max(4_000);

/** What is no name of an event is counted without one. So large a sum comes of as many events as may be told. */
const eventReport = z.object({
  event: z.string(),
  count,
  valued: count.openapi({ description: 'How many of them brought a value' }),
  sum: z.number().min(-1e27).max(1e27).openapi({ description: 'Of those values' }),
});

/** Fixed records of twelve bytes, as core writes them; twenty thousand fill a batch. */
const units = z
  .string()
  .max(524_288)
  .refine((text) => isBase64Of(text, UNIT_BYTES), 'base64 of records of twelve bytes')
  .openapi({ description: 'Base64 of records: two halves of a hash, and how long ago, little-endian' });
const runReport = z.object({
  run: z.string().min(1).max(128),
  entry: z.number().int().min(0).max(1_000_000),
  ageMs: duration.openapi({ description: 'How long ago the moment was from which records count back' }),
  treatment: units.optional(),
  control: units.optional(),
  to: units.optional().openapi({ description: 'Units that got the new variant and are in no arm' }),
  events: z
    .array(
      z
        .object({
          event: z.string().max(256),
          units,
          values: z.string().max(524_288).optional(),
        })
        .refine(
          ({ units: own, values }) => values === undefined || isBase64Of(values, 8, recordsIn(own)),
          'as many values of eight bytes, in base64, as there are units',
        ),
    )
    .max(100)
    .optional(),
  dropped: count.openapi({ description: 'Records that found no room' }),
});

export const report = z
  .object({
    batchId: z.string().regex(/^[0-9a-f]{32}$/, '128 random bits as 32 hex digits'),
    position: z
      .string()
      .max(128)
      .nullable()
      .openapi({ description: 'Of the ruleset by which the first of these evaluations were made' }),
    ageMs: duration.openapi({ description: 'How long ago the last of them may have been made' }),
    durationMs: duration.openapi({ description: 'Over how long they were counted' }),
    flags: flagReports.openapi({ description: 'Asked for one by one' }),
    bulk: flagReports.openapi({ description: 'Given together with all others' }),
    overflow: count,
    dropped: count.openapi({ description: 'Evaluations of earlier batches that no server took' }),
    events: z
      .array(eventReport)
      .max(MOST_EVENTS + 1)
      .optional()
      .openapi({ description: 'What was tracked, by name; an empty name has what is to be shown without one' }),
    runs: z.array(runReport).max(200).optional().openapi({ description: 'Units of measured runs, by entry' }),
  })
  .openapi('Report');
holdSame<z.infer<typeof report>, Report>(true);

/** The same for the description of the API: reports are taken as raw requests, beside the routes. */
export const reportSchema: object = z.toJSONSchema(report, { io: 'input', unrepresentable: 'any' });

// ---- What was evaluated: answers

const STEPS = ['minute', 'hour', 'day'] as const;
export type Step = (typeof STEPS)[number];

export const evaluationsQuery = z.object({
  from: momentIn.optional(),
  to: momentIn.optional(),
  step: z.enum(STEPS).default('hour'),
});
export type EvaluationsQuery = z.infer<typeof evaluationsQuery>;

const counts = z.array(z.number().int()).openapi({ description: 'One number for each step, the first at `from`' });
const lastSeen = {
  lastAskedAt: moment.nullable().openapi({ description: 'When somebody asked for the flag itself, to the minute' }),
  lastGivenAt: moment
    .nullable()
    .openapi({ description: 'When it was given together with all others: whether anybody looked, nobody knows' }),
};
const lifecycle = z
  .object({
    state: z.enum(LIFECYCLE_STATES),
    why: z.string().openapi({ example: 'Everybody has got on for 41 days.' }),
  })
  .openapi('Lifecycle');

export const flagEvaluations = z
  .object({
    flag: z.string(),
    environment: z.string(),
    from: moment,
    to: moment,
    step: z.enum(STEPS),
    variants: z.array(
      z.object({
        variant: z.string(),
        total: z.number().int(),
        counts,
        lastAt: moment.nullable(),
        position: z
          .string()
          .nullable()
          .openapi({ description: 'The furthest ruleset by which it was served: none later has served it' }),
      }),
    ),
    coded: z.object({ total: z.number().int(), counts, lastAt: moment.nullable() }),
    codedDefaults: z.object({
      values: z.array(z.object({ value: jsonValue, lastAt: moment })),
      differ: z.boolean().openapi({ description: 'True where one is the value of no variant, or is of another type' }),
    }),
    uncounted: z
      .object({ overflow: counts, unknown: counts, dropped: counts })
      .openapi({ description: 'Of the whole environment: evaluations that no flag could be shown for' }),
    lifecycle,
    ...lastSeen,
    pages: z
      .object({
        variants: z.array(
          z.object({ variant: z.string(), total: z.number().int(), counts, lastAt: moment.nullable() }),
        ),
        coded: z.object({ total: z.number().int(), counts, lastAt: moment.nullable() }),
        lastAskedAt: moment.nullable(),
      })
      .openapi({
        description:
          'What pages say that they evaluated, with client keys. Everybody who opens such a page can make that up, so it is in none of the other numbers',
      }),
  })
  .openapi('FlagEvaluations');
export type FlagEvaluationsAnswer = z.infer<typeof flagEvaluations>;

export const evaluationSummary = z
  .object({
    flag: z.string(),
    lifecycle,
    ...lastSeen,
    lastDay: counts.openapi({ description: 'Evaluations in each of the last 24 hours, the present one last' }),
    pagesLastDay: counts.openapi({ description: 'The same as pages tell it, which is not in `lastDay`' }),
  })
  .openapi('EvaluationSummary');
export type EvaluationSummaryAnswer = z.infer<typeof evaluationSummary>;
export const evaluationPage = pageOf(evaluationSummary);
export const summaryQuery = pageQuery;

// ---- What was evaluated since a change: answers

const reported = {
  lastAt: moment.nullable().openapi({ description: 'When it was reported last, to the minute' }),
  position: z.string().nullable().openapi({ description: 'The furthest ruleset by which it was served' }),
  afterChange: z.boolean().nullable().openapi({
    description:
      'True where that is the ruleset of the change or a later one; then it may have been served before, too. Null where it cannot be said: another epoch, or none told',
  }),
};

export const changeEvaluations = z
  .object({
    change: z.number().int(),
    environments: z.array(
      z.object({
        environment: z.string(),
        position: z.string(),
        flags: z
          .array(
            z.object({
              flag: z.string(),
              variants: z
                .array(z.object({ variant: z.string(), ...reported }))
                .openapi({ description: 'Those that were reported, ever' }),
              coded: z.object(reported).nullable(),
              oldVariants: z.array(z.string()).openapi({
                description:
                  'Variants that the change gives to nobody, and that were served after it though no later change of the flag explains that',
              }),
            }),
          )
          .openapi({ description: 'The flags that the change touched, by key' }),
        moreFlags: z.number().int().openapi({ description: 'So many more were touched than are shown' }),
      }),
    ),
  })
  .openapi('ChangeEvaluations');
export type ChangeEvaluationsAnswer = z.infer<typeof changeEvaluations>;

// ---- What was tracked: answers

/** Whose word it is: what apps with server keys and nodes did, or what pages say, which anybody can make up. */
const TOLD = ['apps', 'pages'] as const;
holdSame<(typeof TOLD)[number], ToldBy>(true);
export const eventsQuery = evaluationsQuery.extend(pageQuery.shape).extend({
  told: z.enum(TOLD).default('apps').openapi({ description: 'By apps, or by pages; they are never added up' }),
});
export type EventsQuery = z.infer<typeof eventsQuery>;

const trackedEvent = z.object({
  event: z.string(),
  total: z.number().int(),
  counts,
  valued: z.number().int().openapi({ description: 'How many of them brought a value' }),
  sum: z.number().openapi({ description: 'Of those values' }),
  lastAt: moment,
});

export const trackedEvents = pageOf(trackedEvent)
  .extend({
    environment: z.string(),
    from: moment,
    to: moment,
    step: z.enum(STEPS),
    told: z.enum(TOLD),
    unnamed: z
      .object({ total: z.number().int(), counts })
      .openapi({ description: 'Events that have no name to be shown, or came when there was no room for one more' }),
  })
  .openapi('TrackedEvents');
export type TrackedEventsAnswer = z.infer<typeof trackedEvents>;
