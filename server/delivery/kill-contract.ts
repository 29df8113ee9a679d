import { z } from '@hono/zod-openapi';
import { servedToUsers } from '../flags/contract.ts';
import { changeReceipt, reason } from '../platform/problem-contract.ts';
import { flipReceipts } from '../platform/receipts-contract.ts';

/** A kill is never refused for lack of a reason: an empty one counts as none. */
export const killBody = z
  .strictObject({
    reason: z.string().max(1_000).optional(),
    incident: z.string().trim().min(1).max(200).optional().openapi({ description: 'The incident that it belongs to' }),
  })
  .openapi({ example: { reason: 'Payments fail for everybody' } });

const shown = {
  before: servedToUsers.optional().openapi({ description: 'Left out where this node has no ruleset' }),
  after: servedToUsers.optional(),
  receipts: flipReceipts.optional(),
};
const id = z
  .string()
  .openapi({ description: 'Names this kill in the log', example: '9f2c41d07b6e4a5c8d1e3f5a7b9c0d2e' });
const copies = z.number().int().openapi({ description: 'On how many nodes’ disks it is' });

export const killInLog = z
  .object({ id, durable: z.literal('log'), copies, change: changeReceipt.optional(), ...shown })
  .openapi('Killed');

export const killInJournal = z
  .object({ id, durable: z.literal('journal'), copies, ...shown })
  .openapi('KilledInJournal');

export const restoreBody = z
  .strictObject({ reason: reason.optional() })
  .openapi({ example: { reason: 'The provider has mended it' } });

export const restoredFlag = z
  .object({
    flag: z.string(),
    environment: z.string(),
    before: servedToUsers,
    after: servedToUsers,
    changed: z.boolean(),
    lifted: z.array(z.string()).openapi({ description: 'The kills that this restore lifted' }),
    change: changeReceipt.optional(),
    receipts: flipReceipts.optional(),
  })
  .openapi('Restored');
