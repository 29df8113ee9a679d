import { z } from '@hono/zod-openapi';
import { isKeptMoment } from './moment.ts';
import { PROBLEMS, type ProblemCode } from './problem.ts';

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string(),
    errors: z
      .array(
        z.object({
          path: z.string(),
          code: z.string(),
          expected: z.string(),
          line: z.number().int().optional(),
          column: z.number().int().optional(),
        }),
      )
      .optional(),
    current: z.unknown().optional(),
  })
  .openapi('Problem');

export type ProblemAnswer = z.infer<typeof problem>;

/** What every route may answer instead: a problem, by RFC 9457. Spread into a route's `responses`. */
export const problemAnswers = {
  default: {
    description: 'A problem: what is wrong, and what to do (RFC 9457)',
    content: { 'application/problem+json': { schema: problem } },
  },
};

/** A moment on the wire: RFC 3339 in UTC. */
export const moment = z.string().openapi({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' });

/** A moment that a caller sends: any RFC 3339 offset is understood. */
export const momentIn = z.iso
  .datetime({ offset: true, abort: true, error: 'a moment such as 2026-01-31T12:00:00.000Z' })
  .refine((text) => isKeptMoment(new Date(text)), 'a moment of the years 1 to 9999')
  .openapi({ format: 'date-time' });

/** What a committed change answers as `change`. */
export const changeReceipt = z
  .object({
    id: z.number().int(),
    seq: z.number().int(),
    at: moment,
    environments: z.array(z.object({ key: z.string(), position: z.string() })),
  })
  .openapi('ChangeReceipt');

/** Why something is done, as a person tells it. */
export const reason = z.string({ error: 'why this is done, in a sentence' }).trim().min(1).max(1_000);
/** The body of what is asked for without more than why. */
export const withReason = z.strictObject({ reason: reason.optional() });
