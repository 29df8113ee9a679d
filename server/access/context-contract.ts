import { z } from '@hono/zod-openapi';
import { describeBadAddress } from '../platform/outbound-address.ts';
import { moment } from '../platform/problem-contract.ts';
import { ALGORITHMS } from './context-rule.ts';

const EXAMPLE = {
  ...{ mode: 'signed' as const, issuer: 'https://id.example.com', audience: 'shop', algorithms: ['ES256' as const] },
  ...{ jwksUrl: 'https://id.example.com/.well-known/jwks.json', bodyAttributes: ['screen'] },
};

/** How the contexts of a client key are signed, as it is shown. What they are signed with is shown to nobody. */
export const contextAnswer = z
  .discriminatedUnion('mode', [
    z.object({ mode: z.literal('open') }),
    z.object({
      mode: z.literal('signed'),
      issuer: z.string(),
      audience: z.string(),
      algorithms: z.array(z.enum(ALGORITHMS)),
      jwksUrl: z.string().nullable(),
      secretSetAt: moment.nullable(),
      bodyAttributes: z.array(z.string()),
    }),
  ])
  .openapi('KeyContext', {
    description:
      'Client keys: whether anybody may ask as anybody (open), or a signed token (a JWT in the header Turnout-Context) ' +
      'says who asks (signed).',
    example: { ...EXAMPLE, secretSetAt: null },
  });

const FEWEST_BYTES = 32;

const claim = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\p{Cc}]*$/u, 'a text without control characters');
const secret = z
  .string()
  .max(1_024)
  .regex(/^[^\p{Cc}]*$/u, 'a text without control characters')
  .refine((text) => Buffer.byteLength(text) >= FEWEST_BYTES, `a secret of ${FEWEST_BYTES} bytes or more`);
const algorithms = z
  .array(z.enum(ALGORITHMS))
  .min(1)
  .max(ALGORITHMS.length)
  .refine((list) => new Set(list).size === list.length, 'each algorithm once');
const jwksUrl = z
  .string()
  .max(2_000)
  .superRefine((text, context) => {
    const bad = describeBadAddress(text);
    if (bad !== undefined) context.addIssue({ code: 'custom', message: bad });
  });
const attribute = z
  .string()
  .min(1)
  .max(128)
  .refine((name) => name !== 'targetingKey', 'another name: the targetingKey is always that of the token');

/**
 * What is written of it, when a key is made and, by RFC 7396, when it is changed. Which fields belong together is for
 * `readContext` to say, which knows what was there before.
 */
export const contextIn = z
  .strictObject({
    mode: z.enum(['open', 'signed']),
    issuer: claim.openapi({ description: 'The iss of their tokens, letter by letter' }),
    audience: claim.openapi({ description: 'What their aud must be, or have in it' }),
    algorithms: algorithms.openapi({
      description: 'Of key pairs with jwksUrl; HS256, and nothing else, with a secret',
    }),
    jwksUrl: jwksUrl
      .nullable()
      .openapi({ description: 'Where the public keys are: https, or what OUTBOUND_ALLOW names' }),
    secret: secret.openapi({
      description: 'In place of jwksUrl, stored sealed and shown to nobody; left out, it stays',
    }),
    bodyAttributes: z
      .array(attribute)
      .max(50)
      .openapi({ description: 'What a request may say itself beside its token; the token’s word comes first' }),
    /** What an answer shows and nobody sets: accepted, so that what was read can be written back, and ignored. */
    secretSetAt: z.unknown(),
  })
  .partial()
  .openapi({ example: EXAMPLE });
export type ContextIn = z.infer<typeof contextIn>;
