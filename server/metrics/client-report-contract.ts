import { z } from '@hono/zod-openapi';
import { type JsonValue, MOST_EVENTS, MOST_VALUE } from '@turnout/core';
import { LONGEST_TARGETING_KEY } from '../evaluation/signed-claims.ts';
import { holdSame } from '../platform/same-type.ts';

/** What a page tells of the visitor that it was shown to: counts alone, and for whom. */
export interface ClientReport {
  batchId: string;
  /** The position of the values that it went by; null while it had none. */
  position: string | null;
  ageMs: number;
  durationMs: number;
  context: Record<string, JsonValue>;
  contextToken?: string | undefined;
  flags: { flag: string; variants: Record<string, number>; coded: number }[];
  events: { event: string; count: number; valued: number; sum: number }[];
}

/** One page asks no more often in the seconds between two reports, and what claims more says nothing true. */
const MOST = 1_000_000;
const MOST_FLAGS = 1_000;
const MOST_VARIANTS = 100;

const count = z.number().int().min(0).max(MOST);
/** A page that slept for days says so; it counts as if it were a day. */
const duration = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const name = z.string().max(256);

/** As it was parsed: a copy of it might take a member called `__proto__` for what it is not. */
function isContext(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const key = Object.hasOwn(value, 'targetingKey') ? (value as { targetingKey: unknown }).targetingKey : undefined;
  return key === undefined || key === null || (typeof key === 'string' && key.length <= LONGEST_TARGETING_KEY);
}

const flag = z.object({
  flag: name,
  variants: z
    .record(name, count)
    .refine((variants) => Object.keys(variants).length <= MOST_VARIANTS, `at most ${MOST_VARIANTS} variants`)
    .openapi({ example: { on: 3 } }),
  coded: count.openapi({ description: 'How often the page’s coded default held' }),
});
const event = z
  .object({
    event: name,
    count,
    valued: count.openapi({ description: 'How many of them brought a value' }),
    sum: z.number().openapi({ description: 'Of those values' }),
  })
  .refine(({ count, valued }) => valued <= count, 'no more values than events')
  .refine(({ valued, sum }) => Math.abs(sum) <= valued * MOST_VALUE, 'a sum that so many values can come to');

export const clientReport = z.object({
  batchId: z.string().regex(/^[0-9a-f]{32}$/, '128 random bits as 32 hex digits'),
  position: z.string().max(128).nullable().openapi({ description: 'Of the values that the page went by' }),
  ageMs: duration.openapi({ description: 'How long ago the last of it may have been' }),
  durationMs: duration.openapi({ description: 'Over how long it was counted' }),
  context: z
    .custom<Record<string, JsonValue>>(
      isContext,
      `an object, whose targetingKey is a string of ${LONGEST_TARGETING_KEY} characters at most where it has one`,
    )
    .default({})
    .openapi({ type: 'object', description: 'For whom the page asked' }),
  contextToken: z
    .string()
    .optional()
    .openapi({ description: 'Where contexts are signed: the JWT that says who it is' }),
  flags: z.array(flag).max(MOST_FLAGS),
  events: z
    .array(event)
    .max(MOST_EVENTS + 1)
    .default([]),
});
holdSame<z.infer<typeof clientReport>, ClientReport>(true);

/** The same for the description of the API: with the key, which a beacon can only put here. */
export const clientReportSchema: object = z.toJSONSchema(
  clientReport.extend({
    key: z.string().optional().openapi({ description: 'The client key, unless Authorization has it' }),
  }),
  { io: 'input', unrepresentable: 'any' },
);
