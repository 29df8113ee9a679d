import { z } from '@hono/zod-openapi';
import { pageOf, pageQuery } from '../platform/page.ts';
import { moment } from '../platform/problem-contract.ts';
import { why } from '../platform/receipts-contract.ts';

export const instanceState = z.enum(['live', 'laggard', 'lost']).openapi({
  description:
    '`laggard`: it was heard of within the last minute, and something is amiss. `lost`: it was not; it is listed for an hour',
});

const shown = z
  .object({
    instance: z.string().openapi({ description: 'Made by the app at its start' }),
    host: z.string().openapi({ description: 'What the app calls the machine or the process that it runs in' }),
    sdk: z.string(),
    key: z.string().openapi({ description: 'The id of the key that it comes with' }),
    state: instanceState,
    why: why.optional(),
    source: z.enum(['stream', 'poll']),
    position: z.string().nullable().openapi({ description: 'Where it said last that it is' }),
    overlays: z.array(z.string()).openapi({ description: 'Kills that it said lie over that' }),
    unsupported: z.array(z.string()).openapi({ description: 'Flags that it does not understand' }),
    lastSeen: moment,
    silentMs: z.number().int(),
    node: z.string().openapi({ description: 'The node that knows it' }),
  })
  .openapi('Instance');
export type InstanceShown = z.infer<typeof shown>;

export const instanceQuery = pageQuery.extend({ state: instanceState.optional() });

export const instancePage = pageOf(shown).extend({
  counts: z.object({ live: z.number().int(), laggard: z.number().int(), lost: z.number().int() }),
  unknown: z.array(z.string()).openapi({ description: 'Nodes whose apps could not be asked for' }),
  complete: z.boolean().openapi({ description: 'False where not all nodes could be asked' }),
});

export const killId = z.object({ id: z.string().max(64).openapi({ description: 'The id that the kill answered' }) });
