import { z } from '@hono/zod-openapi';
import type { JsonValue, ValuesAsk } from '@turnout/core';
import { holdSame } from '../platform/same-type.ts';
import { LONGEST_TARGETING_KEY } from './signed-claims.ts';

/** What a page asks with. */
export interface AskedValues extends ValuesAsk {
  context: Record<string, JsonValue>;
  contextToken?: string | undefined;
}

/** More kills at once than anybody makes. */
const MOST_HELD = 1_000;
/** As nodes make them and a little beyond, so that a later node may make others. */
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** As it was parsed: a copy of it might take a member called `__proto__` for what it is not. */
function isContext(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const key = Object.hasOwn(value, 'targetingKey') ? (value as { targetingKey: unknown }).targetingKey : undefined;
  return key === undefined || (typeof key === 'string' && key.length <= LONGEST_TARGETING_KEY);
}

export const askedValues = z.object({
  context: z
    .custom<Record<string, JsonValue>>(
      isContext,
      `an object, whose targetingKey is a string of ${LONGEST_TARGETING_KEY} characters at most where it has one`,
    )
    .openapi({ type: 'object' }),
  contextToken: z.string().optional().openapi({ description: 'Where the key is for signed contexts' }),
  from: z.string().max(256).nullish().openapi({ description: 'The state or position that the client is at' }),
  tag: z.string().max(128).optional().openapi({ description: 'The tag that its values came with' }),
  held: z
    .array(z.string().regex(ID))
    .max(MOST_HELD)
    .default([])
    .openapi({ description: 'Ids of the kills that lie over its values' }),
  isOnce: z.boolean().default(false).openapi({ description: 'True for an answer that ends after its first event' }),
});
holdSame<z.infer<typeof askedValues>, AskedValues>(true);

/** The same for the description of the API: with what says who sends, which a post without a preflight has only here. */
export const askedValuesSchema: object = z.toJSONSchema(
  askedValues.extend({
    key: z.string().optional().openapi({ description: 'The client key, unless Authorization has it' }),
    sdk: z.string().optional().openapi({ description: 'Name and version of the SDK' }),
  }),
  { io: 'input', unrepresentable: 'any' },
);
