import { z } from '@hono/zod-openapi';
import { isEventName, MOST_VALUE } from '@turnout/core';
import { objectKey } from '../platform/object-key.ts';
import { changeReceipt, reason } from '../platform/problem-contract.ts';
import { holdSame } from '../platform/same-type.ts';
import type { MetricDefinition } from './evidence.ts';

const event = z.string().refine(isEventName, '1 to 128 characters that are shown, as `track` takes them');
const fields = {
  kind: z.enum(['rate', 'mean', 'ratio']).openapi({
    description: 'rate: units with the event; mean: of each unit’s first value; ratio: shown, and never tested',
  }),
  event: event.openapi({ description: 'The tracked event', example: 'checkout.error' }),
  denominator: event.optional().openapi({ description: 'Of a ratio: the event below the line' }),
  direction: z.enum(['up', 'down']).openapi({ description: 'Which way is worse' }),
  unit: z.string().trim().max(40).openapi({ description: 'What its values are', example: 'ms' }),
  cap: z.number().positive().max(MOST_VALUE).optional().openapi({ description: 'Of a mean: values are cut here' }),
  source: z.enum(['server', 'client']).openapi({
    description:
      'Who sends the event. What clients send may hold or pause; it decides more only with signed contexts, and never where protected',
  }),
};

export const metricAnswer = z.object({ key: z.string(), ...fields, version: z.number().int() }).openapi('Metric', {
  example: {
    ...{ key: 'checkout.error', kind: 'rate', event: 'checkout.error', direction: 'up', unit: '' },
    ...{ source: 'server', version: 1 },
  },
});
export type MetricAnswer = z.infer<typeof metricAnswer>;
/** Optional fields of zod may be there and undefined; a definition's are left out. */
type Exact<T> = { [K in keyof T]: Exclude<T[K], undefined> };
holdSame<Required<Exact<Omit<MetricAnswer, 'version'>>>, Required<MetricDefinition>>(true);

/** A project has some dozens. */
export const metricList = z.object({ items: z.array(metricAnswer) });

export const metricPut = z
  .strictObject({
    ...fields,
    unit: fields.unit.default(''),
    direction: fields.direction.default('up'),
    source: fields.source.default('server'),
    key: z.unknown().optional(),
    version: z.unknown().optional(),
    reason: reason.optional(),
  })
  .superRefine(({ kind, denominator, cap }, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (kind === 'ratio' && denominator === undefined) fault('denominator', 'the event below the line of a ratio');
    if (kind !== 'ratio' && denominator !== undefined) fault('denominator', 'nothing, unless the kind is ratio');
    if (kind === 'mean' && cap === undefined) fault('cap', 'where values of a mean are cut: one value must not decide');
    if (kind !== 'mean' && cap !== undefined) fault('cap', 'nothing, unless the kind is mean');
  })
  .openapi({ example: { kind: 'rate', event: 'checkout.error', direction: 'up', source: 'server' } });

export const changedMetric = z.object({ metric: metricAnswer, change: changeReceipt.optional() });
export const deletedMetric = z.object({ metric: z.string(), change: changeReceipt.optional() });
export const metricParams = z.object({ metric: objectKey.openapi({ example: 'checkout.error' }) });

const metricRate = z
  .object({
    environment: z.string(),
    metric: z.string(),
    rate: z.number().openapi({ description: 'Share of units that had the event' }),
    hours: z.number().openapi({ description: 'Over how many hours of the last seven days' }),
    n: z.number().int().openapi({ description: 'Of how many units' }),
  })
  .openapi('MetricRate');
export type MetricRate = z.infer<typeof metricRate>;
export const rateList = z.object({ items: z.array(metricRate) });
