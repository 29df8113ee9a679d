import { z } from '@hono/zod-openapi';
import type { Condition, JsonValue, Serve } from '@turnout/core';
import { flagPut } from '../flags/contract.ts';
import { isObjectKey } from '../platform/is-object-key.ts';
import { changeReceipt, reason } from '../platform/problem-contract.ts';

const place = { environment: z.string().max(128).openapi({ description: 'The environment that it is about' }) };

/** `old=new`, taken apart; the new key has no `=`, so the last one divides. */
export function readRenaming(text: string): [was: string, key: string] {
  const at = text.lastIndexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}

const renaming = z
  .string()
  .max(600)
  .refine((text) => {
    const [was, key] = readRenaming(text);
    return was !== '' && isObjectKey(key);
  }, 'old=new, where new is a key of letters, digits, _ . or -');

export const importQuery = z.object({
  ...place,
  format: z.enum(['flagd', 'turnout']).default('flagd'),
  dryRun: z.enum(['false', 'true']).default('false').openapi({ description: 'Only say what would come of it' }),
  rename: z
    .union([z.array(renaming).max(200), renaming])
    .optional()
    .openapi({ description: 'old=new: what a flag of the document is to be called here' }),
  reason: reason.optional(),
});

/** The document itself; what is wrong with one flag of it is no fault of the request. */
export const importBody = z
  .custom<{ [name: string]: JsonValue }>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    {
      error: 'a document: an object with flags',
    },
  )
  .openapi({
    type: 'object',
    description: 'A flagd document, or what an export in the format turnout gave',
    example: { flags: { 'new-cart': { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off' } } },
  });

const effect = z.enum(['created', 'changed', 'unchanged']);
const leftOut = z.array(z.object({ flag: z.string(), reason: z.string() }));
const notes = z.array(z.object({ flag: z.string(), note: z.string() })).openapi({
  description: 'What of a flag (or, without a key, of the document) was not taken over, and changes no answer',
});

export const importAnswer = z
  .object({
    environment: z.string(),
    dryRun: z.boolean(),
    flags: z.array(z.object({ key: z.string(), was: z.string().optional(), effect })),
    segments: z.array(z.object({ key: z.string(), effect })),
    notImported: leftOut.openapi({
      description: 'What cannot be carried over exactly is left out whole, and named here',
    }),
    notes,
    change: changeReceipt.optional(),
  })
  .openapi('Import');
export type ImportAnswer = z.infer<typeof importAnswer>;

export const exportQuery = z.object({ ...place, format: z.enum(['flagd', 'turnout']).default('flagd') });

export const exportAnswer = z
  .object({
    environment: z.string(),
    format: z.string(),
    document: z.record(z.string(), z.unknown()).openapi({ description: 'What an import takes' }),
    notExported: leftOut.openapi({ description: 'Flags that cannot be said in this format' }),
    notes,
  })
  .openapi('Export');
export type ExportAnswer = z.infer<typeof exportAnswer>;

// ---- Our own format: what a project keeps, so that every unit keeps its variant where it comes back

const slices = z.array(z.tuple([z.number().int(), z.number().int(), z.string()])).max(1_000);
const storedServe = z.custom<Serve>(isPlainObject, { error: 'a serve: variant, split or coded' });
const storedRule = z.strictObject({
  id: z.string().min(1).max(128),
  if: z.custom<Condition>(isPlainObject, { error: 'a condition' }),
  serve: storedServe,
});
const { reason: _reason, ...flagFields } = flagPut.shape;

/** A flag as an export in the format turnout writes it. What its rules say is looked at by core. */
export const storedFlag = z.strictObject({
  ...flagFields,
  state: z.enum(['on', 'off']),
  offVariant: z.string().nullable(),
  prerequisites: z
    .array(z.strictObject({ flag: z.string().max(128), variants: z.array(z.string().max(128)).min(1).max(32) }))
    .max(100),
  rules: z.array(storedRule).max(1_000),
  fallthrough: storedServe,
  shedAt: z.union([z.literal(1), z.literal(2), z.literal(3)]).nullable(),
  maxStalenessMs: z.number().int().min(1).max(2_147_483_647).nullable(),
  whenStale: z.enum(['keep', 'off']).nullable(),
});
export const storedSplit = z.strictObject({
  ...{ by: z.string().min(1).max(256), salt: z.string().max(256), of: z.number().int(), slices },
  hash: z.string().optional(),
});

const members = z.array(z.string().min(1).max(1_024)).max(20_000);
export const storedSegment = z.strictObject({
  ...{ name: z.string().max(200), description: z.string().max(5_000), by: z.string().min(1).max(256) },
  ...{ included: members, excluded: members },
  if: z.custom<Condition>(isPlainObject, { error: 'a condition' }).nullable(),
});

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
