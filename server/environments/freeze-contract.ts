import { z } from '@hono/zod-openapi';
import { objectKey } from '../platform/object-key.ts';
import { pageOf, pageQuery } from '../platform/page.ts';
import { changeReceipt, moment, momentIn, reason } from '../platform/problem-contract.ts';

const name = z.string().trim().min(1).max(200);
const rule = z.string().trim().min(1).max(300).openapi({
  example: '0 17 * * 5',
  description: 'When each window begins, on the clock of the zone: five fields of cron, or an RRULE',
});
const zone = z.string().min(1).max(64).openapi({ example: 'Europe/Zurich' });
const lasts = z
  .string()
  .regex(/^[1-9][0-9]{0,3}[mhd]$/, { error: 'a time such as 90m, 63h or 2d' })
  .openapi({ example: '63h', description: 'How long each window is, on the clock of the zone' });
const environments = z
  .array(objectKey)
  .min(1)
  .max(200)
  .openapi({ description: 'Keys of environments; null for all of the project' });

const tags = z
  .array(z.string().trim().min(1).max(128))
  .min(1)
  .max(50)
  .openapi({ description: 'It is for flags with one of these tags alone; null for all', example: ['checkout'] });
const inFlight = z.enum(['hold', 'finish-stage']).openapi({
  description:
    'What becomes of rollouts that it finds in a stage: they stand still; or the stage is finished, and no other begins',
});
const overrideBy = z.enum(['release-manager', 'admin']).openapi({
  description:
    'Who may go on in spite of it, with a reason (?overrideFreeze=): release managers and admins, or admins alone; null ' +
    'for nobody',
});

export const freezeAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    environments: z.array(z.string()).nullable(),
    tags: z.array(z.string()).nullable(),
    inFlight,
    overrideBy: overrideBy.nullable(),
    from: moment,
    to: moment.nullable(),
    rule: z.string().nullable(),
    zone: z.string(),
    lasts: z.string().nullable(),
    state: z.enum(['ahead', 'holds', 'over']),
    until: moment.nullable().openapi({ description: 'While it holds: when this window of it ends' }),
    windows: z.array(z.object({ from: moment, to: moment })).openapi({
      description: 'Those of the next five weeks, or of the days that were asked for, the next first; 62 at most',
    }),
    endedAt: moment.nullable(),
    createdBy: z.string(),
    createdAt: moment,
    version: z.number().int(),
  })
  .openapi('Freeze');
export type FreezeAnswer = z.infer<typeof freezeAnswer>;
export const freezePage = pageOf(freezeAnswer);
export const changedFreeze = z.object({ freeze: freezeAnswer, change: changeReceipt.optional() });
const FIVE_YEARS_MS = 5 * 366 * 86_400_000;
/** Further away nobody looks, and each rule would be walked through all that time. */
const isNear = (text: string) => Math.abs(Date.parse(text) - Date.now()) < FIVE_YEARS_MS;

export const freezeQuery = pageQuery.extend({
  over: z.enum(['false', 'true']).default('false').openapi({ description: 'Those that are over, too' }),
  from: momentIn
    .refine(isNear, 'a moment of five years before or after now')
    .optional()
    .openapi({ description: 'Show the windows from here on, instead of those from now on' }),
  days: z.coerce.number().int().min(1).max(62).default(35).openapi({ description: 'For so many days' }),
});
export const freezeId = z.object({ freeze: z.string().max(64) });

export const newFreeze = z
  .strictObject({
    name,
    environments: environments.nullable().optional(),
    tags: tags.nullable().optional(),
    inFlight: inFlight.optional(),
    overrideBy: overrideBy.nullable().optional(),
    from: momentIn.optional(),
    to: momentIn.nullable().optional(),
    rule: rule.optional(),
    zone: zone.optional(),
    lasts: lasts.optional(),
    reason: reason.optional(),
  })
  .openapi({ example: { name: 'Weekend', rule: '0 17 * * 5', zone: 'Europe/Zurich', lasts: '63h' } });
export type NewFreeze = Omit<z.infer<typeof newFreeze>, 'reason'>;

/** Whether it comes once or again stays as it was made. */
export const freezePatch = z.strictObject({
  name: name.optional(),
  environments: environments.nullable().optional(),
  tags: tags.nullable().optional(),
  inFlight: inFlight.optional(),
  overrideBy: overrideBy.nullable().optional(),
  from: momentIn.optional(),
  to: momentIn.nullable().optional(),
  rule: rule.optional(),
  zone: zone.optional(),
  lasts: lasts.optional(),
  reason: reason.optional(),
});
export type FreezePatch = Omit<z.infer<typeof freezePatch>, 'reason'>;
