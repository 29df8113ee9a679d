import { z } from '@hono/zod-openapi';
import { momentIn } from '../platform/problem-contract.ts';

const texts = z.record(z.string(), z.string());

/** What Alertmanager posts, version 4. Fields that are not looked at may be anything. */
export const alertmanagerDelivery = z.looseObject({
  version: z.literal('4', 'a body of Alertmanager’s webhook, version 4'),
  alerts: z.array(
    z.looseObject({
      status: z.enum(['firing', 'resolved']),
      labels: texts,
      annotations: texts.optional(),
      startsAt: momentIn,
      fingerprint: z.string().min(1).max(200),
    }),
  ),
});
export type AlertmanagerDelivery = z.infer<typeof alertmanagerDelivery>;

export const genericSignal = z.strictObject({
  fingerprint: z
    .string()
    .min(1)
    .max(200)
    .openapi({ description: 'The same for the same thing, however often it is told', example: 'checkout-errors' }),
  status: z.enum(['firing', 'resolved']),
  severity: z.string().min(1).max(100).optional(),
  labels: texts.default({}),
  summary: z.string().max(2_000).default(''),
  startsAt: momentIn.openapi({ description: 'When it began: over an hour ago, and it is only recorded' }),
});

/** What anything else posts: one signal, or several. */
export const genericDelivery = z.strictObject({ signals: z.array(genericSignal).min(1).max(2_000) });
export type GenericSignal = z.infer<typeof genericSignal>;

/** What a sender is told. */
const taken = z.object({
  received: z.number().int(),
  fresh: z.number().int().describe('Those that had not come before'),
  killed: z.number().int(),
  limited: z.number().int().describe('Kills that the hook’s limit did not allow any more'),
});
export type Taken = z.infer<typeof taken>;

/** For the description of the API: deliveries are taken as raw requests, beside the routes. */
export const deliverySchemas: { bodies: object[]; answer: object } = {
  bodies: [alertmanagerDelivery, genericDelivery, genericSignal].map((schema) =>
    z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
  ),
  answer: z.toJSONSchema(taken, { unrepresentable: 'any' }),
};
