import { z } from '@hono/zod-openapi';
import { pageOf, pageQuery } from '../platform/page.ts';
import { changeReceipt, moment, momentIn } from '../platform/problem-contract.ts';

export const directionName = z
  .enum(['safe', 'growing', 'none'])
  .openapi({ description: 'Which way it went there, as computed from the rulesets before and after' });

export const changeItem = z
  .object({
    id: z.number().int(),
    seq: z.number().int(),
    at: moment,
    actor: z.string(),
    actorName: z
      .string()
      .nullable()
      .openapi({ description: 'How a person, token or key is called, where it is known' }),
    action: z.string(),
    subject: z.string(),
    reason: z.string().nullable(),
    killId: z.string().nullable(),
    summary: z.string().openapi({
      description: 'What it did, in one plain sentence',
      example: 'new-checkout in production: off → on for everyone',
    }),
    undoes: z.number().int().nullable().openapi({ description: 'The id of the change that this one undid' }),
    overrode: z
      .array(z.object({ freeze: z.string(), name: z.string(), environment: z.string() }))
      .openapi({ description: 'The freezes that held, and in spite of which it was made' }),
    erased: z.boolean().openapi({ description: 'Its payload was erased; the chain still holds' }),
    environments: z.array(z.object({ key: z.string(), position: z.string(), direction: directionName.nullable() })),
  })
  .openapi('Change');
export type ChangeItem = z.infer<typeof changeItem>;
export const changePage = pageOf(changeItem);

export const wholeChange = changeItem
  .extend({
    before: z.unknown(),
    after: z.unknown(),
    environments: z.array(
      z.object({
        key: z.string(),
        position: z.string(),
        direction: directionName.nullable(),
        patch: z.unknown().openapi({ description: 'What leads from the revision before to this one' }),
      }),
    ),
  })
  .openapi('WholeChange');
export type WholeChange = z.infer<typeof wholeChange>;

export const changeQuery = pageQuery.extend({
  environment: z.string().max(128).optional(),
  subject: z.string().max(300).optional().openapi({
    example: 'flag/new-cart',
    description: 'This subject; with a `*` at its end, all that begin so: `segment/*`',
  }),
  actor: z.string().max(200).optional().openapi({ example: 'root' }),
  action: z.string().max(400).optional().openapi({
    example: 'flag.on',
    description: 'This action; several with commas between; with a `*` at its end, all that begin so: `key.*,token.*`',
  }),
  since: momentIn.optional().openapi({ description: 'Made at this moment or later' }),
  until: momentIn.optional().openapi({ description: 'Made before this moment' }),
  direction: directionName.optional().openapi({
    description: 'Which way it went in an environment; with `environment`, in that one. Erased entries went nowhere',
  }),
  protected: z
    .literal('true')
    .optional()
    .openapi({ description: 'Only what altered an environment that is protected' }),
  after: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .openapi({ description: 'Oldest first, from the entry after this seq: how a log is followed' }),
});

/** What may be tried before it is done. */
export const dryRunQuery = z.object({
  dryRun: z.enum(['false', 'true']).optional().openapi({
    description: 'Only say what would come of it: everything is done and taken back, and nobody hears of it',
  }),
});

export const isDry = ({ dryRun }: z.infer<typeof dryRunQuery>) => dryRun === 'true';

export const changeId = z.object({
  id: z.coerce.number({ error: 'the id of a change' }).int().min(1).max(Number.MAX_SAFE_INTEGER),
});

export const verification = z
  .object({
    ok: z.boolean(),
    entries: z.number().int(),
    erased: z.number().int(),
    head: z.string(),
    faults: z.array(z.string()),
  })
  .openapi('Verification');

export const undoneChange = z.object({
  undone: changeItem.pick({ id: true, action: true, subject: true, summary: true }),
  change: changeReceipt.optional(),
});

export const newEpoch = z.object({ environment: z.string(), position: z.string(), change: changeReceipt });
