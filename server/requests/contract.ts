import { z } from '@hono/zod-openapi';
import { directionName } from '../changes/contract.ts';
import { pageOf, pageQuery } from '../platform/page.ts';
import { changeReceipt, moment, problem, reason } from '../platform/problem-contract.ts';

const STATES = ['open', 'expired', 'applied', 'rejected', 'withdrawn'] as const;
const jsonValue = z
  .custom<unknown>(() => true)
  .openapi({
    type: ['null', 'boolean', 'string', 'number', 'array', 'object'],
    items: {},
    description: 'Any JSON value',
  });

const itemFields = {
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']),
  path: z.string().max(400).openapi({
    example: '/environments/production/flags/new-cart',
    description: 'A call of this project that can wait: below its own path',
  }),
};
const itemIn = z
  .strictObject({
    ...itemFields,
    body: jsonValue.optional(),
    base: z.number().int().min(1).nullable().optional().openapi({
      description: 'The version that the author looked at (its ETag); where it is left out, the present one',
    }),
  })
  .openapi('RequestItemIn');
const items = z.array(itemIn).min(1).max(50);
const title = z.string().trim().min(1).max(200);
const lasts = z
  .number()
  .int()
  .min(1)
  .max(30)
  .openapi({ description: 'For how many days its approvals last; 7 where it is left out' });

export const newRequest = z.strictObject({ title, reason, items, days: lasts.optional() }).openapi({
  example: {
    title: 'New cart for everybody in Switzerland',
    reason: 'The trial went well',
    items: [
      {
        method: 'PATCH',
        path: '/environments/production/flags/new-cart',
        body: { state: 'on', fallthrough: { variant: 'on' } },
        base: 7,
      },
    ],
  },
});
export type NewRequestIn = z.infer<typeof newRequest>;
export const editedItems = z.strictObject({ items, title: title.optional(), reason: reason.optional() });
export type EditedItems = z.infer<typeof editedItems>;
export const approveBody = z.strictObject({
  hash: z.string().length(64).openapi({ description: 'Of exactly what was looked at' }),
  reason: reason.optional(),
});
export const requestId = z.object({ request: z.string().max(64) });
export const requestQuery = pageQuery.extend({
  state: z.enum(STATES).optional(),
  mine: z.enum(['true', 'false']).default('false').openapi({ description: 'Those that the caller made' }),
  inbox: z.enum(['true', 'false']).default('false').openapi({ description: 'Open ones that the caller may approve' }),
});
export type RequestQuery = z.infer<typeof requestQuery>;

const person = z.object({ id: z.string(), name: z.string() });
const approval = z.object({
  person,
  at: moment,
  counts: z.boolean(),
  why: z.string().nullable().openapi({ description: 'Why it does not count, where it does not' }),
});
const need = z.object({
  environment: z.string().nullable(),
  roles: z.array(z.string()),
  count: z.number().int(),
  missing: z.number().int(),
});

export const requestSummary = z
  .object({
    id: z.string(),
    kind: z.enum(['change', 'protection', 'stage']),
    subject: z.string().openapi({ example: 'request/4f1d0c2a9b7e' }),
    title: z.string(),
    reason: z.string(),
    state: z.enum(STATES),
    environments: z.array(z.string()),
    directions: z.record(z.string(), directionName),
    createdBy: z.string(),
    createdByName: z.string().nullable(),
    createdAt: moment,
    editedAt: moment,
    expiresAt: moment.openapi({ description: 'Stands still while a freeze holds' }),
    hash: z.string(),
    authors: z.array(person),
    approvals: z.array(approval),
    needs: z.array(need).openapi({ description: 'What it needs, and what of it is missing' }),
    waits: z
      .string()
      .nullable()
      .openapi({ description: 'What it waits for, in words; null where it can be applied', example: 'It needs …' }),
    appliesFrom: moment
      .nullable()
      .openapi({ description: 'Where nobody else could agree: from when on it goes without an approval' }),
    mayApprove: z.boolean(),
    whyNot: z.string().nullable().openapi({ description: 'Why the caller may not approve it' }),
    closed: z.object({ at: moment, by: z.string(), reason: z.string().nullable() }).nullable(),
    change: z.number().int().nullable(),
    version: z.number().int(),
  })
  .openapi('ChangeRequest');
export type RequestSummary = z.infer<typeof requestSummary>;
export const requestPage = pageOf(requestSummary);

const item = z.object({ ...itemFields, body: jsonValue, base: z.number().int().nullable() }).openapi('RequestItem');
const startedRollout = z.object({
  ...{ flag: z.string(), target: z.string(), from: z.string(), to: z.string(), commit: z.string().nullable() },
  policy: z.object({ key: z.string(), version: z.number().int() }),
  path: z.array(z.string()).openapi({ description: 'The environments through which it goes' }),
  actsBy: z.record(z.string(), z.string()).openapi({
    description: 'By name: SHA-256 of the policy, and of the metrics and sources that its guards go by',
  }),
});
const environmentDiff = z.object({
  flags: z.array(z.object({ key: z.string(), before: jsonValue, after: jsonValue })),
  segments: z.array(
    z.object({
      key: z.string(),
      before: jsonValue.optional(),
      after: jsonValue.optional(),
      members: jsonValue.optional().openapi({ description: 'Of a large segment: who comes and goes' }),
    }),
  ),
  rollouts: z.array(startedRollout).optional().openapi({ description: 'Those that begin there' }),
});

export const wholeRequest = requestSummary
  .extend({
    items: z.array(item),
    base: z.record(z.string(), z.string()).openapi({ description: 'Positions that it was written against' }),
    diff: z.record(z.string(), environmentDiff).openapi({ description: 'What is approved, by environment' }),
    now: z
      .object({
        positions: z.record(z.string(), z.string()),
        directions: z.record(z.string(), directionName),
        same: z.boolean().openapi({ description: 'It would still come to what the diff says' }),
        moved: z.string().nullable().openapi({ description: 'What it comes to otherwise, in words' }),
        frozen: z.record(z.string(), z.object({ name: z.string(), until: moment.nullable() })).openapi({
          description:
            'By environment: the freeze that holds there, and until when nothing grows; null where its end is not known',
        }),
        problem: problem.nullable().openapi({ description: 'Why it cannot be applied as it is: rebase or edit it' }),
      })
      .nullable()
      .openapi({ description: 'As it would go at this moment; null for what is not open' }),
  })
  .openapi('WholeChangeRequest');
export type WholeRequest = z.infer<typeof wholeRequest>;

export const changedRequest = z.object({
  request: requestSummary,
  change: changeReceipt.optional(),
  secret: z.string().optional().openapi({ description: 'Of a key that was made: shown in this answer only' }),
});
