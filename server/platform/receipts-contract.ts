import { z } from '@hono/zod-openapi';
import { moment } from './problem-contract.ts';
import { waitMs } from './wait-time.ts';

/** `5s` or `250ms`; at most half a minute. */
const waitTime = z
  .string()
  .refine((text) => waitMs(text) !== undefined, { error: 'a time such as 5s or 250ms, at most 30s' })
  .openapi({
    description: 'Answer when every running app has acknowledged, or after this time: then with `receipts`',
    example: '5s',
  });

/** What every change of a flag takes. */
export const waitQuery = z.object({ wait: waitTime.optional() });

export const why = z.enum(['disconnected', 'silent', 'node lost', 'polling', 'unsupported']).openapi({
  description:
    '`silent`: its stream is open, and it says nothing. `polling`: it has no stream and fetches now and then. ' +
    '`unsupported`: it does not understand the flag. `node lost`: the node that it was connected to is gone.',
});

const laggard = z
  .object({
    instance: z.string(),
    host: z.string().openapi({ description: 'What the app calls the machine or the process that it runs in' }),
    environment: z.string(),
    position: z.string().nullable(),
    lastSeen: moment,
    silentMs: z.number().int(),
    why,
  })
  .openapi('Laggard');

const afterMs = z.number().int().nullable();

/** Who has acknowledged a flip, of the apps that were running when it was made. */
export const flipReceipts = z
  .object({
    live: z.number().int().openapi({ description: 'Apps that were running when the flip was made' }),
    reached: z.number().int().openapi({ description: 'Those of them that have acknowledged it' }),
    p50: afterMs.openapi({
      description: 'Milliseconds from the commit, or of a kill from the journal, to the receipt; by this node’s clock',
    }),
    p99: afterMs,
    max: afterMs,
    laggards: z.array(laggard).openapi({ description: 'Those that have not; the first 200 of them' }),
    unknown: z
      .array(z.string())
      .openapi({ description: 'Nodes whose apps could not be asked for, and are not counted' }),
    complete: z.boolean().openapi({ description: 'False where not all nodes could be asked' }),
  })
  .openapi('Receipts');
export type FlipReceiptsShown = z.infer<typeof flipReceipts>;
